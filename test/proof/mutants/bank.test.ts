// Keeps the bank alive: every patch still applies, says what it breaks, and stands in the table.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { environmentWith } from '../../../proof/mutants/environment.ts';
import { readBank } from '../../../proof/mutants/mutant.ts';
import { PAGE, rowBegin, rowsOf } from '../../../proof/mutants/table.ts';

const MUTANTS_MIN = 20;
const bank = readBank('.');

test('there are enough mutants, each with a whole header', () => {
  assert(bank.length >= MUTANTS_MIN, `there are ${bank.length}`);
  const titles = bank.map(({ title }) => title);
  assert.equal(new Set(titles).size, titles.length, 'two say the same');
});

test('every mutant breaks what is promised in docs/orders.md or docs/invariants.md', () => {
  const pages = ['docs/orders.md', 'docs/invariants.md'].map((page) => readFileSync(page, 'utf8'));
  const promised = new Set(pages.join('\n').match(/(?<=^\| )[EI]\d\d?(?= \|)/gm));
  for (const { name, breaks } of bank) {
    assert.deepEqual(
      breaks.filter((number) => !promised.has(number)),
      [],
      name,
    );
  }
});

test('every patch applies to the tree as it is, and touches src/ alone', () => {
  for (const { name, path } of bank) {
    const { status, stderr } = spawnSync('git', ['apply', '--check', path], {
      env: environmentWith({}),
      encoding: 'utf8',
    });
    assert.equal(status, 0, `${name} must be brought up to date: ${stderr}`);
    const files = readFileSync(path, 'utf8').match(/(?<=^\+\+\+ b\/).*/gm) ?? [];
    for (const file of files) assert.match(file, /^src\//, name);
  }
});

test('every mutant names a file of tests, and a title in it', () => {
  for (const { name, command } of bank) {
    if (!command.isTest) continue;
    const files = command.args.filter((arg) => arg.endsWith('.test.ts'));
    assert.equal(files.length, 1, name);
    const [file = ''] = files;
    assert(existsSync(file), `${name}: ${file}`);
    const pattern = command.args[command.args.indexOf('--test-name-pattern') + 1];
    if (!command.args.includes('--test-name-pattern')) continue;
    assert.match(readFileSync(file, 'utf8'), new RegExp(pattern ?? ''), name);
  }
});

test(`${PAGE} has every mutant of the bank, and no other: npm run mutants -- --write`, () => {
  const rows = rowsOf(readFileSync(PAGE, 'utf8'));
  assert.deepEqual(
    [...rows.keys()],
    bank.map(({ name }) => name),
  );
  for (const mutant of bank) {
    const row = rows.get(mutant.name) ?? '';
    assert(row.startsWith(rowBegin(mutant)), `the row of ${mutant.name} is of an older header`);
  }
});
