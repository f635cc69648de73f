import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDatabase, openReadOnly } from '../../src/store/database.ts';
import { TurnTransaction } from '../../src/store/transaction.ts';
import { tempDirectory } from '../temp-directory.ts';

const TABLE = 'CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT';

function open(t: Pick<TestContext, 'after'>, migrations: string[], path?: string) {
  const file = path ?? join(tempDirectory(t), 'one.db');
  const db = openDatabase(file, { synchronous: 'FULL', migrations, changesPerCheckpoint: 10 });
  t.after(() => db.close());
  return { db, file };
}

test('a file is in WAL mode and synced at each commit, still after the first write', (t) => {
  const { db } = open(t, [TABLE]);
  db.exec('INSERT INTO t VALUES (1)');
  assert.equal(db.pragma('synchronous', { simple: true }), 2);
  assert.equal(db.pragma('journal_mode', { simple: true }), 'wal');
  assert.equal(db.pragma('foreign_keys', { simple: true }), 1);
});

test('migrations run once each, in order; a file of a newer version is refused', (t) => {
  const { db, file } = open(t, [TABLE, 'INSERT INTO t VALUES (1)']);
  db.close();
  const { db: again } = open(t, [TABLE, 'INSERT INTO t VALUES (1)'], file);
  assert.equal(again.prepare('SELECT count(*) FROM t').pluck().get(), 1);
  again.close();
  assert.throws(() => open(t, [TABLE], file), /written by a newer version/);
});

test('a migration that fails leaves nothing of itself', (t) => {
  const file = join(tempDirectory(t), 'one.db');
  assert.throws(() => open(t, [`${TABLE}; INSERT INTO nowhere VALUES (1)`], file));
  const { db } = open(t, [TABLE], file);
  assert.equal(db.pragma('user_version', { simple: true }), 1);
});

test('a reader sees what was committed, and nothing of an open turn', (t) => {
  const { db, file } = open(t, [TABLE]);
  const turn = new TurnTransaction(db, 10);
  const reader = openReadOnly(file);
  t.after(() => reader.close());
  const count = () => reader.prepare('SELECT count(*) FROM t').pluck().get();
  turn.begin();
  db.exec('INSERT INTO t VALUES (1)');
  assert.equal(count(), 0);
  turn.commit();
  assert.equal(count(), 1);
  turn.begin();
  db.exec('INSERT INTO t VALUES (2)');
  turn.rollback();
  assert.equal(count(), 1);
  assert.throws(() => reader.exec('DELETE FROM t'), /readonly/);
});

test('I10 a file that is closed in the middle of a turn keeps nothing of it', (t) => {
  const { db, file } = open(t, [TABLE]);
  const turn = new TurnTransaction(db, 10);
  turn.begin();
  db.exec('INSERT INTO t VALUES (1)');
  turn.close();
  const { db: again } = open(t, [TABLE], file);
  assert.equal(again.prepare('SELECT count(*) FROM t').pluck().get(), 0);
});
