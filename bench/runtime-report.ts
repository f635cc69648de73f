// What a run of the runtime bench has measured, put into tables beside the raw limits.
import type { BenchOutcome } from './bench.ts';
import { LATENCY_COLUMNS, latencyRow } from './harness/histogram.ts';
import type { Plot } from './harness/plot.ts';
import type { Cell, Table } from './harness/table.ts';
import type { RuntimeSettings } from './runtime.ts';
import { bestByHand, medianOf, middleOf, runtimeGoals } from './runtime-goals.ts';
import { type CallsRow, RAW_PLAIN, type RuntimeMeasured } from './runtime-rows.ts';

export function runtimeOutcome(settings: RuntimeSettings, measured: RuntimeMeasured): BenchOutcome {
  const { oneByOne, fdatasync } = measured;
  return {
    settings: { ...settings },
    results: { ...measured },
    tables: [
      tellTable(measured),
      callsTable(oneByOne, [latencyRow('fdatasync of 4 KB', fdatasync)]),
      callsTable(measured.many, []),
      durableTable(measured),
    ],
    goals: runtimeGoals(measured),
    plots: [durablePlot(measured)],
    remarks:
      measured.erlang === null
        ? ['Erlang was left out: it is not installed (bench/peers/install.sh)']
        : [],
    failures: [],
  };
}

function tellTable({ tells }: RuntimeMeasured): Table {
  const plain = medianOf(tells, RAW_PLAIN);
  const byHand = bestByHand(tells);
  return {
    title: 'runtime: messages per second',
    columns: ['what', 'median', 'min', 'max', 'rounds', 'x plain', 'x best by hand'],
    rows: tells.map(({ what, perSecond: { median, min, max, rounds } }) => [
      what,
      ...[median, min, max].map(Math.round),
      rounds,
      median / plain,
      median / byHand,
    ]),
  };
}

function callsTable(
  rows: readonly CallsRow[],
  more: readonly ReturnType<typeof latencyRow>[],
): Table {
  const atOnce = rows[0]?.atOnce ?? 0;
  return {
    title: `${atOnce === 1 ? 'one call at a time' : `${atOnce} calls on the way`} (middle round)`,
    columns: [...LATENCY_COLUMNS, 'per second'],
    rows: [
      ...rows.map(({ what, runs }): Cell[] => {
        const { seconds, latency } = middleOf(runs);
        return [...latencyRow(what, latency), Math.round(latency.count / seconds)];
      }),
      ...more.map((row): Cell[] => [...row, null]),
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

function durablePlot({ durable }: RuntimeMeasured): Plot {
  return {
    name: 'runtime-durable',
    title: 'durable asks per second, each answered after its commit',
    x: { label: 'asks at once', scale: 'log' },
    y: { label: 'per second', scale: 'log' },
    series: [
      {
        name: 'durable actor',
        points: durable.map(({ atOnce, perSecond }) => [atOnce, perSecond] as const),
      },
      {
        name: 'better-sqlite3 alone, the same rows per transaction',
        points: durable.map(({ atOnce, rawPerSecond }) => [atOnce, rawPerSecond] as const),
      },
    ],
  };
}
