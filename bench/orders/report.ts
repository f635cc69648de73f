// What the order bench has shown, in tables, goals and plots.
import type { BenchOutcome } from '../bench.ts';
import type { Goal } from '../harness/goal.ts';
import { LATENCY_COLUMNS, latencyRow } from '../harness/histogram.ts';
import type { Plot, Series } from '../harness/plot.ts';
import { spreadOf } from '../harness/rounds.ts';
import type { Table } from '../harness/table.ts';
import { HOPS } from './hops.ts';
import { isCarried, type LoadRun } from './load-run.ts';
import type { PeersRun } from './peers.ts';
import type { SceneRun } from './run.ts';
import { FLOOR, FLOW, type Scene } from './scenes.ts';

export interface SceneRuns {
  readonly scene: Scene;
  readonly runs: readonly SceneRun[];
}

/** A generator that takes more of a core may be what was measured. */
const GENERATOR_SHARE_MAX = 0.4;
const MEGABYTE = 1_048_576;

export function ordersOutcome(
  measured: readonly SceneRuns[],
  peers: PeersRun | null,
): BenchOutcome {
  const all = [...measured.flatMap(({ runs }) => runs), ...(peers === null ? [] : [peers.outcry])];
  return {
    settings: { flow: FLOW, floor: FLOOR, scenes: measured.map(({ scene }) => scene) },
    results: { figures: figuresOf(measured), scenes: measured.map(resultOf), peers },
    tables: [
      ...measured.flatMap((one) => [rateTable(one), costTable(one), ...hopTables(one)]),
      ...storageTables(measured),
      ...(peers === null ? [] : [peersTable(peers)]),
    ],
    goals: goalsOf(measured, peers),
    plots: [...measured.flatMap(rampPlots), ...(peers === null ? [] : [peersPlot(peers)])],
    remarks: [...remarksOn(all.flatMap(({ steps }) => steps)), ...stackRemarks(peers)],
    failures: [...all.flatMap(failuresIn), ...stackFailures(peers)],
  };
}

/** The highest rate that was carried; 0 when none was. */
export function kneeOf(steps: readonly LoadRun[]): number {
  return Math.max(0, ...steps.filter(isCarried).map(({ ratePerSecond }) => ratePerSecond));
}

function resultOf({ scene, runs }: SceneRuns) {
  return { scene: scene.name, knees: runs.map(({ steps }) => kneeOf(steps)), runs };
}

function runsOf(measured: readonly SceneRuns[], name: Scene['name']): readonly SceneRun[] {
  return measured.find(({ scene }) => scene.name === name)?.runs ?? [];
}

function median(values: readonly number[]): number | null {
  return values.length === 0 ? null : spreadOf(values).median;
}

function stepsAt(runs: readonly SceneRun[], index: number): LoadRun[] {
  return runs.flatMap(({ steps }) => steps[index] ?? []);
}

function figuresOf(measured: readonly SceneRuns[]): Record<string, number> {
  const steady = stepsAt(runsOf(measured, 'steady'), 0);
  const figures = {
    ordersPerSecondSustained: median(runsOf(measured, 'ramp').map(({ steps }) => kneeOf(steps))),
    ordersPerSecondPlacing: median(runsOf(measured, 'placing').map(({ steps }) => kneeOf(steps))),
    brokerCpuMicrosecondsPerOrder: median(steady.map((step) => step.serverUsPerRequest)),
  };
  const known = Object.entries(figures).filter((entry): entry is [string, number] => {
    return entry[1] !== null;
  });
  return Object.fromEntries(known);
}

function rateTable({ scene, runs }: SceneRuns): Table {
  const rows = scene.rates.flatMap((rate, index) => {
    const steps = stepsAt(runs, index);
    if (steps.length === 0) return [];
    const mid = (pick: (step: LoadRun) => number) => median(steps.map(pick));
    return [
      [
        rate,
        steps.length,
        mid(({ report }) => report.answersPerSecond),
        mid(({ report }) => report.placed.p50Ms),
        mid(({ report }) => report.placed.p99Ms),
        mid(({ report }) => report.placed.maxMs),
        mid(({ report }) => report.cancelled.p99Ms),
        mid(({ report }) => report.lateness.p99Ms),
        mid(({ fdatasync }) => fdatasync.p50Ms),
        `${steps.filter(isCarried).length} of ${steps.length}`,
      ],
    ];
  });
  return {
    title: `${scene.name}: ${scene.about}; ${scene.seconds} s each, medians of the runs`,
    columns: [
      'requests/s',
      'runs',
      'answered/s',
      'POST p50 ms',
      'p99 ms',
      'max ms',
      'DELETE p99 ms',
      'generator late p99 ms',
      'fdatasync p50 ms',
      'carried',
    ],
    rows,
  };
}

function costTable({ scene, runs }: SceneRuns): Table {
  const rows = scene.rates.flatMap((rate, index) => {
    const steps = stepsAt(runs, index);
    if (steps.length === 0) return [];
    const mid = (pick: (step: LoadRun) => number) => median(steps.map(pick));
    const threads = (kind: string) => mid(({ cores }) => coresOf(cores, kind));
    return [
      [
        rate,
        mid(({ serverUsPerRequest }) => serverUsPerRequest),
        mid(({ serverCores }) => serverCores),
        threads('gateway-'),
        threads('order-'),
        threads('exchange-'),
        threads('others'),
        mid(({ exchangeCores }) => exchangeCores),
        mid(({ generatorCores }) => generatorCores),
        mid(({ serverPeakBytes }) => serverPeakBytes / MEGABYTE),
      ],
    ];
  });
  return {
    title: `${scene.name}: CPU, in cores`,
    columns: [
      'requests/s',
      'broker us/request',
      'broker',
      'gateway thread',
      'order threads',
      'exchange thread',
      'others',
      'simulator',
      'generator',
      'broker peak MB',
    ],
    rows,
  };
}

/** Of all threads of a kind together. */
function coresOf(cores: LoadRun['cores'], kind: string): number {
  const threads = Object.entries(cores).filter(([thread]) => thread.startsWith(kind));
  return threads.reduce((sum, [, used]) => sum + used, 0);
}

function hopTables({ scene, runs }: SceneRuns): Table[] {
  const run = runs.at(-1);
  if (scene.rates.length > 1 || run === undefined) return [];
  return [
    {
      title: `${scene.name}: where the time of an order goes (last run, a sample)`,
      columns: LATENCY_COLUMNS,
      rows: HOPS.map((hop) => latencyRow(hop, run.hops[hop])),
    },
  ];
}

interface StorageShare {
  readonly limitPerCpuSecond: number;
  readonly ordersPerCpuSecond: number;
}

/** Orders alone: a cancel is part of the life of its order, on both sides. */
function storageShare(measured: readonly SceneRuns[]): StorageShare | null {
  const run = runsOf(measured, 'steady').find(({ storage }) => storage !== null);
  const step = run?.steps[0];
  if (run?.storage == null || step === undefined) return null;
  const { orders, cpuSeconds } = run.storage;
  return {
    limitPerCpuSecond: orders / cpuSeconds,
    ordersPerCpuSecond: step.report.placedPerSecond / step.serverCores,
  };
}

function storageTables(measured: readonly SceneRuns[]): Table[] {
  const share = storageShare(measured);
  const run = runsOf(measured, 'steady').find(({ storage }) => storage !== null);
  if (share === null || run?.storage == null) return [];
  const { limitPerCpuSecond, ordersPerCpuSecond } = share;
  return [
    {
      title: 'steady: beside the storage limit, better-sqlite3 alone with the same rows',
      columns: ['what', 'orders per CPU second', 'us per order', 'events per transaction'],
      rows: [
        ['better-sqlite3 alone', limitPerCpuSecond, 1e6 / limitPerCpuSecond, run.eventsPerTurn],
        ['the whole broker', ordersPerCpuSecond, 1e6 / ordersPerCpuSecond, run.eventsPerTurn],
      ],
    },
  ];
}

/** The one that carries most; of those that carry the same, the one with the lower p99. */
export function bestOf<Run extends { readonly steps: readonly LoadRun[] }>(
  runs: readonly Run[],
): Run | null {
  const p99Of = ({ steps }: Run): number =>
    stepAtKnee(steps)?.report.placed.p99Ms ?? Number.POSITIVE_INFINITY;
  const [first] = [...runs].sort(
    (a, b) => kneeOf(b.steps) - kneeOf(a.steps) || p99Of(a) - p99Of(b),
  );
  return first ?? null;
}

function stepAtKnee(steps: readonly LoadRun[]): LoadRun | undefined {
  const knee = kneeOf(steps);
  return steps.find(({ ratePerSecond }) => ratePerSecond === knee);
}

function peersTable(peers: PeersRun): Table {
  const row = (what: string, steps: readonly LoadRun[]) =>
    steps.map((step) => [
      what,
      step.ratePerSecond,
      step.report.answersPerSecond,
      step.report.placed.p50Ms,
      step.report.placed.p99Ms,
      step.serverUsPerRequest,
      step.serverCores,
      step.fdatasync.p50Ms,
      isCarried(step) ? 'yes' : 'no',
    ]);
  return {
    title: 'peers: the same flow, one after the other',
    columns: [
      'server',
      'requests/s',
      'answered/s',
      'POST p50 ms',
      'p99 ms',
      'us/request',
      'cores',
      'fdatasync p50 ms',
      'carried',
    ],
    rows: [
      ...peers.stacks.flatMap(({ workers, steps }) =>
        row(`PostgreSQL + Redis, ${workers} workers`, steps),
      ),
      ...row('Outcry', peers.outcry.steps),
    ],
  };
}

function goalsOf(measured: readonly SceneRuns[], peers: PeersRun | null): Goal[] {
  const figures = figuresOf(measured);
  const steady = stepsAt(runsOf(measured, 'steady'), 0);
  const light = stepsAt(runsOf(measured, 'light'), 0);
  const share = storageShare(measured);
  const at = (what: string, unit: string, goal: number, measured: number | null): Goal => {
    return { what, unit, goal, sense: unit === 'ms' ? 'at_most' : 'at_least', measured };
  };
  const goals = [
    at(
      'full mix with fills, sustained',
      'requests/s',
      8_000,
      figures['ordersPerSecondSustained'] ?? null,
    ),
    at('placing alone', 'orders/s', 12_000, figures['ordersPerSecondPlacing'] ?? null),
    at('POST p99 at 5,000/s', 'ms', 50, median(steady.map(({ report }) => report.placed.p99Ms))),
    at('POST p50 at 500/s', 'ms', 6, median(light.map(({ report }) => report.placed.p50Ms))),
    at(
      "orders per CPU second, of the storage limit's",
      '%',
      40,
      share === null ? null : (100 * share.ordersPerCpuSecond) / share.limitPerCpuSecond,
    ),
    ...(peers === null ? [] : peerGoals(peers)),
  ];
  return goals.map((goal) =>
    goal.measured === null ? { ...goal, why: 'its scene was not run' } : goal,
  );
}

function peerGoals(peers: PeersRun): Goal[] {
  const stack = bestOf(peers.stacks);
  const why = peers.skipped ?? 'the stack carried no rate';
  const knee = stack === null ? 0 : kneeOf(stack.steps);
  const ours = kneeOf(peers.outcry.steps);
  const theirs = stack === null ? undefined : stepAtKnee(stack.steps);
  const same = peers.outcry.steps.find(({ ratePerSecond }) => ratePerSecond === knee);
  return [
    {
      what: 'throughput at the knee, of PostgreSQL + Redis',
      unit: 'x',
      goal: 5,
      sense: 'at_least',
      measured: knee === 0 ? null : ours / knee,
      why,
    },
    {
      what: 'POST p99 at the best rate of PostgreSQL + Redis, of its p99',
      unit: 'x',
      goal: 1,
      sense: 'at_most',
      measured:
        theirs === undefined || same === undefined
          ? null
          : same.report.placed.p99Ms / theirs.report.placed.p99Ms,
      why,
    },
  ];
}

function rampPlots({ scene, runs }: SceneRuns): Plot[] {
  if (scene.rates.length < 2) return [];
  const percentile = (name: string, pick: (step: LoadRun) => number): Series => ({
    name,
    points: scene.rates.flatMap((rate, index) => {
      const value = median(stepsAt(runs, index).map(pick));
      return value === null ? [] : [[rate, value] as const];
    }),
  });
  return [
    {
      name: scene.name,
      title: `Latency of POST /order by rate: ${scene.about}`,
      x: { label: 'requests per second', scale: 'linear' },
      y: { label: 'ms, from the intended send time', scale: 'log' },
      series: [
        percentile('p50', ({ report }) => report.placed.p50Ms),
        percentile('p99', ({ report }) => report.placed.p99Ms),
        percentile('p99.9', ({ report }) => report.placed.p999Ms),
      ],
    },
  ];
}

function peersPlot(peers: PeersRun): Plot {
  const series = (name: string, steps: readonly LoadRun[]): Series => ({
    name,
    points: steps.map(({ ratePerSecond, report }) => [ratePerSecond, report.placed.p99Ms] as const),
  });
  return {
    name: 'peers',
    title: 'POST /order p99 by rate, Outcry beside PostgreSQL + Redis',
    x: { label: 'requests per second', scale: 'linear' },
    y: { label: 'p99 in ms, from the intended send time', scale: 'log' },
    series: [
      series('Outcry', peers.outcry.steps),
      ...peers.stacks.map(({ workers, steps }) =>
        series(`PostgreSQL + Redis, ${workers} workers`, steps),
      ),
    ],
  };
}

function remarksOn(steps: readonly LoadRun[]): string[] {
  return steps.flatMap(({ ratePerSecond, generatorCores, report }) => [
    ...(generatorCores > GENERATOR_SHARE_MAX
      ? [
          `at ${ratePerSecond}/s the generator took ${Math.round(generatorCores * 100)} % of a core: it may be what was measured`,
        ]
      : []),
    ...Object.entries(report.errors).map(
      ([error, count]) => `at ${ratePerSecond}/s ${count} requests: ${error}`,
    ),
    ...(report.noAnswer > 0 ? [`at ${ratePerSecond}/s ${report.noAnswer} had no answer`] : []),
  ]);
}

function stackRemarks(peers: PeersRun | null): string[] {
  if (peers === null) return [];
  const skipped = peers.skipped === null ? [] : [`PostgreSQL + Redis: skipped, ${peers.skipped}`];
  return [...skipped, ...remarksOn(peers.stacks.flatMap(({ steps }) => steps))];
}

function stackFailures(peers: PeersRun | null): string[] {
  return (peers?.stacks ?? []).flatMap(({ workers, findings }) =>
    findings.map((finding) => `PostgreSQL + Redis, ${workers} workers: ${finding}`),
  );
}

function failuresIn({ books, stoppedInTime, steps }: SceneRun): string[] {
  const placed = steps.some(({ report }) => report.placed.count > 0);
  return [
    ...(books.outcome === 'held' ? [] : [`the auditor found a break: ${books.firstBreak}`]),
    ...(books.lost === 0 ? [] : [`${books.lost} orders that were answered 2xx are not on disk`]),
    ...(placed ? [] : ['no order was taken']),
    ...(stoppedInTime ? [] : ['the broker did not stop in time and was killed']),
  ];
}
