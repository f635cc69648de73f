// What a smoke run has shown, judged and put into tables.
import type { BenchOutcome } from './bench.ts';
import { LATENCY_COLUMNS, type LatencySummary, latencyRow } from './harness/histogram.ts';
import type { Table } from './harness/table.ts';
import type { GeneratorUsage, OrderReport, StreamReport } from './load/protocol.ts';
import type { SmokeSettings } from './smoke.ts';

export interface PartUsage {
  readonly part: string;
  readonly cpuSeconds: number | null;
  readonly peakBytes: number | null;
}

export interface LoadMeasured {
  readonly orders: OrderReport;
  readonly streams: StreamReport;
  /** User id -> the orders that GET /orders shows. */
  readonly listedOrders: Readonly<Record<string, ReadonlySet<string>>>;
  readonly parts: readonly PartUsage[];
  readonly brokerStillRan: boolean;
}

export interface SmokeMeasured extends LoadMeasured {
  /** What the disk takes for a small durable write, measured before the run. */
  readonly disk: LatencySummary;
  readonly stoppedInTime: boolean;
}

/** A generator that takes more of a core may be what was measured. */
const GENERATOR_SHARE_MAX = 0.4;
const MEGABYTE = 1_048_576;

export function smokeOutcome(settings: SmokeSettings, measured: SmokeMeasured): BenchOutcome {
  const losses = lossesIn(measured);
  const { takenOrders, ...orders } = measured.orders;
  const { seenOrders, ...streams } = measured.streams;
  return {
    settings: { ...settings },
    results: { orders, streams, losses, parts: measured.parts, fdatasync: measured.disk },
    tables: [
      latencyTable(settings, measured),
      countTable(measured, losses),
      costTable(settings, measured),
    ],
    remarks: remarksOn(measured),
    failures: failuresIn(measured, losses),
  };
}

interface Losses {
  readonly taken: number;
  readonly notListed: number;
  readonly withoutEvent: number;
  readonly missingEvents: number;
  readonly repeatedEvents: number;
}

function lossesIn({ orders, streams, listedOrders }: SmokeMeasured): Losses {
  const taken = Object.entries(orders.takenOrders).map(([userId, ids]) => ({
    ids,
    listed: listedOrders[userId] ?? new Set<string>(),
    seen: new Set(streams.seenOrders[userId]),
  }));
  return {
    taken: sum(taken.map(({ ids }) => ids.length)),
    notListed: sum(taken.map(({ ids, listed }) => ids.filter((id) => !listed.has(id)).length)),
    withoutEvent: sum(taken.map(({ ids, seen }) => ids.filter((id) => !seen.has(id)).length)),
    missingEvents: streams.missing,
    repeatedEvents: streams.repeated,
  };
}

function failuresIn(measured: SmokeMeasured, losses: Losses): string[] {
  const { streams, brokerStillRan, stoppedInTime } = measured;
  const found: [count: number, what: string][] = [
    [losses.notListed, 'orders that were answered 2xx are not in GET /orders'],
    [losses.withoutEvent, 'orders that were answered 2xx had no event'],
    [losses.missingEvents, 'order events are missing'],
    [losses.repeatedEvents, 'order events came twice'],
    [sum(Object.values(streams.closed)), 'streams ended before their time'],
  ];
  return [
    ...found.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
    ...(losses.taken === 0 ? ['no order was taken'] : []),
    ...(streams.priceAge.count === 0 ? ['no price came'] : []),
    ...(brokerStillRan ? [] : ['the broker ended during the run']),
    ...(stoppedInTime ? [] : ['the broker did not stop in time and was killed']),
  ];
}

function remarksOn({ orders, streams }: SmokeMeasured): string[] {
  const generators = { orders: orders.usage, streams: streams.usage };
  const heavy = Object.entries(generators).filter(
    ([, usage]) => shareOf(usage) > GENERATOR_SHARE_MAX,
  );
  return [
    ...heavy.map(
      ([name, usage]) =>
        `the generator of ${name} took ${Math.round(shareOf(usage) * 100)} % of a core: ` +
        'it may be what was measured',
    ),
    ...Object.entries(orders.errors).map(([error, count]) => `${count} orders: ${error}`),
    ...Object.entries(streams.closed).map(([reason, count]) => `${count} streams: ${reason}`),
    ...(orders.noAnswer > 0 ? [`${orders.noAnswer} orders had no answer at the end`] : []),
  ];
}

function latencyTable(
  { ordersPerSecond, streams: count, seconds }: SmokeSettings,
  { orders, streams, disk }: SmokeMeasured,
): Table {
  return {
    title: `smoke: ${ordersPerSecond} orders/s and ${count} SSE clients for ${seconds} s`,
    columns: LATENCY_COLUMNS,
    rows: [
      latencyRow('POST /order until 201', orders.placed),
      latencyRow('  of it: generator late', orders.lateness),
      latencyRow('price event age', streams.priceAge),
      latencyRow('order event delay', streams.orderEventDelay),
      latencyRow('fdatasync of 4 KB', disk),
    ],
  };
}

function countTable({ orders, streams }: SmokeMeasured, losses: Losses): Table {
  return {
    title: 'counts',
    columns: ['what', 'count'],
    rows: [
      ...Object.entries(orders.statuses).map(([status, count]) => [`answered ${status}`, count]),
      ['answered 201 per second', orders.answersPerSecond],
      ['orders without an answer', orders.noAnswer],
      ['orders answered 2xx', losses.taken],
      ['  not in GET /orders', losses.notListed],
      ['  without an event', losses.withoutEvent],
      ...Object.entries(streams.events).map(([event, count]) => [`SSE ${event} events`, count]),
      ['streams read event by event', streams.parsedStreams],
      ['SSE megabytes', streams.bytes / MEGABYTE],
      ['order events missing', losses.missingEvents],
      ['order events repeated', losses.repeatedEvents],
    ],
  };
}

function costTable({ seconds }: SmokeSettings, { orders, streams, parts }: SmokeMeasured): Table {
  const generator = (name: string, usage: GeneratorUsage) =>
    [name, usage.cpuSeconds, shareOf(usage), usage.peakBytes / MEGABYTE] as const;
  return {
    title: 'cost while it was timed',
    columns: ['process', 'CPU s', 'share of a core', 'peak MB'],
    rows: [
      ...parts.map(({ part, cpuSeconds, peakBytes }) => [
        part,
        cpuSeconds,
        cpuSeconds === null ? null : cpuSeconds / seconds,
        peakBytes === null ? null : peakBytes / MEGABYTE,
      ]),
      generator('generator of orders', orders.usage),
      generator('generator of streams', streams.usage),
    ],
  };
}

function shareOf({ cpuSeconds, seconds }: GeneratorUsage): number {
  return seconds === 0 ? 0 : cpuSeconds / seconds;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
