// `npm run simulate`: many seeds, each a broker's life under its own faults. Exit code 0 exactly
// when every seed is green; each red one prints the line that repeats it.
import { createWriteStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Campaign, isGreen } from './campaign.ts';
import { campaignText } from './campaign-text.ts';
import { isPreset, PRESETS, type Preset } from './plan.ts';
import { runSeed } from './run-seed.ts';
import { runSeeds } from './seed-pool.ts';
import type { SeedReport, SeedTask } from './worker.ts';

const USAGE = `npm run simulate -- [options]
  --seeds N        how many seeds (default 100)
  --first S        the first of them, a whole number (default 1); the others follow it
  --faults PRESET  ${Object.keys(PRESETS).join(', ')} (default all)
  --jobs N         processes side by side (default: one per core)
  --json           the report as JSON on standard output
  --trace FILE     one seed: writes every line of its trace
  --break-at LINE  one seed: stops in an attached debugger before that line of the trace
`;

interface Options {
  readonly seeds: number;
  readonly first: number;
  readonly preset: Preset;
  readonly jobs: number;
  readonly json: boolean;
  readonly trace: string | null;
  readonly breakAt: number | null;
}

/** One of so many seeds is run twice (FoundationDB does the same). */
const TWICE_EVERY = 100;
const PROGRESS_MS = 5_000;
const FINDINGS_SHOWN = 5;

const EXIT_RED = 1;
const EXIT_USAGE = 2;

const options = readOptions();
if (options !== null) process.exitCode = await run(options);

async function run(opts: Options): Promise<number> {
  const { preset, seeds, jobs } = opts;
  const campaign = new Campaign({ areCasesExpected: preset === 'all' });
  const startedAtMs = performance.now();
  const isStepped = opts.trace !== null || opts.breakAt !== null;
  const tell = (text: string): void => void process.stderr.write(`${text}\n`);
  const progress = setInterval(() => tell(progressText(campaign, seeds, startedAtMs)), PROGRESS_MS);
  const onReport = (report: SeedReport): void => {
    const findings = campaign.take(report);
    if (findings.length > 0) tell(redText(report.seed, findings, preset));
  };
  if (isStepped) onReport(await stepped(opts));
  else await runSeeds(tasksOf(opts), { jobs, onReport });
  clearInterval(progress);
  const report = campaign.report();
  const seconds = Math.round((performance.now() - startedAtMs) / 100) / 10;
  if (opts.json) process.stdout.write(`${JSON.stringify({ preset, seconds, ...report })}\n`);
  else process.stdout.write(`${campaignText(report)}in ${seconds} s on ${jobs} processes\n`);
  return isGreen(report) ? 0 : EXIT_RED;
}

/** In this process, so that a debugger can hold it. */
async function stepped({ first, preset, trace, breakAt }: Options): Promise<SeedReport> {
  const file = trace === null ? null : createWriteStream(trace);
  let line = 0;
  const onTraceLine = (text: string): void => {
    line++;
    file?.write(`${line} ${text}\n`);
    // biome-ignore lint/suspicious/noDebugger: this is what --break-at asks for
    if (line === breakAt) debugger;
  };
  const result = await runSeed(String(first), { preset, onTraceLine });
  await new Promise((resolve) => (file === null ? resolve(null) : file.end(resolve)));
  process.stderr.write(`${JSON.stringify(result.plan)}\n${line} lines of trace\n`);
  return result;
}

function tasksOf({ seeds, first, preset }: Options): SeedTask[] {
  const tasks = Array.from({ length: seeds }, (_, n) => ({ seed: String(first + n), preset }));
  return [...tasks, ...tasks.filter((_, n) => n % TWICE_EVERY === 0)];
}

function progressText({ seeds, reds }: Campaign, of: number, startedAtMs: number): string {
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const leftS = seeds === 0 ? '?' : Math.ceil(((of - seeds) * seconds) / seeds);
  return `${seeds} of ${of} seeds, ${reds} red, ${leftS} s to go`;
}

function redText(seed: string, findings: readonly string[], preset: Preset): string {
  const more = findings.length - FINDINGS_SHOWN;
  const faults = preset === 'all' ? '' : ` --faults ${preset}`;
  return [
    `RED seed ${seed}`,
    ...findings.slice(0, FINDINGS_SHOWN).map((finding) => `  ${finding}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    `  repeat it: npm run simulate -- --seeds 1 --first ${seed}${faults}`,
  ].join('\n');
}

/** Null when it has said why not, or has helped. */
function readOptions(): Options | null {
  try {
    return parse();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${why}\n${USAGE}`);
    process.exitCode = EXIT_USAGE;
    return null;
  }
}

function parse(): Options | null {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '100' },
      first: { type: 'string', default: '1' },
      faults: { type: 'string', default: 'all' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      json: { type: 'boolean', default: false },
      trace: { type: 'string' },
      'break-at': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return null;
  }
  const { faults, json, trace = null } = values;
  if (!isPreset(faults)) throw new RangeError(`--faults ${faults} is none of the presets`);
  const breakAt = values['break-at'];
  const options = {
    seeds: whole('seeds', values.seeds),
    first: whole('first', values.first),
    jobs: whole('jobs', values.jobs),
    preset: faults,
    json,
    trace,
    breakAt: breakAt === undefined ? null : whole('break-at', breakAt),
  };
  const isStepped = trace !== null || breakAt !== undefined;
  if (isStepped && options.seeds !== 1) throw new RangeError('one seed is stepped: add --seeds 1');
  return options;
}

function whole(name: string, text: string): number {
  if (!/^\d{1,12}$/.test(text) || Number(text) < 1) {
    throw new RangeError(`--${name} must be a whole number from 1 on, and was ${text}`);
  }
  return Number(text);
}
