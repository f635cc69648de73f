// What a run of the runtime bench has measured, put into tables beside the raw limits.
import type { BenchOutcome } from './bench.ts';
import { LATENCY_COLUMNS, type LatencySummary, latencyRow } from './harness/histogram.ts';
import type { Spread } from './harness/rounds.ts';
import type { Table } from './harness/table.ts';
import type { RuntimeSettings } from './runtime.ts';

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

export interface RuntimeMeasured {
  /** The first is the plain peer, to which the others are compared. */
  readonly tells: readonly TellRow[];
  /** One summary per round; the table shows the round with the median p50. */
  readonly rawRoundTrips: readonly LatencySummary[];
  readonly askRoundTrips: readonly LatencySummary[];
  readonly durable: readonly DurableRow[];
  readonly fdatasync: LatencySummary;
}

export function runtimeOutcome(settings: RuntimeSettings, measured: RuntimeMeasured): BenchOutcome {
  return {
    settings: { ...settings },
    results: { ...measured },
    tables: [tellTable(measured), roundTripTable(measured), durableTable(measured)],
    remarks: [],
    failures: [],
  };
}

function tellTable({ tells }: RuntimeMeasured): Table {
  const plain = tells[0]?.perSecond.median ?? 0;
  return {
    title: 'runtime: messages per second',
    columns: ['what', 'median', 'min', 'max', 'rounds', 'x plain'],
    rows: tells.map(({ what, perSecond: { median, min, max, rounds } }) => [
      what,
      Math.round(median),
      Math.round(min),
      Math.round(max),
      rounds,
      plain === 0 ? null : median / plain,
    ]),
  };
}

function roundTripTable({ rawRoundTrips, askRoundTrips, fdatasync }: RuntimeMeasured): Table {
  return {
    title: 'one at a time (of several rounds the middle one)',
    columns: LATENCY_COLUMNS,
    rows: [
      latencyRow('raw postMessage there and back', middleOf(rawRoundTrips)),
      latencyRow('ask and reply across two threads', middleOf(askRoundTrips)),
      latencyRow('fdatasync of 4 KB', fdatasync),
    ],
  };
}

function durableTable({ durable }: RuntimeMeasured): Table {
  return {
    title: 'durable turns: an ask, one row, its answer after the commit',
    columns: [
      'asks at once',
      'per second',
      'per turn',
      'p50 ms',
      'p99 ms',
      'raw SQLite per second',
      'x raw',
    ],
    rows: durable.map(({ atOnce, perSecond, messagesPerTurn, latency, rawPerSecond }) => [
      atOnce,
      Math.round(perSecond),
      messagesPerTurn,
      latency.p50Ms,
      latency.p99Ms,
      Math.round(rawPerSecond),
      perSecond / rawPerSecond,
    ]),
  };
}

function middleOf(rounds: readonly LatencySummary[]): LatencySummary {
  const sorted = [...rounds].sort((a, b) => a.p50Ms - b.p50Ms);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('no round was measured');
  return middle;
}
