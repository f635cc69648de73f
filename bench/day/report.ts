// What the days have shown, a column per rate, and what was lost.
import type { BenchOutcome } from '../bench.ts';
import type { Goal } from '../harness/goal.ts';
import type { LatencySummary } from '../harness/histogram.ts';
import type { Plot, Series } from '../harness/plot.ts';
import type { Cell, Table } from '../harness/table.ts';
import { type DayRun, GENERATORS, type ProcessName } from './day-run.ts';
import type { DaySettings } from './settings.ts';

/** As in the bench of prices alone. */
const PRICE_AGE_P99_MS_MAX = 300;
/** A generator that takes more of a core may be what was measured. */
const GENERATOR_SHARE_MAX = 0.4;
/** Of the rate: with less, requests wait in line. */
const KEEPS_UP = 0.97;
const MEGABYTE = 1_048_576;

type Row = readonly [what: string, read: (run: DayRun) => Cell];

export function dayOutcome(settings: DaySettings, runs: readonly DayRun[]): BenchOutcome {
  return {
    settings: { ...settings },
    results: { runs },
    tables: [
      tableOf(titleOf(settings), LATENCY_ROWS, runs),
      tableOf('CPU, in cores, while it was timed', coreRows(runs), runs),
      tableOf('resident at its highest, MB', peakRows(runs), runs),
      tableOf('whether anything was lost', LOSS_ROWS, runs),
    ],
    goals: runs.map(goalOf),
    plots: runs.length < 2 ? [] : [plotOf(runs)],
    remarks: runs.flatMap(remarksOn),
    failures: runs.flatMap(failuresIn),
  };
}

function titleOf({ feed, priceStreams, symbolsPerStream, customers, seconds }: DaySettings) {
  const count = (value: number) => value.toLocaleString('en-US');
  return (
    `${count(feed.printsPerSecond)} prints/s of ${count(feed.symbols)} symbols, ` +
    `${count(priceStreams)} streams on ${symbolsPerStream} symbols each, ` +
    `${count(customers)} customers with an order stream each; ${seconds} s per rate`
  );
}

const LATENCY_ROWS: readonly Row[] = [
  ['requests taken per second', (run) => run.takenPerSecond],
  ['POST p50 ms', ({ orders: { placed } }) => whenAny(placed, placed.p50Ms)],
  ['POST p99 ms', ({ orders: { placed } }) => whenAny(placed, placed.p99Ms)],
  ['POST max ms', ({ orders: { placed } }) => whenAny(placed, placed.maxMs)],
  ['DELETE p99 ms', ({ orders: { cancelled } }) => whenAny(cancelled, cancelled.p99Ms)],
  ['price age p50 ms', ({ prices }) => prices.age.p50Ms],
  ['price age p99 ms', ({ prices }) => prices.age.p99Ms],
  ['price age max ms', ({ prices }) => prices.age.maxMs],
  ['price events delivered per second', ({ prices }) => prices.events / prices.usage.seconds],
  ['order event delay p50 ms', ({ orderEvents }) => orderEvents.orderEventDelay.p50Ms],
  ['order event delay p99 ms', ({ orderEvents }) => orderEvents.orderEventDelay.p99Ms],
  ['POST 202: its outcome unknown in time', ({ orders }) => orders.statuses['POST 202'] ?? 0],
  ['requests without an answer, 15 s after the last', ({ orders }) => orders.noAnswer],
  ['generator late p99 ms', ({ orders }) => orders.lateness.p99Ms],
  ['fdatasync p50 ms, before', ({ fdatasync }) => fdatasync.p50Ms],
];

/** Where all requests of the timed part were still waiting, there is no latency. */
function whenAny({ count }: LatencySummary, ms: number): number | null {
  return count === 0 ? null : ms;
}

const LOSS_ROWS: readonly Row[] = [
  ['price streams open at the end', ({ prices }) => prices.openAtEnd],
  ['of them without the last price of a symbol', ({ prices }) => prices.notCurrent],
  ['order events timed', ({ orderEvents }) => orderEvents.orderEventDelay.count],
  ['order events missing', ({ orderEvents }) => orderEvents.missing],
  ['order events repeated', ({ orderEvents }) => orderEvents.repeated],
  ['orders in the files', ({ books }) => books.orders],
  ['orders answered 2xx, not in the files', ({ books }) => books.lost],
  ['the auditor', ({ books }) => `${books.outcome}: ${books.audited} invariants held`],
];

function tableOf(title: string, rows: readonly Row[], runs: readonly DayRun[]): Table {
  return {
    title,
    columns: ['what', ...runs.map(({ ratePerSecond }) => `at ${ratePerSecond} requests/s`)],
    rows: rows.map(([what, read]) => [what, ...runs.map(read)]),
  };
}

function coreRows(runs: readonly DayRun[]): Row[] {
  const threads = [...new Set(runs.flatMap((run) => Object.keys(run.threads)))].sort();
  return [
    ...threads.map((name): Row => [`broker: ${name}`, (run) => run.threads[name] ?? 0]),
    ...processRows(runs, ({ processes }) => processes),
    ['all', ({ processes }) => Object.values(processes).reduce((sum, cores) => sum + cores, 0)],
  ];
}

function peakRows(runs: readonly DayRun[]): Row[] {
  const rows = processRows(runs, ({ peakBytes }) => peakBytes);
  return rows.map(([what, read]): Row => [what, (run) => Number(read(run)) / MEGABYTE]);
}

function processRows(
  runs: readonly DayRun[],
  read: (run: DayRun) => Readonly<Record<ProcessName, number>>,
): Row[] {
  const names = Object.keys(runs[0]?.processes ?? {}) as ProcessName[];
  return names.map((name) => [name, (run) => read(run)[name]]);
}

function goalOf({ ratePerSecond, prices }: DayRun): Goal {
  return {
    what: `price age p99 beside ${ratePerSecond.toLocaleString('en-US')} requests/s`,
    unit: 'ms',
    goal: PRICE_AGE_P99_MS_MAX,
    sense: 'at_most',
    measured: prices.age.count === 0 ? null : prices.age.p99Ms,
    why: 'no price came',
  };
}

function plotOf(runs: readonly DayRun[]): Plot {
  // Without a point where nothing was measured.
  const series = (name: string, read: (run: DayRun) => number): Series => ({
    name,
    points: runs.map((run) => [run.ratePerSecond, read(run)] as const).filter(([, ms]) => ms > 0),
  });
  return {
    name: 'latency',
    title: 'Orders and prices on one machine: latency by requests per second',
    x: { label: 'order requests per second', scale: 'linear' },
    y: { label: 'ms', scale: 'log' },
    series: [
      series('POST /order p99', ({ orders }) => orders.placed.p99Ms),
      series('POST /order p50', ({ orders }) => orders.placed.p50Ms),
      series('price age p99', ({ prices }) => prices.age.p99Ms),
      series('price age p50', ({ prices }) => prices.age.p50Ms),
    ],
  };
}

function remarksOn({ ratePerSecond, orders, prices, processes }: DayRun): string[] {
  const heavy = GENERATORS.filter((name) => processes[name] > GENERATOR_SHARE_MAX);
  return [
    ...heavy.map(
      (name) =>
        `at ${ratePerSecond}/s the ${name} took ${Math.round(processes[name] * 100)} % of a ` +
        'core: they may be what was measured',
    ),
    ...Object.entries(orders.errors).map(
      ([error, count]) => `at ${ratePerSecond}/s ${count} of ${orders.sent} requests: ${error}`,
    ),
    ...(orders.answersPerSecond < ratePerSecond * KEEPS_UP
      ? [`${ratePerSecond} requests/s were not carried: latencies are of the queue`]
      : []),
    `at ${ratePerSecond}/s ages are of ${prices.timedStreams} price streams`,
  ];
}

export function failuresIn(run: DayRun): string[] {
  const { ratePerSecond, prices, orderEvents, books, stoppedInTime } = run;
  const closed = [...Object.entries(prices.closed), ...Object.entries(orderEvents.closed)];
  const findings = [
    ...(books.outcome === 'held' ? [] : [`the auditor found a break: ${books.firstBreak}`]),
    ...(books.lost === 0 ? [] : [`${books.lost} orders that were answered 2xx are not on disk`]),
    ...(books.orders > 0 ? [] : ['no order was taken']),
    ...(prices.notCurrent === 0 ? [] : [`${prices.notCurrent} streams had not the last prices`]),
    ...(prices.events > 0 ? [] : ['no price came']),
    ...(orderEvents.missing === 0 ? [] : [`${orderEvents.missing} order events are missing`]),
    ...(orderEvents.repeated === 0 ? [] : [`${orderEvents.repeated} order events came twice`]),
    ...closed.map(([reason, count]) => `${count} streams: ${reason}`),
    ...(stoppedInTime ? [] : ['the broker did not stop in time and was killed']),
  ];
  return findings.map((finding) => `at ${ratePerSecond} requests/s: ${finding}`);
}
