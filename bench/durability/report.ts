// What the runs of `durability` have shown: medians with their spread, and what was lost.
import type { BenchOutcome } from '../bench.ts';
import type { Plot, Series } from '../harness/plot.ts';
import { type Spread, spreadOf } from '../harness/rounds.ts';
import { type Cell, cellText, type Table } from '../harness/table.ts';
import type { DiskSyncs } from './disk-syncs.ts';
import type { Rates, ShardRun } from './shard-run.ts';
import { MODES, type Mode } from './synced-store.ts';

export interface DurabilitySettings {
  readonly ordersPerTurn: readonly number[];
  readonly rounds: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly diskBytes: readonly number[];
  readonly diskWrites: number;
}

export interface DurabilityMeasured {
  readonly runs: readonly ShardRun[];
  readonly disk: readonly DiskSyncs[];
}

type Kind = Mode | 'raw';

export interface Point {
  readonly kind: Kind;
  readonly ordersPerTurn: number;
  readonly ordersPerSecond: Spread;
  readonly cpuUsPerOrder: Spread;
}

const KINDS: readonly Kind[] = [...MODES, 'raw'];
const TITLES: Readonly<Record<Kind, string>> = {
  FULL: 'FULL (the product)',
  NORMAL: 'NORMAL',
  OFF: 'OFF',
  raw: 'better-sqlite3 alone, FULL',
};

export function durabilityOutcome(
  settings: DurabilitySettings,
  { runs, disk }: DurabilityMeasured,
): BenchOutcome {
  const points = pointsOf(runs);
  return {
    settings: { ...settings },
    results: { points, runs, disk },
    tables: [
      rateTable('orders per second, by orders per turn', points, (point) => point.ordersPerSecond),
      rateTable('CPU us per order, by orders per turn', points, (point) => point.cpuUsPerOrder),
      costTable(points, runs),
      diskTable(disk),
    ],
    plots: plotsOf(points),
    remarks: remarksOn(runs),
    failures: runs.flatMap(({ mode, ordersPerTurn, findings }) =>
      findings.map((finding) => `${mode}, ${ordersPerTurn} orders per turn: ${finding}`),
    ),
  };
}

/** By kind and size, in the order in which they were measured. */
export function pointsOf(runs: readonly ShardRun[]): Point[] {
  const sizes = [...new Set(runs.map(({ ordersPerTurn }) => ordersPerTurn))];
  return KINDS.flatMap((kind) =>
    sizes.flatMap((ordersPerTurn) => {
      const rates = runs
        .filter((run) => run.ordersPerTurn === ordersPerTurn)
        .flatMap((run) => ratesOf(run, kind));
      if (rates.length === 0) return [];
      const ordersPerSecond = spreadOf(rates.map((rate) => rate.ordersPerSecond));
      const cpuUsPerOrder = spreadOf(rates.map((rate) => rate.cpuUsPerOrder));
      return [{ kind, ordersPerTurn, ordersPerSecond, cpuUsPerOrder }];
    }),
  );
}

function ratesOf(run: ShardRun, kind: Kind): Rates[] {
  if (kind !== 'raw') return run.mode === kind ? [run] : [];
  return run.raw === null ? [] : [run.raw];
}

function sizesOf(points: readonly Point[]): number[] {
  return [...new Set(points.map(({ ordersPerTurn }) => ordersPerTurn))];
}

function pointAt(points: readonly Point[], kind: Kind, size: number): Point | undefined {
  return points.find((point) => point.kind === kind && point.ordersPerTurn === size);
}

function rateTable(title: string, points: readonly Point[], pick: (point: Point) => Spread): Table {
  return {
    title: `${title}: medians, and the lowest and highest of the rounds`,
    columns: ['orders per turn', ...KINDS.flatMap((kind) => [TITLES[kind], 'min-max'])],
    rows: sizesOf(points).map((size) => [
      size,
      ...KINDS.flatMap((kind): Cell[] => {
        const point = pointAt(points, kind, size);
        if (point === undefined) return [null, null];
        const { median, min, max } = pick(point);
        return [median, `${cellText(min)}-${cellText(max)}`];
      }),
    ]),
  };
}

/** What one would gain by giving up the promise, and where it is paid. */
function costTable(points: readonly Point[], runs: readonly ShardRun[]): Table {
  const medianOf = (kind: Kind, size: number) => pointAt(points, kind, size);
  const times = (kind: Kind, size: number): number | null => {
    const [full, other] = [medianOf('FULL', size), medianOf(kind, size)];
    if (full === undefined || other === undefined) return null;
    return other.ordersPerSecond.median / full.ordersPerSecond.median;
  };
  const syncs = (mode: Mode, size: number): number | null => {
    const own = runs.filter((run) => run.mode === mode && run.ordersPerTurn === size);
    return own.length === 0 ? null : spreadOf(own.map((run) => run.syncsPerOrder)).median;
  };
  return {
    title: 'what durability costs: orders per second of FULL taken as 1, and fdatasyncs per order',
    columns: [
      'orders per turn',
      'NORMAL / FULL',
      'OFF / FULL',
      'raw / FULL',
      ...MODES.map((mode) => `fdatasyncs per order, ${mode}`),
    ],
    rows: sizesOf(points).map((size) => [
      size,
      times('NORMAL', size),
      times('OFF', size),
      times('raw', size),
      ...MODES.map((mode) => syncs(mode, size)),
    ]),
  };
}

function diskTable(disk: readonly DiskSyncs[]): Table {
  const keyOf = ({ bytes, place }: DiskSyncs) => `${bytes} ${place}`;
  const keys = [...new Set(disk.map(keyOf))];
  return {
    title: 'the disk itself: fdatasync after each write, medians of the rounds',
    columns: ['bytes per write', 'where', 'p50 ms', 'p50 min-max', 'p99 ms', 'max ms'],
    rows: keys.flatMap((key) => {
      const own = disk.filter((one) => keyOf(one) === key);
      const [first] = own;
      if (first === undefined) return [];
      const p50 = spreadOf(own.map(({ latency }) => latency.p50Ms));
      const p99 = spreadOf(own.map(({ latency }) => latency.p99Ms));
      const highest = Math.max(...own.map(({ latency }) => latency.maxMs));
      const range = `${cellText(p50.min)}-${cellText(p50.max)}`;
      return [[first.bytes, first.place, p50.median, range, p99.median, highest]];
    }),
  };
}

function plotsOf(points: readonly Point[]): Plot[] {
  const series = (pick: (point: Point) => Spread): Series[] =>
    KINDS.map((kind) => ({
      name: TITLES[kind],
      points: points
        .filter((point) => point.kind === kind)
        .map((point) => [point.ordersPerTurn, pick(point).median] as const),
    })).filter((one) => one.points.length > 0);
  const x = { label: 'orders per turn', scale: 'log' } as const;
  return [
    {
      name: 'orders-per-second',
      title: 'One order shard, by how many orders share a turn and so a sync',
      x,
      y: { label: 'orders per second', scale: 'log' },
      series: series((point) => point.ordersPerSecond),
    },
    {
      name: 'cpu-per-order',
      title: 'CPU of one order shard, by how many orders share a turn',
      x,
      y: { label: 'us per order', scale: 'log' },
      series: series((point) => point.cpuUsPerOrder),
    },
  ];
}

function remarksOn(runs: readonly ShardRun[]): string[] {
  const held = Math.min(...runs.map(({ invariantsHeld }) => invariantsHeld));
  return [
    `after each of the ${runs.length} runs the auditor read its file: ${held} invariants held; ` +
      'those that need an exchange are not judged, for there was none',
    'an order is placed, acknowledged and, six of ten, filled: each in a turn of its own',
    'fdatasyncs are counted by the rules of SQLite, not traced',
  ];
}
