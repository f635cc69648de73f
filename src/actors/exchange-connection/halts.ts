// Which submits may not leave, as the directory has decided. Until it has spoken none does: they
// wait in the queue.
import type { TradingStates } from '../../domain/trading-states.ts';
import type { SubmitOrder } from './protocol.ts';

export class Halts {
  #areKnown = false;
  #broker = false;
  #symbols: ReadonlySet<string> = new Set();

  get areKnown(): boolean {
    return this.#areKnown;
  }

  apply({ broker, symbols }: TradingStates): void {
    this.#areKnown = true;
    this.#broker = broker.state === 'halted';
    const halted = symbols.filter(({ state }) => state === 'halted');
    this.#symbols = new Set(halted.map(({ symbol }) => symbol));
  }

  stops({ symbol }: Pick<SubmitOrder, 'symbol'>): boolean {
    return this.#broker || this.#symbols.has(symbol);
  }
}
