// The broker on the simulation dispatcher: its real actors, its real files (in memory where the
// system has such a place), the exchange's real engine in the same process, and customers who come
// in by an edge. One seed decides everything.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  EXCHANGE_CONNECTION,
  RECONCILER,
  shardOf,
  TRADE_PROCESSOR,
} from '../../src/actors/addresses.ts';
import type { BrokerContext } from '../../src/actors/context.ts';
import type { GetConnectionState } from '../../src/actors/exchange-connection/protocol.ts';
import type {
  CancelOrder,
  DepositAssets,
  GetAccount,
  GetOrder,
  GetShardState,
  PlaceOrder,
  ReadEvents,
  UserEvent,
} from '../../src/actors/order-shard/protocol.ts';
import type { GetReconciliation } from '../../src/actors/reconciler/protocol.ts';
import type { GetParked } from '../../src/actors/trade-processor/protocol.ts';
import { readConfig } from '../../src/config.ts';
import type { Order } from '../../src/domain/order.ts';
import { Engine } from '../../src/exchange/simulator/engine.ts';
import {
  createEngineDrivers,
  type EngineVenue,
} from '../../src/exchange/simulator/engine-drivers.ts';
import type { ExecutionLogged, LogRecord } from '../../src/exchange/simulator/log-record.ts';
import { SyntheticMarket, syntheticListings } from '../../src/exchange/simulator/synthetic.ts';
import { type Address, type AskFailure, isAskFailure } from '../../src/runtime/actor.ts';
import type { Edge } from '../../src/runtime/edge.ts';
import type { SimulationEnvironment } from '../../src/runtime/simulation/environment.ts';
import { Simulation, type SimulationOptions } from '../../src/runtime/simulation/simulation.ts';
import { PriceTable } from '../../src/shared/price-table.ts';
import { takeDataDirectory } from '../../src/store/data-directory.ts';
import { defineSystem } from '../../src/system/define-system.ts';
import type { Settings } from '../../src/system/settings.ts';
import { Customer } from './customer.ts';
import { NO_VENUE_FAULTS, type VenueFaultRates, VenueFaults } from './venue-faults.ts';

export const SYMBOLS = ['SYN0001', 'SYN0002', 'SYN0003'];
export const USERS = ['usr_00ada', 'usr_01bo', 'usr_02cy', 'usr_03di'];

export const STRANGER = 'a-stranger';
const START_AT_MS = Date.UTC(2026, 0, 5, 14, 30);
const ASK_MS = 5_000;
const CASH_IN_CENTS = 100_000_000;
const SHARES = 10_000;

export type Faults = Pick<
  SimulationOptions<BrokerContext>,
  'crashBetweenCommitAndRelease' | 'crashPerStep' | 'messageDelayMaxMs'
>;

/** Faults of the process and of its wire, and, once they have begun, of the way to the exchange. */
export interface Trouble extends Faults {
  readonly venue?: VenueFaultRates;
  /** Whether executions name our order. */
  readonly echo?: boolean;
}

const NO_CRASHES = { crashBetweenCommitAndRelease: 0, crashPerStep: 0 };

interface Outside {
  readonly venue: EngineVenue;
  readonly faults: VenueFaults;
  readonly environment: SimulationEnvironment;
}

export class BrokerSimulation {
  readonly simulation: Simulation<BrokerContext>;
  readonly directory: string;
  readonly edge: Edge;
  readonly customers: readonly Customer[];
  readonly #settings: Settings;
  readonly #prices: PriceTable;
  /** Looked at by the simulation at each step. */
  readonly #chances: { crashBetweenCommitAndRelease: number; crashPerStep: number };
  #outside: Outside | null = null;
  #isMarketOpen = true;

  constructor(t: Pick<TestContext, 'after'>, seed: string, trouble: Trouble = {}) {
    const { venue: rates = NO_VENUE_FAULTS, echo = false, ...faults } = trouble;
    const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    this.directory = mkdtempSync(join(memory, 'outcry-'));
    const prices = PriceTable.create(16);
    this.#prices = prices;
    this.#settings = settingsFor(this.directory, prices.buffer);
    const options: SimulationOptions<BrokerContext> = {
      seed,
      definition: defineSystem(this.#settings, {
        publisher: prices,
        connections: () => ({ orders: 1, control: 1, tradeFeed: 1, priceFeed: 1 }),
      }),
      drivers: (environment) => {
        const venue = openVenue(environment, { seed, echo, isOpen: () => this.#isMarketOpen });
        const faults = new VenueFaults(venue.drivers, rates, environment);
        this.#outside = { venue, faults, environment };
        return faults.drivers;
      },
      extendContext: (base) =>
        Object.assign(base, { referencePrice: (symbol: string) => prices.read(symbol) }),
      startAtMs: START_AT_MS,
    };
    this.#chances = Object.assign(options, NO_CRASHES, faults);
    this.simulation = new Simulation<BrokerContext>(options);
    this.edge = this.simulation.edge('thread/gateway-0', () => undefined);
    this.customers = USERS.map((userId) => new Customer(userId, this));
    t.after(() => {
      this.simulation.close();
      this.venue.close();
      rmSync(this.directory, { recursive: true, force: true });
    });
  }

  get venue(): EngineVenue {
    return this.#world.venue;
  }

  get venueFaults(): VenueFaults {
    return this.#world.faults;
  }

  get environment(): SimulationEnvironment {
    return this.#world.environment;
  }

  get #world(): Outside {
    assert(this.#outside !== null);
    return this.#outside;
  }

  /** A stranger's order: its executions come on our feed all the same, and nobody claims them. */
  tradeAsStranger(clientOrderId = STRANGER): void {
    this.venue.run((engine, nowMs) => {
      const request = {
        clientOrderId,
        symbol: SYMBOLS[0] ?? '',
        side: 'buy',
        timeInForce: 'day',
        priceInCents: 90_000,
        numShares: 60,
        notAfterMs: nowMs,
        sandboxFault: null,
      } as const;
      return engine.place([request], nowMs);
    });
  }

  /** The exchange takes one of its trades back, or puts its terms right. */
  amendTrade(which: number, how: number): void {
    const trades = this.venue.records.filter(isTrade);
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

  stopCrashes(): void {
    Object.assign(this.#chances, NO_CRASHES);
  }

  /** The end of one day, at which day orders expire, and the beginning of the next. */
  async changeDay(day: number): Promise<void> {
    this.venue.run((engine, nowMs) => engine.closeSession(nowMs));
    await this.pause(200);
    this.venue.run((engine, nowMs) => engine.openSession(`e1-day${day}`, nowMs));
  }

  /** No more prints: what rests in the book stays there, so that everything comes to rest. */
  stopMarket(): void {
    this.#isMarketOpen = false;
  }

  shardOf(userId: string): Address {
    return shardOf(userId, this.#settings.shardMap);
  }

  /** Null as long as the broker has heard of none. */
  priceOf(symbol: string): number | null {
    return this.#prices.read(symbol)?.price?.priceInCents ?? null;
  }

  /** Gives every customer cash and shares; asked again until it is booked. */
  async fund(): Promise<void> {
    const deposits = [
      { depositId: 'cash', asset: 'USD', amount: CASH_IN_CENTS, costInCents: 0 },
      ...SYMBOLS.map((asset) => ({
        depositId: `shares/${asset}`,
        asset,
        amount: SHARES,
        costInCents: 0,
      })),
    ];
    for (const userId of USERS) {
      const to = this.shardOf(userId);
      await this.#untilAnswered(() =>
        this.edge.ask<DepositAssets>(to, { kind: 'DepositAssets', userId, deposits }, ASK_MS),
      );
    }
  }

  place(command: Omit<PlaceOrder, 'kind' | 'replyTo' | 'waitMs'>) {
    const to = this.shardOf(command.userId);
    return this.edge.ask<PlaceOrder>(to, { kind: 'PlaceOrder', waitMs: 2_000, ...command }, ASK_MS);
  }

  cancel(userId: string, orderId: string) {
    const to = this.shardOf(userId);
    const command = { kind: 'CancelOrder', userId, orderId, waitMs: 1_000 } as const;
    return this.edge.ask<CancelOrder>(to, command, ASK_MS);
  }

  async order(userId: string, orderId: string): Promise<Order> {
    const to = this.shardOf(userId);
    const query = { kind: 'GetOrder', userId, orderId } as const;
    const answer = await this.#untilAnswered(() => this.edge.ask<GetOrder>(to, query, ASK_MS));
    assert(answer.outcome === 'order', `order ${orderId} is gone`);
    return answer.order;
  }

  async account(userId: string) {
    const to = this.shardOf(userId);
    const query = { kind: 'GetAccount', userId } as const;
    const answer = await this.#untilAnswered(() => this.edge.ask<GetAccount>(to, query, ASK_MS));
    return answer.account;
  }

  /** All that the user's event log holds. */
  async events(userId: string): Promise<readonly UserEvent[]> {
    const to = this.shardOf(userId);
    const query = { kind: 'ReadEvents', userId, afterSeq: 0, max: 10_000, watcher: null } as const;
    const answer = await this.#untilAnswered(() => this.edge.ask<ReadEvents>(to, query, ASK_MS));
    return answer.events;
  }

  /** How much each part of the order path still has to do. */
  async waiting(): Promise<Readonly<Record<string, number>>[]> {
    const counts: Record<string, number>[] = [];
    for (const shard of new Set(USERS.map((userId) => this.shardOf(userId)))) {
      const { usersReconciling, cancelsWaiting } = await this.#untilAnswered(() =>
        this.edge.ask<GetShardState>(shard, { kind: 'GetShardState' }, ASK_MS),
      );
      counts.push({ usersReconciling, cancelsWaiting });
    }
    const { submitsQueued, submitsInFlight } = await this.#untilAnswered(() =>
      this.edge.ask<GetConnectionState>(
        EXCHANGE_CONNECTION,
        { kind: 'GetConnectionState' },
        ASK_MS,
      ),
    );
    const { inFlight } = await this.#untilAnswered(() =>
      this.edge.ask<GetParked>(TRADE_PROCESSOR, { kind: 'GetParked' }, ASK_MS),
    );
    const { unresolvedByReason } = await this.#untilAnswered(() =>
      this.edge.ask<GetReconciliation>(RECONCILER, { kind: 'GetReconciliation' }, ASK_MS),
    );
    const depth = this.simulation
      .snapshots()
      .flatMap(({ actors }) => actors)
      .reduce((sum, actor) => sum + actor.depth, 0);
    return [...counts, { submitsQueued, submitsInFlight, inFlight, ...unresolvedByReason, depth }];
  }

  /** One of the actors of the order path gets a message that makes it throw. */
  poison(draw: number): void {
    const [shard = EXCHANGE_CONNECTION] = USERS.map((userId) => this.shardOf(userId));
    const poisons = [
      [shard, { kind: 'DepositAssets', userId: USERS[0], deposits: null }],
      [TRADE_PROCESSOR, { kind: 'TakeExecutions', epoch: 'e1', executions: null }],
      [EXCHANGE_CONNECTION, { kind: 'CapabilitiesRead', answer: null }],
      [RECONCILER, { kind: 'LinkChanged', link: null }],
    ] as const;
    const [to, message] = poisons[Math.floor(draw * poisons.length)] ?? poisons[0];
    this.edge.tell(to, message);
  }

  /** Virtual time of the outside: it goes on when the broker has crashed. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.environment.after(ms, resolve));
  }

  /** Runs until the promise has settled. */
  async untilDone<Result>(work: Promise<Result>, maxMs: number): Promise<Result> {
    let isDone = false;
    const settled = work.finally(() => {
      isDone = true;
    });
    settled.catch(() => undefined); // awaited below; a rejection before that is not unhandled
    assert(await this.simulation.runUntil(() => isDone, maxMs), 'it did not end in time');
    return await settled;
  }

  async #untilAnswered<Answer>(ask: () => Promise<Answer>) {
    for (;;) {
      const answer = await ask();
      if (!isAskFailure(answer)) return answer as Exclude<Answer, AskFailure>;
      await this.pause(100);
    }
  }
}

function isTrade(record: LogRecord): record is ExecutionLogged {
  return record.kind === 'execution' && record.execKind === 'trade';
}

function settingsFor(directory: string, prices: SharedArrayBuffer): Settings {
  const config = readConfig({ OUTCRY_DATA_DIR: directory, OUTCRY_DEMO: '0' });
  const data = takeDataDirectory(directory, {
    shards: 2,
    installationId: 'simulation',
    fees: config.fees,
  });
  data.release();
  return {
    config: { ...config, exchangeUrl: 'http://127.0.0.1:1', orderThreads: 2 },
    shards: data.meta.shards,
    shardMap: data.meta.bucketToShard,
    fees: config.fees,
    prices,
    freshSigningKey: '',
  };
}

function openVenue(
  environment: SimulationEnvironment,
  options: { readonly seed: string; readonly echo: boolean; isOpen(): boolean },
): EngineVenue {
  const { seed, echo, isOpen } = options;
  const engine = new Engine({ epoch: 'e1', listings: syntheticListings(SYMBOLS.length) });
  const venue = createEngineDrivers({ engine, environment, echo });
  const market = new SyntheticMarket(engine, {
    symbols: SYMBOLS.length,
    seed: seed.length,
    printsPerSecond: 10,
  });
  venue.run((session, nowMs) => session.openSession('e1-s1', nowMs));
  venue.run((_, nowMs) => market.advance(nowMs));
  venue.every(100, (_, nowMs) => {
    if (isOpen()) market.advance(nowMs);
  });
  return venue;
}
