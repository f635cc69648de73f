import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError, readCommand } from '../../../proof/mutants/command.ts';
import { HeaderError, readMutant } from '../../../proof/mutants/mutant.ts';

const DIFF = 'diff --git a/src/a.ts b/src/a.ts\n--- a/src/a.ts\n+++ b/src/a.ts\n';
const HEADER = `Title: a repeated trade is booked again
Breaks: E04, I5
Caught by: node --import tsx --test test/a.test.ts
`;

test('a header says what the bug does, what it breaks, and who must notice', () => {
  const mutant = readMutant('bank/booked-again.patch', `${HEADER}\n${DIFF}`);
  assert.deepEqual(
    [mutant.name, mutant.title, mutant.breaks, mutant.command.args, mutant.hangs],
    [
      'booked-again',
      'a repeated trade is booked again',
      ['E04', 'I5'],
      ['--import', 'tsx', '--test', 'test/a.test.ts'],
      false,
    ],
  );
  assert.equal(readMutant('x.patch', `${HEADER}Hangs: yes\n\n${DIFF}`).hangs, true);
});

const REFUSED: readonly [name: string, text: string, says: RegExp][] = [
  ['without a title', HEADER.replace(/^Title.*\n/, '') + DIFF, /booked.patch must begin with/],
  ['without a diff', HEADER, /must begin with Title, Breaks and Caught by, then diff/],
  ['with another line', `${HEADER}Author: me\n${DIFF}`, /must begin with/],
  ['that breaks nothing known', HEADER.replace('I5', 'much') + DIFF, /breaks "much"/],
  ['that needs a shell', HEADER.replace('tsx', 'tsx | tee x') + DIFF, /needs a shell for \|/],
];

for (const [name, text, says] of REFUSED) {
  test(`a patch ${name} is refused with a sentence`, () => {
    assert.throws(
      () => readMutant('bank/booked.patch', text),
      (error) => error instanceof HeaderError && says.test(error.message),
    );
  });
}

test('a command has its variables in front and keeps what stands in quotes together', () => {
  const command = readCommand('SEED=7 LATE=a=b node --test --test-name-pattern "E04 a|b" x.ts');
  assert.deepEqual(command.variables, { SEED: '7', LATE: 'a=b' });
  assert.deepEqual(command.args, ['--test', '--test-name-pattern', 'E04 a|b', 'x.ts']);
  assert.equal(command.isTest, true);
  assert.equal(readCommand('node --import tsx proof/x/main.ts').isTest, false);
});

for (const text of ['npm test', 'A=1', 'node $HOME', "node 'a'", 'node "a', 'node a > b']) {
  test(`the command ${text} is refused`, () => {
    assert.throws(() => readCommand(text), CommandError);
  });
}
