// Pages as SQLite itself writes them, read back without it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { holds, type Row, rowsOf } from '../../../proof/sync-trace/page-rows.ts';
import { checkpoint, type Db, openDatabase } from '../../../src/store/database.ts';
import { tempDirectory } from '../../temp-directory.ts';

const PAGE_BYTES = 4_096;
const TABLES = `
  CREATE TABLE numbered (n INTEGER PRIMARY KEY, a TEXT, b REAL, c INTEGER, d BLOB, e TEXT) STRICT;
  CREATE TABLE keyed (k TEXT PRIMARY KEY, v TEXT) STRICT, WITHOUT ROWID;`;

function open(t: Pick<TestContext, 'after'>): { readonly db: Db; readonly rows: () => Row[] } {
  const path = join(tempDirectory(t), 'one.db');
  const db = openDatabase(path, {
    synchronous: 'FULL',
    migrations: [TABLES],
    changesPerCheckpoint: 10,
  });
  t.after(() => db.close());
  const rows = (): Row[] => {
    checkpoint(db, 'TRUNCATE');
    const bytes = readFileSync(path);
    const pages = Array.from({ length: bytes.length / PAGE_BYTES - 1 }, (_, n) => n + 1);
    return pages.flatMap((n) => rowsOf(bytes.subarray(n * PAGE_BYTES, (n + 1) * PAGE_BYTES)));
  };
  return { db, rows };
}

test('the texts of a row are found between values of every other kind', (t) => {
  const { db, rows } = open(t);
  const add = db.prepare('INSERT INTO numbered VALUES (?, ?, ?, ?, ?, ?)');
  for (const [n, c] of [0, 1, -1, 300, 70_000, 2 ** 31, 2 ** 40, 2 ** 52].entries()) {
    add.run(n + 1, `a${n}`, n + 0.5, c, Buffer.alloc(n), n % 2 === 0 ? null : 'é'.repeat(80));
  }
  const found = rows();
  assert(found.some((row) => holds(row, { texts: ['a7', 'é'.repeat(80)] })));
  assert(found.some((row) => holds(row, { texts: ['a0'] }) && row.length === 1));
  assert.equal(found.filter((row) => row.length > 0 && /^a\d$/.test(row[0] ?? '')).length, 8);
});

test('a row that was deleted or changed is not there, though its bytes are', (t) => {
  const { db, rows } = open(t);
  db.exec("INSERT INTO numbered (a) VALUES ('stays'), ('goes'), ('before')");
  db.exec("DELETE FROM numbered WHERE a = 'goes'");
  db.exec("UPDATE numbered SET a = 'after' WHERE a = 'before'");
  const texts = rows().flat();
  assert.deepEqual(
    ['stays', 'goes', 'before', 'after'].map((text) => texts.includes(text)),
    [true, false, false, true],
  );
});

test('keyed rows are found on leaves and on the pages above them', (t) => {
  const { db, rows } = open(t);
  const add = db.prepare('INSERT INTO keyed VALUES (?, ?)');
  const keys = Array.from({ length: 2_000 }, (_, n) => `key-${String(n).padStart(6, '0')}`);
  for (const key of keys) add.run(key, `of ${key}`);
  const found = new Set(rows().map((row) => row.join(' ')));
  for (const key of keys) assert(found.has(`${key} of ${key}`), key);
});

test('one of several texts is enough where any of them will do', () => {
  const row = ['ord_1', 'filled'];
  assert(holds(row, { texts: ['ord_1'], oneOf: ['submitted', 'filled'] }));
  assert(!holds(row, { texts: ['ord_1'], oneOf: ['cancelled'] }));
  assert(!holds(row, { texts: ['ord_2'], oneOf: ['filled'] }));
});
