// What the runtime bench measures, and the names under which goals and tables find it.
import type { LatencySummary } from './harness/histogram.ts';
import type { Spread } from './harness/rounds.ts';
import type { CallsRun } from './peers/calls.ts';

export interface TellRow {
  readonly what: string;
  readonly perSecond: Spread;
}

export interface DurableRow {
  readonly atOnce: number;
  readonly perSecond: number;
  /** One turn is one transaction and one fsync. */
  readonly messagesPerTurn: number;
  readonly latency: LatencySummary;
  /** better-sqlite3 alone, the same rows in transactions of that size. */
  readonly rawPerSecond: number;
}

/** One summary per round; a table shows the round with the median p50. */
export interface CallsRow {
  readonly what: string;
  readonly atOnce: number;
  readonly runs: readonly CallsRun[];
}

export interface RuntimeMeasured {
  /** The first is the plain peer, to which the others are compared. */
  readonly tells: readonly TellRow[];
  readonly oneByOne: readonly CallsRow[];
  readonly many: readonly CallsRow[];
  readonly durable: readonly DurableRow[];
  readonly fdatasync: LatencySummary;
  /** The release of OTP; null where it is not installed. */
  readonly erlang: string | null;
}

export const RAW_PLAIN = 'raw postMessage, one object each';
export const RUNTIME_ACROSS = 'actor to actor across two threads';
export const RAW_ROUND_TRIP = 'raw postMessage there and back';
export const RUNTIME_ASK = 'ask and reply across two threads';

export function rawPacked(batch: number): string {
  return `raw postMessage, msgpack of ${batch}`;
}
