// The arithmetic beside the model: where both say a number, how far they are apart.
import type { Goal } from '../harness/goal.ts';
import type { Table } from '../harness/table.ts';
import type { Assumed } from './assumptions.ts';
import type { Capacity } from './capacity.ts';
import type { DrawnDay, FlowOfDay, MinuteInDetail } from './day-model.ts';
import type { GatewayFailure, HostFailure } from './failure-model.ts';
import type { MeasuredFigures } from './measured-figures.ts';

export interface Compared {
  readonly what: string;
  readonly unit: string;
  readonly arithmetic: number;
  readonly model: number;
  /** In percent of the arithmetic. */
  readonly tolerance: number;
}

export interface ModelRun {
  readonly day: DrawnDay;
  readonly flow: FlowOfDay;
  readonly minute: MinuteInDetail;
  readonly failure: HostFailure;
  readonly gatewayFailure: GatewayFailure;
}

/** An answer within it, the exchange's own time left out (the document's 200 ms). */
const WAIT_P99_MS = 200;

export function comparisonOf(
  { demand, orders, gateways, storage, recovery }: Capacity,
  { day, flow, minute, failure, gatewayFailure }: ModelRun,
  figures: MeasuredFigures,
): Compared[] {
  const average = day.placement.shares.reduce((sum, share) => sum + share, 0) / orders.hosts;
  const imbalance = Math.max(...day.placement.shares) / average;
  const bytes = flow.served * figures.get('bytesPerOrder');
  return [
    row('orders per day', '', demand.ordersPerDay, flow.offered, 1),
    row('orders/s in the busiest minute', '/s', demand.peakPerSecond, flow.peakMinutePerSecond, 10),
    row('busiest host over the average', 'x', orders.imbalance, imbalance, 10),
    row(
      'its load in the busiest minute',
      '%',
      100 * orders.peakLoad,
      100 * flow.peakMinuteLoad,
      10,
    ),
    row('its mean wait in that minute', 'ms', orders.waitMeanMs, minute.busiestMeanMs, 15),
    row('orders refused while it is away', '', recovery.refused, failure.refusedWhileAway, 25),
    row('bytes stored in a day', 'GB', storage.bytesPerDay / 1e9, bytes / 1e9, 1),
    row(
      'streams on the fullest thread, one gateway host gone',
      '',
      gateways.streamsPerThreadMax,
      gatewayFailure.streamsPerThreadAfter,
      5,
    ),
    row(
      'streams that come back, per other host',
      '/s',
      gateways.reconnectsPerHostSecond,
      gatewayFailure.reconnectsPerHostSecond,
      5,
    ),
  ];
}

function row(what: string, unit: string, arithmetic: number, model: number, tolerance: number) {
  return { what, unit, arithmetic, model, tolerance };
}

export function differenceOf({ arithmetic, model }: Compared): number {
  return (100 * (model - arithmetic)) / arithmetic;
}

export function isWithin(compared: Compared): boolean {
  return Math.abs(differenceOf(compared)) <= compared.tolerance;
}

export function comparisonTable(rows: readonly Compared[]): Table {
  return {
    title: 'the arithmetic beside the model',
    columns: ['what', 'unit', 'arithmetic', 'model', 'difference %', 'allowed %', 'within'],
    rows: rows.map((compared) => [
      compared.what,
      compared.unit,
      compared.arithmetic,
      compared.model,
      differenceOf(compared),
      compared.tolerance,
      isWithin(compared) ? 'yes' : 'NO',
    ]),
  };
}

export function goalsOf(rows: readonly Compared[], run: ModelRun, a: Assumed): Goal[] {
  const { flow, minute, failure } = run;
  return [
    ...rows.map((compared) =>
      atMost(`${compared.what}: model from arithmetic`, '%', compared.tolerance, {
        measured: Math.abs(differenceOf(compared)),
      }),
    ),
    atMost('load of the busiest minute beyond the headroom', '%', 10, {
      measured: 100 * (flow.peakMinuteLoad / a.headroom - 1),
    }),
    atMost('orders refused on a day without a failure', '', 0, { measured: flow.refused }),
    atMost('wait p99 of the busiest minute', 'ms', WAIT_P99_MS, { measured: minute.wait.p99Ms }),
    atMost('wait p99 on the hosts that took over', 'ms', WAIT_P99_MS, {
      measured: failure.waitAfter.p99Ms,
    }),
    atMost('their busiest second', '% of capacity', 100, { measured: 100 * failure.takerPeakLoad }),
  ];
}

function atMost(
  what: string,
  unit: string,
  goal: number,
  { measured }: { measured: number },
): Goal {
  return { what, unit, goal, sense: 'at_most', measured };
}
