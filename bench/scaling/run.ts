// The arithmetic and, when all that it needs has been measured, the model that checks it.
import { BUCKETS } from '../../src/domain/ids.ts';
import type { BenchOutcome } from '../bench.ts';
import type { Goal } from '../harness/goal.ts';
import type { Plot } from '../harness/plot.ts';
import type { Table } from '../harness/table.ts';
import type { Assumed } from './assumptions.ts';
import { type Capacity, capacityOf } from './capacity.ts';
import { comparisonOf, comparisonTable, goalsOf, isWithin, type ModelRun } from './comparison.ts';
import {
  busiestMinuteInDetail,
  drawDay,
  flowOf,
  type WaitSample,
  waitsOverDay,
} from './day-model.ts';
import { failBusiestHost, failGatewayHost } from './failure-model.ts';
import { type MeasuredFigures, MissingFigureError, missingText } from './measured-figures.ts';
import { modelTable } from './model-table.ts';
import { hostsPlot, loadPlot, waitPlot } from './plots.ts';
import { MODEL_TABLES, type NotMeasured, notMeasuredOf, sectionsOf } from './sections.ts';

export interface ScalingRun {
  readonly seed: string;
  readonly figures: MeasuredFigures;
  readonly assumed: Assumed;
  progress(text: string): void;
}

export function scalingOutcome(run: ScalingRun): BenchOutcome {
  const { seed, figures, assumed } = run;
  const { tables, notMeasured } = sectionsOf(figures, assumed);
  const checked = modelOrReason(run);
  return {
    settings: { seed, assumed },
    results: {
      figures: figures.values,
      notMeasured: [...notMeasured, ...checked.notMeasured],
      ...checked.results,
    },
    tables: [...tables, ...checked.tables],
    goals: checked.goals,
    plots: checked.plots,
    remarks: checked.remarks,
    failures: figures.missing().map(missingText),
  };
}

interface Checked {
  readonly results: Readonly<Record<string, unknown>>;
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  readonly plots: readonly Plot[];
  readonly remarks: readonly string[];
  readonly notMeasured: readonly NotMeasured[];
}

function modelOrReason(run: ScalingRun): Checked {
  try {
    return modelChecked(run);
  } catch (error) {
    if (!(error instanceof MissingFigureError)) throw error;
    const notMeasured = MODEL_TABLES.map((table) => notMeasuredOf(table, error));
    return { results: {}, tables: [], goals: [], plots: [], remarks: [], notMeasured };
  }
}

function modelChecked(run: ScalingRun): Checked {
  const { figures, assumed } = run;
  const capacity = capacityOf(figures, assumed);
  const model = modelRun(run, capacity);
  run.progress('waits over the day');
  const samples = waitsOverDay(model.day);
  const compared = comparisonOf(capacity, model, figures);
  const apart = compared.filter((row) => !isWithin(row));
  return {
    results: { capacity, compared, model: summaryOf(model, samples) },
    tables: [modelTable(model), comparisonTable(compared)],
    goals: goalsOf(compared, model, assumed),
    plots: [loadPlot(model.flow), waitPlot(samples), hostsPlot(figures, assumed)],
    remarks: [
      ...apart.map(({ what }) => `the model does not confirm the arithmetic: ${what}`),
      ...contradictionsIn(capacity),
    ],
    notMeasured: [],
  };
}

function modelRun(run: ScalingRun, { demand, orders, gateways, recovery }: Capacity): ModelRun {
  const { seed, assumed, progress } = run;
  progress(`${assumed.dailyUsers} users are drawn`);
  const day = drawDay({
    seed,
    assumed,
    hosts: orders.hosts,
    perHostSecond: orders.perSecondMeasured,
    turn: orders.turn,
  });
  progress(`a day on ${orders.hosts} hosts`);
  const flow = flowOf(day);
  progress('the busiest minute, order by order');
  const minute = busiestMinuteInDetail(day);
  progress('a host fails');
  const failure = failBusiestHost(day, recovery.awaySeconds);
  const gatewayFailure = failGatewayHost(seed, demand.streams, gateways, assumed);
  return { day, flow, minute, failure, gatewayFailure };
}

function contradictionsIn({ orders }: Capacity): string[] {
  const { perSecondMeasured: measured, perSecondByCpu: byCpu } = orders;
  const said = `${Math.round(measured)} orders/s, by its CPU per order ${Math.round(byCpu)}`;
  return [
    ...(measured > byCpu ? [`a host keeps up ${said}: the figures are not of one load`] : []),
    ...(orders.hosts > BUCKETS ? [`${BUCKETS} buckets are not enough for such hosts`] : []),
  ];
}

/** Without the series, which are in the plots. */
function summaryOf(model: ModelRun, samples: readonly WaitSample[]) {
  const { day, flow, minute, failure, gatewayFailure } = model;
  const { minuteLoads, ...totals } = flow;
  return {
    busiestMinute: day.busiestMinute,
    bursts: day.bursts,
    shares: day.placement.shares,
    flow: totals,
    hostMinutes: minuteLoads.length * (minuteLoads[0]?.length ?? 0),
    minute,
    failure,
    gatewayFailure,
    worstSampleP99Ms: Math.max(...samples.map(({ wait }) => wait.p99Ms)),
  };
}
