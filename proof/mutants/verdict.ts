// Whether a command that has ended was green, red, or neither. Red is an assertion that did not
// hold, or a constraint of a file: a program that does not load or runs no test notices nothing.
import type { TestResult } from './test-result.ts';

export interface Ended {
  /** Null: it was ended by a signal. */
  readonly exitCode: number | null;
  readonly isOverdue: boolean;
  /** Null for a command that is not the test runner. */
  readonly tests: readonly TestResult[] | null;
  readonly output: string;
}

export type Verdict =
  | { readonly colour: 'green' }
  | { readonly colour: 'red'; readonly by: TestResult | null }
  | { readonly colour: 'hung' }
  | { readonly colour: 'neither'; readonly why: string };

const LINES_TOLD = 3;
const NOTICED = /^(ERR_ASSERTION|SQLITE_CONSTRAINT)/;
/** What an attack of ours ends with when it has found something. */
const EXIT_FOUND = 1;
const DID_NOT_LOAD =
  /\b(SyntaxError|ReferenceError|TransformError|ERR_MODULE_NOT_FOUND|ERR_UNKNOWN_FILE_EXTENSION)\b/;

export function verdictOn(ended: Ended): Verdict {
  if (ended.isOverdue) return { colour: 'hung' };
  return ended.tests === null ? verdictOnAttack(ended) : verdictOnTests(ended, ended.tests);
}

function verdictOnTests(ended: Ended, tests: readonly TestResult[]): Verdict {
  const { exitCode } = ended;
  const unloaded = tests.find(({ outcome }) => outcome === 'not_loaded');
  if (unloaded !== undefined) return neither(`${unloaded.file} did not load, or died`);
  const failed = tests.filter(({ outcome }) => outcome === 'failed');
  const by = failed.find(({ error }) => error !== null && NOTICED.test(error.code));
  if (by !== undefined) return { colour: 'red', by };
  const [thrown] = failed;
  if (thrown !== undefined) {
    return neither(`no assertion failed, "${thrown.title}" threw: ${thrown.error?.message}`);
  }
  if (exitCode !== 0) return neither(`no test failed, but it ended with ${lastWords(ended)}`);
  if (!tests.some(({ outcome }) => outcome === 'passed')) return neither('no test was run');
  return { colour: 'green' };
}

function verdictOnAttack(ended: Ended): Verdict {
  const { exitCode, output } = ended;
  if (exitCode === 0) return { colour: 'green' };
  if (exitCode === EXIT_FOUND && !DID_NOT_LOAD.test(output)) return { colour: 'red', by: null };
  return neither(`it ended with ${lastWords(ended)}`);
}

function neither(why: string): Verdict {
  return { colour: 'neither', why };
}

function lastWords({ exitCode, output }: Ended): string {
  return `${exitCode}: ${output.trimEnd().split('\n').slice(-LINES_TOLD).join(' | ')}`;
}
