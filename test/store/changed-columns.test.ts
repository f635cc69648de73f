import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ChangedColumns } from '../../src/store/changed-columns.ts';
import { openDatabase } from '../../src/store/database.ts';
import { tempDirectory } from '../temp-directory.ts';

const COLUMNS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;
const NONE = COLUMNS.map(() => 0);

/** One row of noughts with the number 7. */
function aRow(t: TestContext) {
  const db = openDatabase(join(tempDirectory(t), 'rows.db'), {
    synchronous: 'FULL',
    migrations: [`CREATE TABLE rows (no INTEGER PRIMARY KEY, ${COLUMNS.join(', ')})`],
    changesPerCheckpoint: 0,
  });
  t.after(() => db.close());
  db.prepare(`INSERT INTO rows VALUES (7, ${NONE.join(', ')})`).run();
  const read = db.prepare(`SELECT ${COLUMNS.join(', ')} FROM rows`).raw();
  return { db, changes: new ChangedColumns(db, 'rows', COLUMNS, 'no = ?'), read: () => read.get() };
}

test('columns that have changed are written, and no others', (t) => {
  const { db, changes, read } = aRow(t);
  db.exec("UPDATE rows SET c = 'of another'");
  assert.equal(changes.update(NONE, [0, 5, 0, null, 0, 0, 0, 0], [7]), 1);
  assert.deepEqual(read(), [0, 5, 'of another', null, 0, 0, 0, 0]);
});

test('whatever changes with whatever is written, also when that is seldom so', (t) => {
  const { changes, read } = aRow(t);
  let before = NONE;
  for (let set = 1; set < 2 ** COLUMNS.length; set++) {
    const after = before.map((value, at) => ((set & (1 << at)) === 0 ? value : value + set));
    assert.equal(changes.update(before, after, [7]), 1);
    assert.deepEqual(read(), after);
    before = after;
  }
});

test('a row that is not there is none, and nothing to change is no change', (t) => {
  const { changes, read } = aRow(t);
  assert.equal(changes.update(NONE, [1, 0, 0, 0, 0, 0, 0, 0], [8]), 0);
  assert.equal(changes.update(NONE, NONE, [7]), 0);
  assert.deepEqual(read(), NONE);
});
