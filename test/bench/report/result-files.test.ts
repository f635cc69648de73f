import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readResultFiles, resultFileOf } from '../../../bench/report/result-files.ts';
import { plotNamed, RECORD } from './result-record.ts';

const { name: _, isOld, prose, ...RAW } = RECORD;
const textOf = (changes: object): string => JSON.stringify({ ...RAW, quick: false, ...changes });

test('a record is read as it was written', () => {
  assert.deepEqual(resultFileOf('smoke.json', textOf({}), null), RECORD);
  assert.equal(resultFileOf('smoke.json', textOf({}), 'why').prose, 'why');
});

test('a record of before there were tables is empty and old', () => {
  const gone = { goals: undefined, plots: undefined, more: undefined, speed: undefined };
  const text = textOf({ tables: undefined, ...gone });
  const record = resultFileOf('smoke.json', text, null);
  assert.deepEqual([record.tables, record.goals, record.plots], [[], [], []]);
  assert.deepEqual([record.isOld, record.more, record.speed], [true, null, null]);
});

const REFUSED: [what: string, text: string, says: RegExp][] = [
  ['a quick run', textOf({ quick: true }), /smoke\.json .*--quick/],
  ['what does not say whether it was quick', textOf({ quick: undefined }), /--quick/],
  ['what is no JSON', '{', /smoke\.json .*JSON/],
  ['what is no object', '[]', /not what --json writes/],
  ['null', 'null', /no object/],
  ['what lacks the machine', textOf({ machine: undefined }), /not what --json writes/],
  ['a plot whose name is a path', textOf({ plots: [plotNamed('../x')] }), /"\.\.\/x"/],
];

for (const [what, text, says] of REFUSED) {
  test(`${what} is refused, with the file's name`, () => {
    assert.throws(() => resultFileOf('smoke.json', text, null), {
      name: 'ResultFileError',
      message: says,
    });
  });
}

test('a folder: records by name, each with its prose; other files are nobody', (t) => {
  const folder = folderOf(t, {
    'smoke.json': textOf({}),
    'lookup.json': textOf({ bench: 'lookup' }),
    'smoke.md': 'why\n',
    'notes.txt': 'x',
  });
  const found = readResultFiles(folder).map(({ name, prose }) => [name, prose]);
  assert.deepEqual(found, [
    ['lookup', null],
    ['smoke', 'why\n'],
  ]);
});

test('prose without a record, and a name that is no name, are refused', (t) => {
  assert.throws(() => readResultFiles(folderOf(t, { 'smok.md': '' })), /no smok\.json/);
  assert.throws(() => readResultFiles(folderOf(t, { 'My Run.json': '' })), /My Run\.json/);
});

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'outcry-results-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
