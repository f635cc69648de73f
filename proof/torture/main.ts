// `npm run torture`: ends 0 exactly when every cycle was green, 1 with what was found, 2 when it
// cannot run.
import { randomInt } from 'node:crypto';
import { runCommand } from '../command.ts';
import type { Scope } from '../scope.ts';
import { type CampaignResult, runCampaign } from './campaign.ts';
import type { CycleResult } from './cycle.ts';
import { OptionError, readOptions, USAGE } from './options.ts';
import { reportText } from './report.ts';

const EXIT_GREEN = 0;
const EXIT_RED = 1;
const EXIT_CANNOT_RUN = 2;
const FRESH_SEED_MAX = 2 ** 31;

await runCommand({ run, sentenceOf, exitCannotRun: EXIT_CANNOT_RUN });

async function run(args: readonly string[], scope: Scope): Promise<number> {
  const { help, json, cycles, seed, faults } = readOptions(args, () => randomInt(FRESH_SEED_MAX));
  if (help) {
    process.stdout.write(`${USAGE}\n`);
    return EXIT_GREEN;
  }
  const reports: CampaignResult['report'][] = [];
  for (const preset of faults) {
    const onCycle = (cycle: number, result: CycleResult) => {
      process.stderr.write(`${progressText(`${cycle}/${cycles} ${preset}`, result)}\n`);
    };
    const { report, kept } = await runCampaign(scope, { cycles, seed, faults: preset, onCycle });
    reports.push(report);
    if (!json) process.stdout.write(reportText(report));
    if (kept === null) continue;
    const again = `npm run torture -- --cycles ${cycles} --faults ${preset} --seed ${seed}`;
    process.stderr.write(`the files are in ${kept}\n${again}\n`);
  }
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

function sentenceOf(error: unknown): string {
  if (error instanceof OptionError) return `${error.message}\n\n${USAGE}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
