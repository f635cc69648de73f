// What the growth bench has shown, in tables, goals and plots.
import type { BenchOutcome } from '../bench.ts';
import type { Goal } from '../harness/goal.ts';
import type { Plot } from '../harness/plot.ts';
import type { Table } from '../harness/table.ts';
import { kneeOf } from '../orders/report.ts';
import type { IdleRun } from '../prices/idle.ts';
import { bytesPerOrder, totalOf } from './file-sizes.ts';
import { type GrowthPoint, withoutWashTrades } from './point.ts';
import type { GrowthSettings } from './settings.ts';

export const GOALS = { throughputShare: 0.8, bytesPerOrder: 1_200, memoryShare: 1.2 } as const;
const MEGABYTE = 1_048_576;
const PLOTTED_NAMES = 8;

export function growthOutcome(
  settings: GrowthSettings,
  points: readonly GrowthPoint[],
  streams: readonly IdleRun[],
): BenchOutcome {
  const sizes = sizePoints(points);
  return {
    settings: { ...settings },
    results: { figures: figuresOf(sizes), points, streams },
    tables: [
      ...(sizes.length > 0 ? [loadTable(sizes), spaceTable(sizes)] : []),
      ...byNameTables(sizes),
      ...sideTables(points),
      ...streamTables(streams),
    ],
    goals: goalsOf(sizes),
    plots: [...sizePlots(sizes), ...shardPlots(points)],
    remarks: remarksOn(points),
    failures: [...points.flatMap(failuresIn), ...streams.flatMap(streamFailures)],
  };
}

function sizePoints(points: readonly GrowthPoint[]): GrowthPoint[] {
  return points.filter(({ terms }) => terms.name.endsWith('orders'));
}

/** Against the empty books, which have the same customers. */
function grown(sizes: readonly GrowthPoint[], point: GrowthPoint) {
  const [empty] = sizes;
  if (empty === undefined || point.terms.orders === 0) return [];
  return bytesPerOrder(empty.sizes, point.sizes, point.terms.orders);
}

export function bulkBytes(sizes: readonly GrowthPoint[], point: GrowthPoint): number | null {
  const names = grown(sizes, point);
  return names.length === 0 ? null : names.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Of the orders that the broker itself has taken in the run. */
export function ownBytes({ sizes, sizesAfter, placed }: GrowthPoint): number | null {
  return placed === 0 ? null : (totalOf(sizesAfter) - totalOf(sizes)) / placed;
}

function walBytes({ walBytes: bytes, placed }: GrowthPoint): number | null {
  return placed === 0 ? null : bytes / placed;
}

/** The larger of the two: turns made in bulk have fewer hashes than those under load. */
function bytesAt(sizes: readonly GrowthPoint[], point: GrowthPoint): number | null {
  const bulk = bulkBytes(sizes, point);
  const own = ownBytes(point);
  return bulk === null || own === null ? bulk : Math.max(bulk, own);
}

function figuresOf(sizes: readonly GrowthPoint[]): Record<string, number> {
  const largest = sizes.at(-1);
  if (largest === undefined) return {};
  const figures = { bytesPerOrder: bytesAt(sizes, largest), walBytesPerOrder: walBytes(largest) };
  return Object.fromEntries(
    Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== null),
  );
}

function loadTable(sizes: readonly GrowthPoint[]): Table {
  return {
    title: 'load by orders on disk; latencies at the first rate',
    columns: [
      'orders on disk',
      'carried/s',
      'answered/s beyond it',
      'POST p50 ms',
      'p99 ms',
      'broker us/request',
      'fdatasync p50 ms',
      'made/s',
    ],
    rows: sizes.map(({ terms, steps, saturation, bulk }) => {
      const [first] = steps;
      return [
        terms.orders,
        kneeOf(steps.map(withoutWashTrades)),
        saturation.report.answersPerSecond,
        first?.report.placed.p50Ms ?? null,
        first?.report.placed.p99Ms ?? null,
        first?.serverUsPerRequest ?? null,
        first?.fdatasync.p50Ms ?? null,
        terms.orders === 0 ? null : bulk.ordersPerSecond,
      ];
    }),
  };
}

function spaceTable(sizes: readonly GrowthPoint[]): Table {
  return {
    title: 'bytes and memory by orders on disk',
    columns: [
      'orders on disk',
      'books MB',
      'bytes/order made in bulk',
      'bytes/order under load',
      'WAL bytes/order',
      'broker MB after start',
      'MB after load',
    ],
    rows: sizes.map((point) => [
      point.terms.orders,
      totalOf(point.sizes) / MEGABYTE,
      bulkBytes(sizes, point),
      ownBytes(point),
      walBytes(point),
      point.residentAfterStart / MEGABYTE,
      point.residentAfterLoad / MEGABYTE,
    ]),
  };
}

function byNameTables(sizes: readonly GrowthPoint[]): Table[] {
  const largest = sizes.at(-1);
  if (largest === undefined || largest.terms.orders === 0) return [];
  return [
    {
      title: `bytes per order by table and index, ${largest.terms.name}`,
      columns: ['table or index', 'bytes per order'],
      rows: grown(sizes, largest).map(({ name, bytes }) => [name, bytes]),
    },
  ];
}

function sideTables(points: readonly GrowthPoint[]): Table[] {
  const sides = points.filter(({ terms }) => !terms.name.endsWith('orders'));
  if (sides.length === 0) return [];
  return [
    {
      title: 'answered beyond what is carried, on empty books',
      columns: ['what', 'answered/s', 'broker us/request', 'fdatasync p50 ms'],
      rows: sides.map(({ terms, saturation }) => [
        terms.name,
        saturation.report.answersPerSecond,
        saturation.serverUsPerRequest,
        saturation.fdatasync.p50Ms,
      ]),
    },
  ];
}

function streamTables(streams: readonly IdleRun[]): Table[] {
  if (streams.length === 0) return [];
  return [
    {
      title: 'streams that are held; bytes from a third of them to all',
      columns: ['streams', 'held', 'bytes per stream', 'broker MB with none', 'MB with all'],
      rows: streams.map((run) => [
        run.streams,
        run.held,
        run.bytesPerStream,
        run.bytesWithNone / MEGABYTE,
        run.bytesWithAll / MEGABYTE,
      ]),
    },
  ];
}

function goalsOf(sizes: readonly GrowthPoint[]): Goal[] {
  const [empty, ...others] = sizes;
  const largest = others.at(-1);
  if (empty === undefined || largest === undefined) return [];
  const share = (pick: (point: GrowthPoint) => number) => {
    const base = pick(empty);
    return base === 0 ? null : pick(largest) / base;
  };
  const at = `with ${largest.terms.name} on disk`;
  return [
    {
      what: `answered/s ${at}, of that on empty books`,
      unit: 'x',
      goal: GOALS.throughputShare,
      sense: 'at_least',
      measured: share(({ saturation }) => saturation.report.answersPerSecond),
    },
    {
      what: `bytes per order ${at}, bulk or under load`,
      unit: 'B',
      goal: GOALS.bytesPerOrder,
      sense: 'at_most',
      measured: bytesAt(sizes, largest),
    },
    {
      what: `memory after load ${at}, of that on empty books`,
      unit: 'x',
      goal: GOALS.memoryShare,
      sense: 'at_most',
      measured: share(({ residentAfterLoad }) => residentAfterLoad),
    },
  ];
}

function sizePlots(sizes: readonly GrowthPoint[]): Plot[] {
  const largest = sizes.at(-1);
  if (largest === undefined || sizes.length < 2) return [];
  const x = { label: 'orders on disk', scale: 'linear' } as const;
  const byOrders = (pick: (point: GrowthPoint) => number | null) =>
    sizes.flatMap((point) => {
      const value = pick(point);
      return value === null ? [] : [[point.terms.orders, value] as const];
    });
  const names = grown(sizes, largest).slice(0, PLOTTED_NAMES);
  return [
    {
      name: 'throughput',
      title: 'Orders and cancels answered per second by orders on disk',
      x,
      y: { label: 'per second', scale: 'linear' },
      series: [
        { name: 'carried', points: byOrders(({ steps }) => kneeOf(steps.map(withoutWashTrades))) },
        {
          name: 'answered beyond it',
          points: byOrders(({ saturation }) => saturation.report.answersPerSecond),
        },
      ],
    },
    {
      name: 'bytes',
      title: 'Bytes by table and index, beyond those of the empty books',
      x,
      y: { label: 'MB', scale: 'linear' },
      series: names.map(({ name }) => ({
        name,
        points: byOrders((point) => {
          const before = sizes[0]?.sizes[name] ?? 0;
          return ((point.sizes[name] ?? 0) - before) / MEGABYTE;
        }),
      })),
    },
  ];
}

function shardPlots(points: readonly GrowthPoint[]): Plot[] {
  const shards = points.filter(({ terms }) => terms.name.startsWith('shards'));
  if (shards.length < 2) return [];
  return [
    {
      name: 'shards',
      title: 'Orders and cancels answered per second by shards, one order thread',
      x: { label: 'shards', scale: 'log' },
      y: { label: 'per second', scale: 'linear' },
      series: [
        {
          name: 'answered beyond what is carried',
          points: shards.map(
            ({ terms, saturation }) => [terms.shards, saturation.report.answersPerSecond] as const,
          ),
        },
      ],
    },
  ];
}

function remarksOn(points: readonly GrowthPoint[]): string[] {
  const [any] = points;
  if (any === undefined) return [];
  return [
    "orders on disk were made in bulk by the product's own shards, in turns of up to 8,192" +
      ' orders over all shards: fewer hashes of the event chain than under load, so bytes per' +
      ' order stand beside those of the orders that the broker took itself',
    'WAL bytes per order are of the full mix at all rates of the run, most of them in full turns',
    'resident memory is as it stands, without a collection of garbage before',
    ...points.flatMap(({ terms, steps }) =>
      steps.flatMap(({ ratePerSecond, report }) =>
        Object.entries(report.errors).map(
          ([error, count]) => `${terms.name}, ${ratePerSecond}/s: ${count} requests: ${error}`,
        ),
      ),
    ),
  ];
}

function failuresIn({ terms, books, stoppedInTime }: GrowthPoint): string[] {
  const { name } = terms;
  return [
    ...(books.outcome === 'held' ? [] : [`${name}: the auditor: ${books.firstBreak}`]),
    ...(books.lost === 0 ? [] : [`${name}: ${books.lost} orders answered 2xx are not on disk`]),
    ...(stoppedInTime ? [] : [`${name}: the broker did not stop in time and was killed`]),
  ];
}

function streamFailures({ streams, held, notCurrent }: IdleRun): string[] {
  if (held === streams && notCurrent === 0) return [];
  return [`${streams} streams: ${held} were held, ${notCurrent} had not the last prices`];
}
