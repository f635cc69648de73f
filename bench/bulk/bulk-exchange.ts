// The exchange's side of bulk books: the simulator itself, in this process and on a clock that is
// set, with the log that its process later starts on.
import { join } from 'node:path';
import type { SymbolTerms } from '../../src/actors/context.ts';
import type { LinkState } from '../../src/actors/exchange-connection/protocol.ts';
import type {
  CancelRequest,
  CancelResult,
  Execution,
  PlaceRequest,
  PlaceResult,
  PriceSnapshot,
} from '../../src/exchange/port.ts';
import { ENGINE_ABILITIES } from '../../src/exchange/simulator/abilities.ts';
import { Exchange } from '../../src/exchange/simulator/exchange.ts';
import { syntheticListings } from '../../src/exchange/simulator/synthetic.ts';
import { openTape } from '../../src/exchange/simulator/tape.ts';
import { TradingFloor } from '../../src/exchange/simulator/trading-floor.ts';
import type { BulkClock } from './shard-context.ts';

const TAPE = join('data', 'market');
/** As the process's own defaults, so that it goes on where this left off. */
const FLOOR = { seed: 1, speed: 1, breakMs: 0, printsPerSecond: 0 };

export class BulkExchange {
  readonly #exchange: Exchange;
  #executions: Execution[] = [];

  constructor(directory: string, symbols: number, clock: BulkClock) {
    const tape = openTape(TAPE);
    this.#exchange = new Exchange({
      logFile: join(directory, 'exchange.ndjson'),
      listings: [...tape.listings, ...syntheticListings(symbols)],
      echo: false,
      loseBook: false,
      nowMs: () => clock.nowMs,
    });
    this.#exchange.onExecution((execution) => this.#executions.push(execution));
    new TradingFloor(this.#exchange, tape, { ...FLOOR, symbols }); // opens the session
  }

  get epoch(): string {
    return this.#exchange.engine.epoch;
  }

  get executionSeq(): number {
    return this.#exchange.engine.executionSeq;
  }

  get snapshot(): PriceSnapshot {
    return this.#exchange.engine.priceSnapshot();
  }

  get link(): LinkState {
    const { epoch, session } = this.#exchange.engine;
    return {
      linked: true,
      ordersReachable: true,
      tradeFeedLive: true,
      priceFeedLive: true,
      capabilities: { ...ENGINE_ABILITIES, epoch, echo: false },
      session,
      lastClose: null,
    };
  }

  /** Every symbol that has a price, as the shards see it. */
  terms(): Map<string, SymbolTerms> {
    const { seq, symbols } = this.snapshot;
    return new Map(
      symbols.flatMap(({ symbol, tickInCents, halted, session, ...last }) => {
        const { lastPriceInCents: priceInCents, lastTradedAtMs } = last;
        if (priceInCents === null || lastTradedAtMs === null) return [];
        const price = { priceInCents, lastTradedAtMs, seq };
        return [[symbol, { tickInCents, halted, session, price }] as const];
      }),
    );
  }

  place(orders: readonly PlaceRequest[]): PlaceResult[] {
    return this.#exchange.run((engine, nowMs) => {
      engine.advance(nowMs);
      return engine.place(orders, nowMs);
    });
  }

  cancel(cancels: readonly CancelRequest[]): CancelResult[] {
    return this.#exchange.run((engine, nowMs) => engine.cancel(cancels, nowMs));
  }

  /** Since the last call, in feed order, without what only says that an order was taken. */
  takeExecutions(): Execution[] {
    const executions = this.#executions.filter(({ execKind }) => execKind !== 'accepted');
    this.#executions = [];
    return executions;
  }

  close(): void {
    this.#exchange.close();
  }
}
