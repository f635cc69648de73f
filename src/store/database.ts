// Opens a SQLite file the one way that keeps promises: WAL, an fsync per commit, strict tables,
// numbered migrations.
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';

export type Db = Database.Database;

export interface DatabaseOptions {
  /** FULL everywhere that money stands; NORMAL only where a lost second can be fetched again. */
  readonly synchronous: 'FULL' | 'NORMAL';
  /**
   * Statement lists, applied once each, in order; the number of those applied is `PRAGMA
   * user_version`.
   */
  readonly migrations: readonly string[];
  readonly changesPerCheckpoint: number;
}

/** The one writer connection of a file. */
export function openDatabase(path: string, options: DatabaseOptions): Db {
  const db = new Database(path);
  try {
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${options.synchronous}`);
    db.pragma('wal_autocheckpoint = 0'); // inside a commit it costs a quarter of the thread
    // Each commit after a split page looks through all of it, and the system keeps the file anyway.
    db.pragma('cache_size = -16384');
    db.pragma('temp_store = MEMORY');
    db.pragma('foreign_keys = OFF'); // a table that is referred to may be built anew
    migrate(db, path, options.migrations);
    db.pragma('foreign_keys = ON');
    // better-sqlite3 defaults WAL files to NORMAL, which loses acknowledged commits on power loss:
    // prove it is not so.
    const expected = options.synchronous === 'FULL' ? 2 : 1;
    assert.equal(db.pragma('synchronous', { simple: true }), expected, `${path} is not synced`);
    assert.equal(db.pragma('journal_mode', { simple: true }), 'wal', `${path} is not in WAL mode`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A reader beside the writer; it sees what was committed before each statement. */
export function openReadOnly(path: string): Db {
  return new Database(path, { readonly: true, fileMustExist: true });
}

/**
 * Folds the WAL back into the file: `PASSIVE` between turns, `TRUNCATE` at the stop. Not inside a
 * transaction.
 */
export function checkpoint(db: Db, mode: 'PASSIVE' | 'TRUNCATE'): { walPages: number } {
  const [row] = db.pragma(`wal_checkpoint(${mode})`) as { log: number }[];
  return { walPages: row?.log ?? 0 };
}

function migrate(db: Db, path: string, migrations: readonly string[]): void {
  const applied = db.pragma('user_version', { simple: true }) as number;
  assert(
    applied <= migrations.length,
    `${path} was written by a newer version: schema ${applied}, known are ${migrations.length}`,
  );
  for (const [index, statements] of migrations.entries()) {
    if (index < applied) continue;
    db.transaction(() => {
      db.exec(statements);
      assert.deepEqual(db.pragma('foreign_key_check'), [], `migration ${index + 1} of ${path}`);
      db.pragma(`user_version = ${index + 1}`);
    })();
  }
}
