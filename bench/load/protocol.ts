// What a bench and its generator processes say to each other. Numbers travel as plain data,
// latencies as summaries.

import type { PricedSymbol } from '../harness/api.ts';
import type { BenchUser } from '../harness/broker-process.ts';
import type { LatencySummary } from '../harness/histogram.ts';
import type { Target } from '../harness/raw-http.ts';
import type { FlowMix } from './order-flow.ts';

export interface OrderPlan {
  readonly kind: 'OrderPlan';
  readonly target: Target;
  readonly users: readonly BenchUser[];
  readonly symbols: readonly PricedSymbol[];
  readonly ratePerSecond: number;
  /** Sent before the measured time; checked for losses, but not timed. */
  readonly warmUpOrders: number;
  readonly measuredOrders: number;
  readonly connections: number;
}

export interface FlowPlan {
  readonly kind: 'FlowPlan';
  readonly target: Target;
  readonly users: readonly BenchUser[];
  /** Most traded first. */
  readonly symbols: readonly PricedSymbol[];
  readonly mix: FlowMix;
  readonly userZipf: number;
  readonly symbolZipf: number;
  readonly seed: number;
  /** Requests: orders and cancels. */
  readonly ratePerSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly connections: number;
  /** Where it writes what was answered 2xx; null: nowhere. */
  readonly outcomesFile: string | null;
}

export interface StreamPlan {
  readonly kind: 'StreamPlan';
  readonly target: Target;
  readonly users: readonly BenchUser[];
  readonly symbols: readonly string[];
  readonly streams: number;
  readonly symbolsPerStream: number;
  /** Streams per user that also carry the user's order events; they are always parsed. */
  readonly orderStreamsPerUser: number;
  /** One stream in so many is parsed, of the others the bytes are counted. */
  readonly parseOneIn: number;
}

export interface CrowdPlan {
  readonly kind: 'CrowdPlan';
  readonly target: Target;
  /** The path of a stream is this and its symbols, with commas between. */
  readonly pathBefore: string;
  /** In turn: one user may not hold so many streams. */
  readonly tokens: readonly string[];
  /** Most wanted first. */
  readonly symbols: readonly string[];
  readonly streams: number;
  readonly symbolsPerStream: number;
  /** Exponent of the choice of the symbols; 0: all alike. */
  readonly zipf: number;
  readonly seed: number;
  /** One stream in so many is parsed as it comes, the others are drained. */
  readonly parseOneIn: number;
  readonly drainEveryMs: number;
  /** Who has not the last prices by then is not current. */
  readonly currentWithinMs: number;
}

export type LoadPlan = OrderPlan | FlowPlan | StreamPlan | CrowdPlan;

/**
 * `ready`: connected. `warm`: from here on it is timed. `sent`: all is sent, answers may be
 * missing; of a crowd: what is timed has ended.
 */
export type Phase = 'ready' | 'warm' | 'sent';

export type ToLoad =
  | LoadPlan
  | { readonly kind: 'Begin' }
  /** What happens from now on is not timed; a crowd reads every event of every stream. */
  | { readonly kind: 'End' }
  /** Every stream of a crowd has to have these prices, then it reports. */
  | { readonly kind: 'Compare'; readonly published: readonly (readonly [string, number])[] }
  /** Every stream has to reach this sequence of its user, then reports. */
  | { readonly kind: 'Finish'; readonly headSeqs: Readonly<Record<string, number>> };

export type FromLoad =
  | { readonly kind: 'PhaseReached'; readonly phase: Phase }
  | { readonly kind: 'Progressed'; readonly text: string }
  | { readonly kind: 'Reported'; readonly report: LoadReport };

export type LoadReport = OrderReport | FlowReport | StreamReport | CrowdReport;

export interface GeneratorUsage {
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly peakBytes: number;
}

export interface OrderReport {
  readonly kind: 'OrderReport';
  /** From the intended send time until the answer: 201 only. */
  readonly placed: LatencySummary;
  /** How late the generator itself was; part of `placed`. */
  readonly lateness: LatencySummary;
  readonly answersPerSecond: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Everything but 2xx, in words, with how often. */
  readonly errors: Readonly<Record<string, number>>;
  readonly noAnswer: number;
  /** User id -> the orders that were answered 2xx. */
  readonly takenOrders: Readonly<Record<string, readonly string[]>>;
  readonly usage: GeneratorUsage;
}

/** Latencies are from the intended send time, of those answered 201 and 200 respectively. */
export interface FlowReport {
  readonly kind: 'FlowReport';
  readonly placed: LatencySummary;
  readonly cancelled: LatencySummary;
  /** How late the generator itself was; part of the others. */
  readonly lateness: LatencySummary;
  /** Orders answered 201, cancels answered 200: from the timed part on, whenever they were sent. */
  readonly answersInTime: number;
  readonly answersPerSecond: number;
  readonly placedPerSecond: number;
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Everything but 2xx, in words, with how often. */
  readonly errors: Readonly<Record<string, number>>;
  readonly noAnswer: number;
  readonly restingAtEnd: number;
  readonly usage: GeneratorUsage;
}

export interface StreamReport {
  readonly kind: 'StreamReport';
  /** Receive time minus `lastUpdated`; without snapshots and without prices marked stale. */
  readonly priceAge: LatencySummary;
  /** Receive time minus the event's `at`. */
  readonly orderEventDelay: LatencySummary;
  /** By type, of the parsed streams. */
  readonly events: Readonly<Record<string, number>>;
  readonly parsedStreams: number;
  readonly bytes: number;
  readonly missing: number;
  readonly repeated: number;
  /** Streams that ended before they were told to, by reason. */
  readonly closed: Readonly<Record<string, number>>;
  /** User id -> the orders that an event told of. */
  readonly seenOrders: Readonly<Record<string, readonly string[]>>;
  readonly usage: GeneratorUsage;
}

/** Numbers are of the timed part, `openAtEnd` and `notCurrent` of its end. */
export interface CrowdReport {
  readonly kind: 'CrowdReport';
  /** Receive time minus `lastUpdated`, of the parsed streams; without snapshots. */
  readonly age: LatencySummary;
  /** Of all streams. */
  readonly events: number;
  readonly timedEvents: number;
  readonly bytes: number;
  readonly drainedReads: number;
  readonly timedStreams: number;
  readonly openAtEnd: number;
  /** Streams that have not the last price of each of their symbols, or have ended. */
  readonly notCurrent: number;
  readonly closed: Readonly<Record<string, number>>;
  readonly usage: GeneratorUsage;
}
