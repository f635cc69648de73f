import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDatabase } from '../../src/store/database.ts';
import { RowBatch, type RowTerms } from '../../src/store/row-batch.ts';
import { tempDirectory } from '../temp-directory.ts';

/** Rows of a number and a text. */
function aBatch(t: TestContext, terms: RowTerms = {}) {
  const db = openDatabase(join(tempDirectory(t), 'rows.db'), {
    synchronous: 'FULL',
    migrations: [
      "CREATE TABLE rows (no INTEGER PRIMARY KEY, text TEXT, kind TEXT DEFAULT 'usual')",
    ],
    changesPerCheckpoint: 0,
  });
  t.after(() => db.close());
  const batch = new RowBatch(db, 'rows', ['no', 'text'], terms);
  return { batch, rows: () => db.prepare('SELECT no, text, kind FROM rows').raw().all() };
}

test('any number of rows is inserted, each once, in the order in which they were added', (t) => {
  const { batch, rows } = aBatch(t);
  const added: [number, string, string][] = [];
  for (const count of [1, 7, 8, 41, 0, 64]) {
    for (let row = 0; row < count; row++) {
      const no = added.length;
      added.push([no, `row ${no}`, 'usual']);
      batch.add(no, `row ${no}`);
    }
    batch.flush();
    assert.deepEqual(rows(), added);
  }
});

test('what is the same in every row is not given with each', (t) => {
  const { batch, rows } = aBatch(t, { constants: { kind: "'new'" } });
  for (const no of [1, 2]) batch.add(no, null);
  batch.flush();
  assert.deepEqual(rows(), [
    [1, null, 'new'],
    [2, null, 'new'],
  ]);
});

test('a row that is there already becomes what the terms say', (t) => {
  const { batch, rows } = aBatch(t, {
    onConflict: "ON CONFLICT DO UPDATE SET text = excluded.text, kind = 'again'",
  });
  batch.add(1, 'first');
  batch.flush();
  for (const no of [2, 1]) batch.add(no, 'then');
  batch.flush();
  assert.deepEqual(rows(), [
    [1, 'then', 'again'],
    [2, 'then', 'usual'],
  ]);
});

test('a row of too few or too many values is refused by whoever adds it', (t) => {
  const { batch, rows } = aBatch(t);
  assert.throws(() => batch.add(1), /a row of 1 values/);
  assert.throws(() => batch.add(1, 'a', 'b'), /a row of 3 values/);
  batch.flush();
  assert.deepEqual(rows(), []);
});
