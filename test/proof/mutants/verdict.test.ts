import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestResult } from '../../../proof/mutants/test-result.ts';
import { type Ended, verdictOn } from '../../../proof/mutants/verdict.ts';

const FILE = '/tree/test/a.test.ts';

function result(outcome: TestResult['outcome'], code: string | null = null): TestResult {
  const title = outcome === 'not_loaded' ? FILE : 'E04 a repeated trade';
  return { title, file: FILE, outcome, error: code === null ? null : { code, message: 'why' } };
}

function ended(changes: Partial<Ended>): Ended {
  return { exitCode: 1, isOverdue: false, tests: [], output: '', ...changes };
}

const CASES: readonly [name: string, ended: Ended, colour: string][] = [
  ['every test passed', ended({ exitCode: 0, tests: [result('passed')] }), 'green'],
  ['an assertion did not hold', ended({ tests: [result('failed', 'ERR_ASSERTION')] }), 'red'],
  [
    'a constraint of a file did not hold',
    ended({ tests: [result('failed', 'SQLITE_CONSTRAINT_UNIQUE')] }),
    'red',
  ],
  [
    'an assertion did not hold after something else was thrown',
    ended({ tests: [result('failed', 'testCodeFailure'), result('failed', 'ERR_ASSERTION')] }),
    'red',
  ],
  ['a test threw', ended({ tests: [result('failed', 'testCodeFailure')] }), 'neither'],
  ['a test was cancelled', ended({ tests: [result('failed', 'cancelledByParent')] }), 'neither'],
  ['the file did not load', ended({ tests: [result('not_loaded', 'testCodeFailure')] }), 'neither'],
  ['no test has that name', ended({ exitCode: 0, tests: [result('skipped')] }), 'neither'],
  ['the runner itself failed', ended({ exitCode: 7 }), 'neither'],
  ['it did not end', ended({ isOverdue: true, exitCode: null, tests: null }), 'hung'],
  ['an attack found nothing', ended({ exitCode: 0, tests: null }), 'green'],
  ['an attack found something', ended({ tests: null, output: 'I6: a fill is lost' }), 'red'],
  ['an attack did not load', ended({ tests: null, output: 'SyntaxError: nope' }), 'neither'],
  ['an attack was killed', ended({ exitCode: null, tests: null }), 'neither'],
];

for (const [name, how, colour] of CASES) {
  test(`${name}: ${colour}`, () => {
    assert.equal(verdictOn(how).colour, colour);
  });
}

test('red names the assertion, not what else was thrown', () => {
  const noticed = { ...result('failed', 'ERR_ASSERTION'), title: 'E05 parked' };
  const verdict = verdictOn(ended({ tests: [result('failed', 'testCodeFailure'), noticed] }));
  assert.deepEqual(verdict, { colour: 'red', by: noticed });
});
