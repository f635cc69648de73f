// `npm run mutants`: would the tests notice? Ends 0 exactly when every mutant that was tried was
// caught, 1 otherwise, 130 when it was interrupted.
import { readFileSync, writeFileSync } from 'node:fs';
import { HeaderError, type Mutant, readBank } from './mutant.ts';
import { chosen, type Options, readOptions, UsageError } from './options.ts';
import { PAGE, TableError, withRows } from './table.ts';
import { type Trial, Trials } from './trial.ts';

const EXIT_FAILED = 1;
const EXIT_INTERRUPTED = 130;
const ROOT = process.cwd();

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interruption.abort());
}

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  process.exitCode = interruption.signal.aborted ? EXIT_INTERRUPTED : EXIT_FAILED;
  if (!interruption.signal.aborted) process.stderr.write(`${sentenceOf(error)}\n`);
}

async function main(options: Options): Promise<number> {
  const bank = readBank(ROOT);
  const mutants = chosen(bank, options);
  if (options.list) return list(mutants, options);
  const startedAtMs = Date.now();
  const trials = await tryAll(mutants, options);
  const survivors = trials.filter(({ outcome }) => outcome !== 'caught');
  const seconds = ((Date.now() - startedAtMs) / 1_000).toFixed(0);
  const caught = trials.length - survivors.length;
  say(`${trials.length} mutants, ${caught} caught, ${seconds} s`);
  for (const { name, why } of survivors) say(`NOT CAUGHT ${name}: ${why}`);
  if (options.json) process.stdout.write(`${JSON.stringify(trials, null, 2)}\n`);
  if (survivors.length > 0) return EXIT_FAILED;
  if (options.write) {
    writeFileSync(PAGE, withRows(readFileSync(PAGE, 'utf8'), bank, trials));
    say(`${PAGE} is written`);
  }
  return 0;
}

function list(mutants: readonly Mutant[], { json }: Options): number {
  const text = ({ name, title, breaks, command }: Mutant) =>
    `${name}: ${title} (${breaks.join(', ')})\n    ${command.text}`;
  const listed = json ? JSON.stringify(mutants, null, 2) : mutants.map(text).join('\n');
  process.stdout.write(`${listed}\n`);
  return 0;
}

/** Each as soon as one of the `jobs` is free. */
async function tryAll(mutants: readonly Mutant[], options: Options): Promise<Trial[]> {
  const { jobs, timeoutMs } = options;
  const { signal } = interruption;
  const trials = new Trials({ root: ROOT, timeoutMs, signal });
  const results = new Map<string, Trial>();
  const queue = [...mutants];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const trial = await trials.try(next);
      results.set(next.name, trial);
      say(`${results.size}/${mutants.length} ${progressOf(trial)}`);
    }
  };
  try {
    const working = await Promise.allSettled(Array.from({ length: jobs }, work));
    for (const each of working) if (each.status === 'rejected') throw each.reason;
  } finally {
    trials.close();
  }
  return mutants.flatMap(({ name }) => results.get(name) ?? []);
}

function progressOf({ name, outcome, caughtBy, why, tookMs }: Trial): string {
  const detail = why ?? (caughtBy === null ? 'as declared' : `"${caughtBy.title}"`);
  return `${outcome} ${name} in ${(tookMs / 1_000).toFixed(1)} s: ${detail}`;
}

/** Progress goes to standard error, so that `--json` can be piped. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function sentenceOf(error: unknown): string {
  const isExpected =
    error instanceof UsageError || error instanceof HeaderError || error instanceof TableError;
  if (isExpected) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
