// The command line of `npm run mutants`. What is not understood is refused with a sentence.
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Mutant } from './mutant.ts';

export interface Options {
  /** A part of the names of those to try; null: of all. */
  readonly only: string | null;
  /** So many of them, drawn by the seed; null: all. */
  readonly sample: number | null;
  readonly seed: string;
  readonly jobs: number;
  readonly timeoutMs: number;
  readonly list: boolean;
  readonly json: boolean;
  readonly write: boolean;
}

export class UsageError extends Error {
  readonly code = 'bad_usage';
  override readonly name = 'UsageError';
}

const JOBS_MAX = 2; // more would take the cores of the tests that are timed
const USAGE =
  'npm run mutants -- [--only PART] [--sample N --seed S] [--jobs 1|2] [--timeout SECONDS] ' +
  '[--list] [--json] [--write]';

export function readOptions(args: readonly string[]): Options {
  const values = parse(args);
  return {
    only: values.only ?? null,
    sample: values.sample === undefined ? null : numberOf('sample', values.sample, 1_000),
    seed: values.seed,
    jobs: numberOf('jobs', values.jobs, JOBS_MAX),
    timeoutMs: numberOf('timeout', values.timeout, 3_600) * 1_000,
    list: values.list,
    json: values.json,
    write: values.write,
  };
}

/** In the order of the bank; the same seed draws the same ones. */
export function chosen(bank: readonly Mutant[], { only, sample, seed }: Options): Mutant[] {
  const named = bank.filter(({ name }) => only === null || name.includes(only));
  if (named.length === 0) throw new UsageError(`No mutant has "${only}" in its name. ${USAGE}`);
  const drawn = [...named]
    .sort((a, b) => (lotOf(a, seed) < lotOf(b, seed) ? -1 : 1))
    .slice(0, sample ?? named.length);
  return named.filter((mutant) => drawn.includes(mutant));
}

function lotOf({ name }: Mutant, seed: string): string {
  return createHash('sha256').update(`${seed} ${name}`).digest('hex');
}

function numberOf(name: string, text: string, max: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= max) return number;
  throw new UsageError(`--${name} must be a whole number from 1 to ${max}. ${USAGE}`);
}

const OPTIONS = {
  only: { type: 'string' },
  sample: { type: 'string' },
  seed: { type: 'string', default: '1' },
  jobs: { type: 'string', default: '1' },
  timeout: { type: 'string', default: '120' },
  list: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason}. ${USAGE}`);
  }
}
