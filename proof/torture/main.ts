// `npm run torture`: ends 0 exactly when every cycle was green, 1 with what was found, 2 when it
// cannot run.
import { parseArgs } from 'node:util';
import { PRESETS } from '../../src/exchange/simulator/faults/presets.ts';
import { Scope } from '../sync-trace/scope.ts';
import { type CampaignResult, runCampaign } from './campaign.ts';
import type { CycleResult } from './cycle.ts';
import { reportText } from './report.ts';

const EXIT_GREEN = 0;
const EXIT_RED = 1;
const EXIT_CANNOT_RUN = 2;
const EXIT_INTERRUPTED = 130;

const CYCLES_MAX = 100_000;
const SEED_MAX = 2 ** 31;
const WITH_FAULTS = 'storm';

const USAGE = `npm run torture -- [options]
  --cycles N       deaths of the broker under load, per campaign (100)
  --faults PRESET  of the exchange, one campaign: ${Object.keys(PRESETS).join(', ')}
                   (two campaigns: none, then ${WITH_FAULTS})
  --seed S         repeats the moments of the kills and the draws of crowd and exchange (random)
  --json           the reports as JSON; progress goes to standard error
  --help           this text`;

const OPTIONS = {
  cycles: { type: 'string', default: '100' },
  faults: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

class OptionError extends Error {
  readonly code = 'bad_option';
}

const scope = new Scope();
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isInterrupted = true;
    void scope.end().finally(() => process.exit(EXIT_INTERRUPTED));
  });
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.exitCode = EXIT_CANNOT_RUN;
  if (!isInterrupted) process.stderr.write(`${sentenceOf(error)}\n`);
} finally {
  await scope.end();
}

async function run(args: readonly string[]): Promise<number> {
  const { help, json, cycles, seed, faults } = optionsFrom(args);
  if (help) {
    process.stdout.write(`${USAGE}\n`);
    return EXIT_GREEN;
  }
  const results: CampaignResult[] = [];
  for (const preset of faults) {
    const onCycle = (cycle: number, result: CycleResult) =>
      void process.stderr.write(`${progressText(`${cycle}/${cycles} ${preset}`, result)}\n`);
    const result = await runCampaign(scope, { cycles, seed, faults: preset, onCycle });
    results.push(result);
    if (!json) process.stdout.write(reportText(result.report));
    if (result.kept !== null) {
      process.stderr.write(`the files are in ${result.kept}\n`);
      process.stderr.write(
        `npm run torture -- --cycles ${cycles} --faults ${preset} --seed ${seed}\n`,
      );
    }
  }
  const reports = results.map(({ report }) => report);
  if (json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  return reports.every(({ findings }) => findings.length === 0) ? EXIT_GREEN : EXIT_RED;
}

function progressText(what: string, result: CycleResult): string {
  const { killsAtMs, recoveryMs, knownAfterMs, recovered, findings } = result;
  const kills = killsAtMs.length === 1 ? '1 kill' : `${killsAtMs.length} kills`;
  const known = knownAfterMs === null ? 'not all known' : `all known after ${knownAfterMs} ms`;
  const verdict = findings.length === 0 ? 'green' : `red: ${findings.length} findings`;
  return `${what}: ${kills}, start ${recoveryMs} ms, ${known}, ${recovered} recovered, ${verdict}`;
}

function optionsFrom(args: readonly string[]) {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
  const { faults } = values;
  if (faults !== undefined && !Object.hasOwn(PRESETS, faults)) {
    throw new OptionError(`--faults must be a preset of the simulator, was "${faults}"`);
  }
  return {
    ...values,
    cycles: whole('cycles', values.cycles, 1, CYCLES_MAX),
    seed: whole('seed', values.seed ?? String(Math.floor(Math.random() * SEED_MAX)), 0, SEED_MAX),
    faults: faults === undefined ? ['none', WITH_FAULTS] : [faults],
  };
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new OptionError(`--${name} must be a whole number from ${min} to ${max}, was "${text}"`);
}

function sentenceOf(error: unknown): string {
  if (error instanceof OptionError) return `${error.message}\n\n${USAGE}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
