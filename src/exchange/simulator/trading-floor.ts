// Plays the market on an exchange: the tape's passes as sessions, the synthetic symbols beside
// them, and what is due in the engine. Begins anew when the book is lost.
import type { Exchange } from './exchange.ts';
import { Replay } from './replay.ts';
import { SyntheticMarket, type SyntheticOptions } from './synthetic.ts';
import type { Tape } from './tape.ts';

export interface TradingFloorOptions extends SyntheticOptions {
  /** Tape seconds per second. */
  readonly speed: number;
  readonly breakMs: number;
}

export class TradingFloor {
  readonly #exchange: Exchange;
  readonly #tape: Tape;
  readonly #options: TradingFloorOptions;
  #replay: Replay;
  #synthetic: SyntheticMarket;

  constructor(exchange: Exchange, tape: Tape, options: TradingFloorOptions) {
    this.#exchange = exchange;
    this.#tape = tape;
    this.#options = options;
    this.#replay = this.#openReplay();
    this.#synthetic = new SyntheticMarket(exchange.engine, options);
    this.advance();
  }

  advance(): void {
    this.#exchange.run((engine, nowMs) => {
      this.#replay.advance(nowMs);
      if (engine.session.state === 'open') this.#synthetic.advance(nowMs);
      engine.advance(nowMs);
    });
  }

  /** Until `openSession`; false when it is closed already. */
  closeSession(): boolean {
    return this.#exchange.run((_, nowMs) => this.#replay.close(nowMs));
  }

  /** The next session, at once; false when one is open already. */
  openSession(): boolean {
    return this.#exchange.run((_, nowMs) => this.#replay.open(nowMs));
  }

  beginAnew(): void {
    this.#replay = this.#openReplay();
    this.#synthetic = new SyntheticMarket(this.#exchange.engine, this.#options);
    this.advance();
  }

  #openReplay(): Replay {
    const { engine, sessionSinceMs } = this.#exchange;
    const { speed, breakMs } = this.#options;
    return new Replay(engine, this.#tape, { speed, breakMs, sessionSinceMs });
  }
}
