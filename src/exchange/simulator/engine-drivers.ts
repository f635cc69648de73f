// The port's effects served straight from an engine, for simulations: no sockets, time and
// randomness from the environment only, so that the same seed gives the same run. The exchange
// outlives its clients: it is made once per run.
import type { Effect } from '../../runtime/actor.ts';
import type { CancelEffect, Drivers, EffectDriver } from '../../runtime/system.ts';
import type {
  AskOrders,
  CancelOrders,
  CloseFeed,
  FeedName,
  OpenFeed,
  PlaceOrders,
  ReadFeed,
  ReadFeedAnswer,
  ReadFills,
  ReadOpenOrders,
  VenueAnswer,
} from '../effects.ts';
import type { Capabilities, Execution } from '../port.ts';
import { ENGINE_ABILITIES } from './abilities.ts';
import type { Engine } from './engine.ts';
import { EngineFeed } from './engine-feed.ts';
import type { LogRecord } from './log-record.ts';

export interface EngineEnvironment {
  nowMs(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Runs once after `delayMs`; the result cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

export interface EngineDriversOptions {
  readonly engine: Engine;
  readonly environment: EngineEnvironment;
  /** How long a message takes one way, drawn for each. */
  readonly latencyMs?: readonly [min: number, max: number];
  readonly echo?: boolean;
}

export interface EngineVenue {
  readonly drivers: Drivers;
  /** All that the exchange has written down, each of its epochs first: the outside oracle. */
  readonly records: readonly LogRecord[];
  /** Runs a command on the engine, a print for example; what comes of it goes out on the feeds. */
  run<Result>(command: (engine: Engine, nowMs: number) => Result): Result;
  /** Runs a command again and again, so that a market has prices. */
  every(periodMs: number, command: (engine: Engine, nowMs: number) => void): void;
  /** Cuts both feeds, as a lost connection would. */
  cutFeeds(): void;
  /** Goes on as an exchange that has come back without its book: an engine of another epoch. */
  replace(engine: Engine): void;
  /** Ends the exchange's own timers. */
  close(): void;
}

const LATENCY_MS: readonly [number, number] = [1, 5];
const HEARTBEAT_EVERY_MS = 1_000;
const FRAMES_KEPT = 1_000_000;

export function createEngineDrivers(options: EngineDriversOptions): EngineVenue {
  const host = new EngineHost(options);
  host.every(HEARTBEAT_EVERY_MS, () => host.heartbeat());
  return {
    drivers: { ...requestDrivers(host), ...feedDrivers(host) },
    records: host.records,
    run: (command) => host.run(command),
    every: (periodMs, command) => host.every(periodMs, () => host.run(command)),
    cutFeeds: () => host.cutFeeds(),
    replace: (engine) => host.replace(engine),
    close: () => host.close(),
  };
}

/** The engine with its records, feeds and timers. */
class EngineHost {
  readonly records: LogRecord[] = [];
  readonly echo: boolean;
  #engine: Engine;
  #feeds: Readonly<Record<FeedName, EngineFeed>>;
  readonly #environment: EngineEnvironment;
  readonly #latencyMs: readonly [min: number, max: number];
  #isClosed = false;
  #cancelRefill: (() => void) | null = null;

  constructor({ engine, environment, latencyMs, echo }: EngineDriversOptions) {
    this.#engine = engine;
    this.#feeds = feedsOf(engine);
    this.echo = echo ?? false;
    this.#environment = environment;
    this.#latencyMs = latencyMs ?? LATENCY_MS;
    this.#noteEpoch();
  }

  get engine(): Engine {
    return this.#engine;
  }

  get feeds(): Readonly<Record<FeedName, EngineFeed>> {
    return this.#feeds;
  }

  replace(engine: Engine): void {
    this.cutFeeds();
    this.#engine = engine;
    this.#feeds = feedsOf(engine);
    this.#noteEpoch();
  }

  run<Result>(command: (engine: Engine, nowMs: number) => Result): Result {
    const result = command(this.engine, this.#environment.nowMs());
    const { records, prices } = this.engine.take();
    this.records.push(...records);
    const executions = records.filter((record) => record.kind === 'execution');
    this.feeds.executions.publish(executions.map((execution) => this.shown(execution)));
    this.feeds.prices.publish(prices);
    this.serveSoon('executions');
    this.serveSoon('prices');
    this.#seeToRefills();
    return result;
  }

  shown(execution: Execution): Execution {
    return this.echo ? execution : { ...execution, clientOrderId: null };
  }

  /** Runs after one way over the wire. */
  soon(run: () => void): void {
    const [min, max] = this.#latencyMs;
    const delayMs = min + Math.floor(this.#environment.random() * (max - min + 1));
    this.#environment.after(delayMs, run);
  }

  /** At once, but not within the call that is running. */
  next(run: () => void): void {
    this.#environment.after(0, run);
  }

  serveSoon(feed: FeedName): void {
    this.soon(() => this.feeds[feed].serve());
  }

  every(periodMs: number, run: () => void): void {
    this.#environment.after(periodMs, () => {
      if (this.#isClosed) return;
      run();
      this.every(periodMs, run);
    });
  }

  heartbeat(): void {
    for (const feed of ['executions', 'prices'] as const) {
      this.feeds[feed].heartbeat(this.#environment.nowMs());
      this.serveSoon(feed);
    }
  }

  cutFeeds(): void {
    for (const feed of Object.values(this.feeds)) feed.close('the connection was lost');
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRefill?.();
  }

  #noteEpoch(): void {
    const { epoch } = this.#engine;
    this.records.push({ kind: 'epoch', epoch, atMs: this.#environment.nowMs() });
  }

  #seeToRefills(): void {
    this.#cancelRefill?.();
    const dueMs = this.engine.nextDueMs();
    if (dueMs === null || this.#isClosed) return;
    const delayMs = Math.max(0, dueMs - this.#environment.nowMs());
    this.#cancelRefill = this.#environment.after(delayMs, () => {
      this.run((engine, nowMs) => engine.advance(nowMs));
    });
  }
}

function feedsOf(engine: Engine): Record<FeedName, EngineFeed> {
  const kept = { epoch: engine.epoch, framesKept: FRAMES_KEPT };
  return {
    executions: new EngineFeed({
      ...kept,
      headSeq: engine.executionSeq,
      openingFrames: () => [],
      beginsAt: 'first',
    }),
    prices: new EngineFeed({
      ...kept,
      headSeq: engine.priceSeq,
      openingFrames: () => [engine.priceSnapshot()],
      beginsAt: 'head',
    }),
  };
}

function requestDrivers(host: EngineHost): Drivers {
  return {
    ReadCapabilities: request(host, () => ({ capabilities: capabilitiesOf(host) })),
    PlaceOrders: request(host, ({ orders }: PlaceOrders) => ({
      results: host.run((engine, nowMs) => engine.place(orders, nowMs)),
    })),
    CancelOrders: request(host, ({ cancels }: CancelOrders) => ({
      results: host.run((engine, nowMs) => engine.cancel(cancels, nowMs)),
    })),
    AskOrders: request(host, ({ orders }: AskOrders) => ({
      results: host.engine.query(orders),
    })),
    ReadOpenOrders: request(host, ({ after, limit }: ReadOpenOrders) =>
      host.engine.openOrders(after, limit),
    ),
    ReadFills: request(host, ({ externalOrderId }: ReadFills) => {
      const fills = host.engine.fills(externalOrderId);
      return fills && { executions: fills.map((fill) => host.shown(fill)) };
    }),
  };
}

function feedDrivers(host: EngineHost): Drivers {
  return {
    OpenFeed: driver(({ feed, from }: OpenFeed, answer) => {
      let isCancelled = false;
      host.soon(() => {
        if (isCancelled) return;
        host.feeds[feed].open(from);
        answer({ outcome: 'opened' });
      });
      return () => {
        isCancelled = true;
      };
    }),
    ReadFeed: driver(({ feed, framesMax }: ReadFeed, answer) => {
      let isCancelled = false;
      const reader = (frames: ReadFeedAnswer) =>
        host.next(() => {
          if (!isCancelled) answer(frames);
        });
      host.feeds[feed].read({ framesMax, answer: reader });
      host.serveSoon(feed);
      return () => {
        isCancelled = true;
        host.feeds[feed].forget(reader);
      };
    }),
    CloseFeed: driver(({ feed }: CloseFeed, answer) => {
      host.feeds[feed].close('closed by the reader');
      host.soon(() => answer({ outcome: 'closed', error: 'as asked' }));
      return () => {};
    }),
  };
}

/** There and back, each way taking its time. A null answer is the exchange's 404. */
function request<E extends Effect, Answer extends object>(
  host: EngineHost,
  serve: (effect: E) => Answer | null,
): EffectDriver {
  return driver((effect: E, answer) => {
    let isCancelled = false;
    host.soon(() => {
      const answered = venueAnswerOf(host.engine.epoch, serve(effect));
      host.soon(() => {
        if (!isCancelled) answer(answered);
      });
    });
    return () => {
      isCancelled = true;
    };
  });
}

function venueAnswerOf<Answer extends object>(
  epoch: string,
  answered: Answer | null,
): VenueAnswer<Answer> {
  if (answered !== null) return { outcome: 'answered', epoch, ...answered };
  return { outcome: 'refused', refusal: { code: 'unknown_order', detail: 'no such order' } };
}

function capabilitiesOf({ engine, echo }: EngineHost): Capabilities {
  return { ...ENGINE_ABILITIES, epoch: engine.epoch, echo };
}

/** The runtime starts a driver only with effects of the kind it is bound to. */
function driver<E extends Effect>(
  start: (effect: E, answer: (result: unknown) => void) => CancelEffect,
): EffectDriver {
  return { start: (effect, answer) => start(effect as E, answer) };
}
