// `npm run sync-trace`: ends 0 exactly when everything was proven, 1 with what was not, 2 when it
// cannot run, 3 when system calls cannot be traced here.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { tempDirectory } from '../../test/temp-directory.ts';
import { runCommand } from '../command.ts';
import type { Scope } from '../scope.ts';
import { reportText } from './report.ts';
import { tracerProblem } from './strace.ts';
import { judgeFile, tracedRun } from './traced-run.ts';

const EXIT_PROVEN = 0;
const EXIT_NOT_PROVEN = 1;
const EXIT_CANNOT_RUN = 2;
const EXIT_CANNOT_TRACE = 3;

const ORDERS_MIN = 8;
const ORDERS_MAX = 1_000;

const USAGE = `npm run sync-trace -- [options]
  --orders N    orders to place, ${ORDERS_MIN} to ${ORDERS_MAX} (100); the rest comes on top
  --keep FILE   leaves the trace there
  --trace FILE  judges a trace that was kept, and starts nothing
  --json        the verdict as JSON
  --help        this text`;

const OPTIONS = {
  orders: { type: 'string', default: '100' },
  keep: { type: 'string' },
  trace: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

class OptionError extends Error {
  readonly code = 'bad_option';
}

await runCommand({ run, sentenceOf, exitCannotRun: EXIT_CANNOT_RUN });

async function run(args: readonly string[], scope: Scope): Promise<number> {
  const { orders, keep, trace, json, help } = optionsFrom(args);
  if (help) {
    process.stdout.write(`${USAGE}\n`);
    return EXIT_PROVEN;
  }
  const problem = trace === undefined ? tracerProblem() : null;
  if (problem !== null) {
    process.stderr.write(`${problem}\n`);
    return EXIT_CANNOT_TRACE;
  }
  const verdict = await (trace === undefined
    ? judgeNewTrace(scope, orders, keep)
    : judgeFile(trace, null));
  process.stdout.write(json ? `${JSON.stringify(verdict, null, 2)}\n` : reportText(verdict));
  return verdict.findings.length === 0 ? EXIT_PROVEN : EXIT_NOT_PROVEN;
}

async function judgeNewTrace(scope: Scope, orders: number, keep: string | undefined) {
  const file = keep === undefined ? join(tempDirectory(scope), 'trace') : resolve(keep);
  return judgeFile(file, await tracedRun(scope, { orders, file }));
}

function optionsFrom(args: readonly string[]) {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
  const { trace } = values;
  const orders = Number(values.orders);
  if (!Number.isInteger(orders) || orders < ORDERS_MIN || orders > ORDERS_MAX) {
    throw new OptionError(
      `--orders must be ${ORDERS_MIN} to ${ORDERS_MAX}, was "${values.orders}"`,
    );
  }
  if (trace !== undefined && !existsSync(trace)) {
    throw new OptionError(`--trace must be a file, was "${trace}"`);
  }
  return { ...values, orders };
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
}

function sentenceOf(error: unknown): string {
  if (error instanceof OptionError) return `${error.message}\n\n${USAGE}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
