// `npm run bench`: runs one bench, prints its tables, writes its record; or all, or the report.
// Ends 0 when the run completed and nothing was lost, 1 otherwise, 130 when it was interrupted.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { runEveryBench } from './all-command.ts';
import type { Bench, BenchOutcome } from './bench.ts';
import { goalTable } from './harness/goal.ts';
import { readSpeed } from './harness/machine-speed.ts';
import { recordOf } from './harness/record.ts';
import { tableText } from './harness/table.ts';
import { COMMANDS, type CommandLine, readCommandLine, UsageError } from './options.ts';
import { writeReport } from './report/report-command.ts';
import { ResultFileError } from './report/result-files.ts';

const EXIT_FAILED = 1;
const EXIT_INTERRUPTED = 130;

/** Loaded when asked for: one bench may need what another does without. */
const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  day: async () => (await import('./day.ts')).dayBench,
  durability: async () => (await import('./durability.ts')).durabilityBench,
  growth: async () => (await import('./growth.ts')).growthBench,
  lookup: async () => (await import('./lookup.ts')).lookupBench,
  orders: async () => (await import('./orders.ts')).ordersBench,
  prices: async () => (await import('./prices.ts')).pricesBench,
  recovery: async () => (await import('./recovery.ts')).recoveryBench,
  runtime: async () => (await import('./runtime.ts')).runtimeBench,
  scaling: async () => (await import('./scaling.ts')).scalingBench,
  smoke: async () => (await import('./smoke.ts')).smokeBench,
};

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interruption.abort());
}

try {
  const names = [...Object.keys(BENCHES), ...COMMANDS];
  process.exitCode = await main(readCommandLine(process.argv.slice(2), names));
} catch (error) {
  const isRefusal = error instanceof UsageError || error instanceof ResultFileError;
  const isExpected = isRefusal || interruption.signal.aborted;
  process.stderr.write(`${isExpected ? String((error as Error).message) : stackOf(error)}\n`);
  process.exitCode = interruption.signal.aborted ? EXIT_INTERRUPTED : EXIT_FAILED;
}

async function main({ name, jsonFile, quick, full, more }: CommandLine): Promise<number> {
  if (name === 'report') return writeReport();
  if (name === 'all') {
    const isWell = await runEveryBench(Object.keys(BENCHES), {
      quick,
      full,
      signal: interruption.signal,
    });
    return interruption.signal.aborted ? EXIT_INTERRUPTED : isWell ? 0 : EXIT_FAILED;
  }
  const load = BENCHES[name];
  if (load === undefined) throw new UsageError(`There is no bench "${name}".`);
  if (jsonFile !== null) mkdirSync(dirname(resolve(jsonFile)), { recursive: true });
  const bench = await load();
  const progress = (text: string): void => void process.stderr.write(`${name}: ${text}\n`);
  const recording = jsonFile === null ? null : { jsonFile, before: readSpeed() };
  const startedAtMs = Date.now();
  const outcome = await bench({ quick, full, more, progress, signal: interruption.signal });
  const tookMs = Date.now() - startedAtMs;
  process.stdout.write(textOf(outcome));
  if (recording !== null) {
    const speed = { before: recording.before, after: readSpeed() };
    const record = recordOf({ name, quick, full, more, startedAtMs, tookMs, speed }, outcome);
    writeFileSync(recording.jsonFile, `${JSON.stringify(record, null, 2)}\n`);
  }
  return outcome.failures.length === 0 ? 0 : EXIT_FAILED;
}

function textOf({ tables, goals = [], remarks, failures }: BenchOutcome): string {
  const lines = [
    ...remarks.map((remark) => `note: ${remark}`),
    ...failures.map((failure) => `FAILED: ${failure}`),
  ];
  const all = goals.length === 0 ? tables : [...tables, goalTable(goals)];
  return `${[...all.map(tableText), ...lines].join('\n')}\n`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
