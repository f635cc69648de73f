// The exchange of a simulation: the simulator's own engine, a market that moves, and what the
// outside does to it: trades of strangers, busts and corrections, ends of days, a lost book.
import type { PlaceRequest } from '../../src/exchange/port.ts';
import { Engine } from '../../src/exchange/simulator/engine.ts';
import {
  createEngineDrivers,
  type EngineVenue,
} from '../../src/exchange/simulator/engine-drivers.ts';
import type { ExecutionLogged, LogRecord } from '../../src/exchange/simulator/log-record.ts';
import { SyntheticMarket, syntheticListings } from '../../src/exchange/simulator/synthetic.ts';
import type { SimulationEnvironment } from '../../src/runtime/simulation/environment.ts';

export const SYMBOLS = ['SYN0001', 'SYN0002', 'SYN0003'];
export const STRANGER = 'a-stranger';

const PRINTS_PER_SECOND = 4;
const ADVANCE_EVERY_MS = 100;
const NIGHT_MS = 200;

export class SimulatedVenue {
  readonly venue: EngineVenue;
  readonly #environment: SimulationEnvironment;
  readonly #market: { now: SyntheticMarket };
  readonly #marketSeed: number;
  #isMarketOpen = true;
  #epochs = 1;
  #sessions = 1;

  constructor(environment: SimulationEnvironment, { echo }: { readonly echo: boolean }) {
    this.#environment = environment;
    this.#marketSeed = Math.floor(environment.random() * 2 ** 31);
    const engine = engineOf(1);
    this.venue = createEngineDrivers({ engine, environment, echo });
    this.#market = { now: this.#marketOf(engine) };
    this.#open();
    this.venue.every(ADVANCE_EVERY_MS, (_, nowMs) => {
      if (this.#isMarketOpen) this.#market.now.advance(nowMs);
    });
  }

  get records(): readonly LogRecord[] {
    return this.venue.records;
  }

  get epoch(): string {
    return epochOf(this.#epochs);
  }

  /** No more prints: what rests in the book stays there, so that everything comes to rest. */
  stopMarket(): void {
    this.#isMarketOpen = false;
  }

  /** A stranger's order: its executions come on our feed all the same, and nobody claims them. */
  tradeAsStranger(clientOrderId = STRANGER): void {
    this.venue.run((engine, nowMs) => {
      const request: PlaceRequest = {
        clientOrderId,
        symbol: SYMBOLS[0] ?? '',
        side: 'buy',
        timeInForce: 'day',
        priceInCents: 90_000,
        numShares: 60,
        notAfterMs: nowMs,
        sandboxFault: null,
      };
      return engine.place([request], nowMs);
    });
  }

  /** It takes one of its trades back, or puts its terms right. Both draws are below 1. */
  amend(which: number, how: number): void {
    const trades = this.records.filter(isTrade).filter(({ epoch }) => epoch === this.epoch);
    const trade = trades[Math.floor(which * trades.length)];
    if (trade === undefined) return;
    const { execId, side, lastQty, lastPriceInCents } = trade;
    const better = side === 'buy' ? -1 : 1; // never beyond the order's limit
    const terms = {
      lastQty: Math.max(1, (lastQty ?? 1) - (how > 0.7 ? 1 : 0)),
      lastPriceInCents: Math.max(1, (lastPriceInCents ?? 1) + better),
    };
    this.venue.run((engine, nowMs) =>
      how < 0.4 ? engine.bust(execId, nowMs) : engine.correct(execId, terms, nowMs),
    );
  }

  /** The end of one day, at which day orders expire, and the beginning of the next. */
  changeDay(): void {
    const { epoch } = this;
    this.venue.run((engine, nowMs) => engine.closeSession(nowMs));
    this.#environment.after(NIGHT_MS, () => {
      if (epoch === this.epoch) this.#open();
    });
  }

  /** It comes back without its book (E41). */
  loseBook(): void {
    this.#epochs++;
    const engine = engineOf(this.#epochs);
    this.venue.replace(engine);
    this.#market.now = this.#marketOf(engine);
    this.#open();
  }

  #open(): void {
    const session = `${this.epoch}-s${this.#sessions++}`;
    this.venue.run((engine, nowMs) => engine.openSession(session, nowMs));
    this.venue.run((_, nowMs) => this.#market.now.advance(nowMs));
  }

  #marketOf(engine: Engine): SyntheticMarket {
    const options = { symbols: SYMBOLS.length, printsPerSecond: PRINTS_PER_SECOND };
    return new SyntheticMarket(engine, { ...options, seed: this.#marketSeed });
  }
}

export function isTrade(record: LogRecord): record is ExecutionLogged {
  return record.kind === 'execution' && record.execKind === 'trade';
}

function engineOf(epochs: number): Engine {
  return new Engine({ epoch: epochOf(epochs), listings: syntheticListings(SYMBOLS.length) });
}

function epochOf(epochs: number): string {
  return `e${epochs}`;
}
