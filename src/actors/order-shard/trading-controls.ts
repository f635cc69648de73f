// What operators have decided for the broker and its symbols, as this shard has heard it. Only in
// memory, and closed until the directory has spoken: a restarted shard takes no order on a guess.
import { ACTIVE, type StateInForce, type TradingStates } from '../../domain/trading-states.ts';

export class TradingControls {
  #states: TradingStates | null = null;
  #bySymbol: ReadonlyMap<string, StateInForce> = new Map();

  get areKnown(): boolean {
    return this.#states !== null;
  }

  get broker(): StateInForce {
    return this.#states?.broker ?? ACTIVE;
  }

  symbol(symbol: string): StateInForce {
    return this.#bySymbol.get(symbol) ?? ACTIVE;
  }

  /** There is one directory and its messages come in order: what comes last is in force. */
  apply(states: TradingStates): void {
    this.#states = states;
    this.#bySymbol = new Map(
      states.symbols.map(({ symbol, state, reason }) => [symbol, { state, reason }]),
    );
  }
}
