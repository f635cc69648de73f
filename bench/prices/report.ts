// What the scenes have shown: a number, its spread over the runs and, where there is one, the goal
// beside it. A missed goal is said; only what was lost is a failure.
import type { Goal } from '../harness/goal.ts';
import { spreadOf } from '../harness/rounds.ts';
import type { Cell, Table } from '../harness/table.ts';
import type { IdleRun } from './idle.ts';
import type { CrowdRun } from './run.ts';
import type { Scene } from './scenes.ts';

export interface SceneReport {
  readonly result: object;
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  readonly remarks: readonly string[];
  readonly failures: readonly string[];
}

/** A generator that takes more of a core may be what was measured. */
const GENERATOR_SHARE_MAX = 0.4;
const MEGABYTE = 1_048_576;

type Row = readonly [what: string, values: readonly number[], bound?: Bound | undefined];
type Bound = readonly [sense: Goal['sense'], number | undefined];

const NONE: Bound = ['at_most', undefined];

export function crowdReport(scene: Scene, runs: readonly CrowdRun[]): SceneReport {
  const { clients, seconds, goals, about } = scene;
  const of = (read: (run: CrowdRun) => number) => runs.map(read);
  const rows: Row[] = [
    [
      'events delivered per second',
      of((run) => run.deliveredPerSecond),
      atLeast(goals.deliveredPerSecond),
    ],
    ['age p50 ms', of(({ report }) => report.age.p50Ms), atMost(goals.ageP50Ms)],
    ['age p99 ms', of(({ report }) => report.age.p99Ms), atMost(goals.ageP99Ms)],
    ['age p99.9 ms', of(({ report }) => report.age.p999Ms)],
    ['age max ms', of(({ report }) => report.age.maxMs)],
    [
      'gateway CPU us per event',
      of((run) => run.servingUsPerEvent),
      atMost(goals.gatewayUsPerEvent),
    ],
    ['broker CPU us per event', of((run) => run.allUsPerEvent)],
    ['events per broker CPU second', of((run) => run.eventsPerCpuSecond)],
    ['clients not current at the end', of(({ report }) => report.notCurrent), atMost(0)],
    ...requestRows(runs),
    ['bytes per event', of(({ report }) => report.bytes / Math.max(report.events, 1))],
    ['broker resident MB', of((run) => run.residentBytes / MEGABYTE)],
  ];
  const title = `${scene.name}: ${clients.toLocaleString('en-US')} clients, ${about}; ${seconds} s`;
  return {
    result: { ...sceneOf(scene), metrics: Object.fromEntries(rows.map(metricOf)), runs },
    tables: [metricTable(title, rows), coreTable(scene, runs)],
    goals: goalsOf(scene, rows),
    remarks: remarksOn(scene, runs),
    failures: failuresOf(
      scene,
      runs.map(({ report }) => report),
    ),
  };
}

function requestRows(runs: readonly CrowdRun[]): Row[] {
  const probes = runs.flatMap(({ requests }) => (requests === null ? [] : [requests]));
  if (probes.length === 0) return [];
  return [
    ['GET /livez p50 ms', probes.map(({ latency }) => latency.p50Ms)],
    ['GET /livez p99 ms', probes.map(({ latency }) => latency.p99Ms)],
    ['GET /livez given up', probes.map(({ failed }) => failed)],
  ];
}

export function idleReport(scene: Scene, run: IdleRun): SceneReport {
  const rows: Row[] = [
    ['resident bytes per stream', [run.bytesPerStream], atMost(scene.goals.bytesPerStream)],
    ['  the same from none on', [run.bytesPerStreamFromNone]],
    ['streams held', [run.held], atLeast(run.streams)],
    ['clients not current at the end', [run.notCurrent], atMost(0)],
    ['broker resident MB with none', [run.bytesWithNone / MEGABYTE]],
    ['broker resident MB with a third', [run.bytesWithSome / MEGABYTE]],
    ['broker resident MB with all', [run.bytesWithAll / MEGABYTE]],
  ];
  const title = `idle: ${run.streams.toLocaleString('en-US')} ${scene.about}`;
  return {
    result: { ...sceneOf(scene), metrics: Object.fromEntries(rows.map(metricOf)), runs: [run] },
    tables: [metricTable(title, rows)],
    goals: goalsOf(scene, rows),
    remarks: [],
    failures: failuresOf(scene, run.reports),
  };
}

function metricTable(title: string, rows: readonly Row[]): Table {
  return {
    title,
    columns: ['what', 'goal', 'median', 'min', 'max'],
    rows: rows.map(([what, values, [sense, number] = NONE]): Cell[] => {
      const { median, min, max } = spreadOf(values);
      return [
        what,
        number === undefined ? '' : `${sense.replace('_', ' ')} ${number}`,
        median,
        min,
        max,
      ];
    }),
  };
}

/** Shares of a core while it was timed, all processes of the machine that belong to the run. */
function coreTable({ name, clients }: Scene, runs: readonly CrowdRun[]): Table {
  const parts = [...new Set(runs.flatMap(({ cores }) => Object.keys(cores)))].sort();
  const row = (what: string, read: (run: CrowdRun) => number): Cell[] => {
    const { median, min, max } = spreadOf(runs.map(read));
    return [what, median, min, max];
  };
  return {
    title: `${name}, ${clients.toLocaleString('en-US')} clients: shares of a core`,
    columns: ['part', 'median', 'min', 'max'],
    rows: [
      ...parts.map((part) => row(`broker: ${part}`, ({ cores }) => cores[part] ?? 0)),
      row('  gateways: user', ({ servingCores }) => servingCores.user),
      row('  gateways: system', ({ servingCores }) => servingCores.system),
      row('exchange', ({ exchangeCores }) => exchangeCores),
      row('clients', ({ clientCores }) => clientCores),
    ],
  };
}

/** The names of the metrics end in their units. */
function goalsOf({ name, clients }: Scene, rows: readonly Row[]): Goal[] {
  return rows.flatMap(([what, values, [sense, goal] = NONE]) => {
    if (goal === undefined) return [];
    const named = `${name}, ${clients.toLocaleString('en-US')} clients: ${what}`;
    return { what: named, unit: '', goal, sense, measured: spreadOf(values).median };
  });
}

function remarksOn({ name, clients }: Scene, runs: readonly CrowdRun[]): string[] {
  const heavy = Math.max(...runs.map(({ clientCores }) => clientCores));
  const { timedStreams = 0 } = runs[0]?.report ?? {};
  return [
    ...(heavy > GENERATOR_SHARE_MAX
      ? [
          `${name}, ${clients} clients: the generator took ${Math.round(heavy * 100)} % of a core: ` +
            'it may be what was measured',
        ]
      : []),
    `${name}: ages are of ${timedStreams} streams, spread evenly over the ${clients}`,
  ];
}

function failuresOf({ name }: Scene, reports: readonly CrowdRun['report'][]): string[] {
  return reports.flatMap(({ notCurrent, closed, events }) => [
    ...(notCurrent > 0 ? [`${name}: ${notCurrent} clients had not the last prices`] : []),
    ...Object.entries(closed).map(([reason, count]) => `${name}: ${count} streams: ${reason}`),
    ...(events === 0 && name !== 'idle' ? [`${name}: no price came`] : []),
  ]);
}

function sceneOf({ name, clients, goals }: Scene) {
  return { scene: name, clients, goals };
}

function metricOf([what, values]: Row) {
  return [what, spreadOf(values)] as const;
}

function atLeast(number: number | undefined): Bound {
  return ['at_least', number];
}

function atMost(number: number | undefined): Bound {
  return ['at_most', number];
}
