// `npm run crash-points`: kills the broker at each step of each scenario, and again while it
// recovers. Ends 0 when every run was green and at most a small share of the points was not
// reached.
import { writeFileSync } from 'node:fs';
import { Prng } from '../../src/runtime/simulation/prng.ts';
import { Campaign, commandOf, type ScenarioReport } from './campaign.ts';
import { Cleanup } from './cleanup.ts';
import { type Options, readOptions, USAGE, UsageError } from './options.ts';
import { sampleOf } from './plan.ts';
import { run } from './run.ts';
import { Theatre } from './theatre.ts';

const EXIT_GREEN = 0;
const EXIT_NOT_GREEN = 1;
const EXIT_BAD_USAGE = 2;
/** Of the kills that were planned: a point may depend on who is faster. */
const NOT_REACHED_SHARE_MAX = 0.02;
const POINTS_PER_SCENARIO = 3;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(options: Options, cleanup: Cleanup): Promise<number> {
  if (options.mode === 'help') {
    print(USAGE);
    return EXIT_GREEN;
  }
  const theatre = await Theatre.open(cleanup);
  switch (options.mode) {
    case 'list':
      return list(theatre, options);
    case 'one':
      return one(theatre, options);
    case 'campaign':
      return campaign(theatre, options);
  }
}

async function list(theatre: Theatre, { scenarios }: Options): Promise<number> {
  let exit = EXIT_GREEN;
  for (const scenario of scenarios) {
    const { hits, failure } = await run(theatre, { scenario, kill: null, recovery: null });
    print(`${scenario.name}: ${scenario.about}`);
    const counts = new Map<string, number>();
    for (const point of hits) counts.set(point, (counts.get(point) ?? 0) + 1);
    for (const [point, count] of counts) print(`  ${String(count).padStart(3)}  ${point}`);
    if (failure === null) continue;
    print(failure);
    exit = EXIT_NOT_GREEN;
  }
  return exit;
}

async function one(theatre: Theatre, { scenarios, kill, recovery }: Options): Promise<number> {
  const [scenario] = scenarios;
  if (scenario === undefined) throw new UsageError('--scenario is missing');
  const result = await run(theatre, { scenario, kill, recovery });
  const { failure, isReached, kills, ms } = result;
  const outcome = failure ?? (isReached ? 'green' : 'green, but not every point was reached');
  print(`${scenario.name}: ${kills} kills in ${ms} ms, ${outcome}`);
  return failure === null && isReached ? EXIT_GREEN : EXIT_NOT_GREEN;
}

async function campaign(theatre: Theatre, options: Options): Promise<number> {
  const startedAtMs = Date.now();
  const { jobs, sample, seed } = options;
  const chance = new Prng(seed);
  if (sample !== null) print(`SEED=${seed}`);
  const scenarios =
    sample === null
      ? options.scenarios
      : sampleOf(options.scenarios, Math.ceil(sample / POINTS_PER_SCENARIO), chance);
  const perScenario = sample === null ? null : Math.ceil(sample / scenarios.length);
  const played = new Campaign(theatre, {
    ...{ scenarios, jobs, tell: print },
    sample: perScenario === null ? null : { perScenario, chance },
  });
  const reports = await played.run();
  const seconds = Math.round((Date.now() - startedAtMs) / 1_000);
  return conclude(options, { reports, recovery: played.recovery.kills, seconds });
}

interface Played {
  readonly reports: readonly ScenarioReport[];
  /** Point of a recovery -> kills at it. */
  readonly recovery: ReadonlyMap<string, number>;
  readonly seconds: number;
}

function conclude({ jsonFile }: Options, { reports, recovery, seconds }: Played): number {
  const sum = (of: (report: ScenarioReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const others = reports.flatMap((report) => report.others);
  const failed = others.filter(({ outcome }) => outcome === 'failed');
  const notReached = others.length - failed.length;
  const spared = [...recovery].filter(([, kills]) => kills === 0).map(([point]) => point);
  const [points, runs, kills] = [sum((r) => r.points), sum((r) => r.runs), sum((r) => r.kills)];
  print('');
  print(`${reports.length} scenarios, ${points} points, ${runs} runs, ${kills} kills, all audited`);
  print(`${failed.length} failed, ${notReached} not reached, ${seconds} s`);
  print(`${recovery.size} points of recoveries seen, ${spared.length} of them not killed`);
  for (const point of spared) print(`  ${point}`);
  for (const verdict of others) print(`${verdict.outcome}: ${commandOf(verdict)}`);
  if (jsonFile !== null) {
    const totals = { points, runs, kills, failed: failed.length, notReached, seconds };
    const record = { totals, recovery: Object.fromEntries(recovery), scenarios: reports };
    writeFileSync(jsonFile, `${JSON.stringify(record, null, 2)}\n`);
  }
  const isGreen = failed.length === 0 && notReached <= runs * NOT_REACHED_SHARE_MAX;
  return isGreen ? EXIT_GREEN : EXIT_NOT_GREEN;
}

const cleanup = new Cleanup();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanup.run().finally(() => process.exit(EXIT_NOT_GREEN)));
}
try {
  process.exitCode = await main(readOptions(process.argv.slice(2)), cleanup);
} catch (error) {
  const isUsage = error instanceof UsageError;
  const text = error instanceof Error && !isUsage ? (error.stack ?? '') : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = isUsage ? EXIT_BAD_USAGE : EXIT_NOT_GREEN;
} finally {
  await cleanup.run();
}
