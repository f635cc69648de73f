// The crash points of files that are written outside of a turn's commit: by wrapping node:fs and
// better-sqlite3 in this process, and only here. Names are those of the files, with one name for
// all shards.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, relative, sep } from 'node:path';
import Database from 'better-sqlite3';

type Hit = (point: string) => void;

export interface WatchedFiles {
  /** Whether the transaction that this thread has open has changed a row. */
  hasWritten(): boolean;
}

/** Everything below the directory. */
export function watchFiles(directory: string, hit: Hit): WatchedFiles {
  const nameOf = (path: unknown): string | null => {
    const within = relative(directory, String(path));
    if (within === '') return 'data directory';
    return within.startsWith(`..${sep}`) ? null : nameOfFile(within);
  };
  watchFileSystem(nameOf, hit);
  return watchDatabases(nameOf, hit);
}

export function nameOfFile(path: string): string {
  return basename(path).replace(/^shard-\d+/, 'shard-NN');
}

/** Calls it between two points, if the file has a name. */
function around<Result>(name: string | null, step: string, hit: Hit, run: () => Result): Result {
  if (name === null) return run();
  hit(`${name}: before ${step}`);
  const result = run();
  hit(`${name}: after ${step}`);
  return result;
}

function watchFileSystem(nameOf: (path: unknown) => string | null, hit: Hit): void {
  const { mkdirSync, writeFileSync, renameSync, openSync, writeSync, fsyncSync } = fs;
  const open = new Map<number, string>();
  const named = (fd: number): string | null => open.get(fd) ?? null;
  Object.assign(fs, {
    mkdirSync: (...args: Parameters<typeof mkdirSync>) =>
      around(nameOf(args[0]), 'mkdir', hit, () => mkdirSync(...args)),
    writeFileSync: (...args: Parameters<typeof writeFileSync>) =>
      around(nameOf(args[0]), 'write', hit, () => writeFileSync(...args)),
    renameSync: (...args: Parameters<typeof renameSync>) =>
      around(nameOf(args[1]), 'rename', hit, () => renameSync(...args)),
    openSync: (...args: Parameters<typeof openSync>) => {
      const fd = openSync(...args);
      const name = nameOf(args[0]);
      if (name === null) open.delete(fd);
      else open.set(fd, name);
      return fd;
    },
    writeSync: (fd: number, ...rest: unknown[]) =>
      around(named(fd), 'append', hit, () => Reflect.apply(writeSync, fs, [fd, ...rest])),
    fsyncSync: (fd: number) => around(named(fd), 'fsync', hit, () => fsyncSync(fd)),
  });
  syncBuiltinESMExports();
}

/** The steps of a database that are durable and belong to no turn. */
const STEPS: readonly (readonly [pattern: RegExp, step: string])[] = [
  [/^\s*BEGIN EXCLUSIVE/, 'lock'],
  [/^\s*CREATE/, 'migration'],
  [/^user_version = /, 'user_version'],
  [/^journal_mode = /, 'journal_mode'],
  [/^wal_checkpoint\(PASSIVE\)/, 'checkpoint'],
  [/^wal_checkpoint\(TRUNCATE\)/, 'last checkpoint'],
];

function stepOf(sql: string): string | null {
  return STEPS.find(([pattern]) => pattern.test(sql))?.[1] ?? null;
}

function watchDatabases(nameOf: (path: unknown) => string | null, hit: Hit): WatchedFiles {
  const { exec, pragma, transaction, prepare } = Database.prototype;
  const step = <Result>(db: Database.Database, sql: string, run: () => Result): Result => {
    const name = stepOf(sql);
    const file = name === null || db.readonly ? null : nameOf(db.name);
    return around(file, name ?? '', hit, run);
  };
  const changesOf = new WeakMap<Database.Database, Database.Statement<[], number>>();
  const changes = (db: Database.Database): number => {
    const known =
      changesOf.get(db) ??
      (prepare.call(db, 'SELECT total_changes()').pluck() as Database.Statement<[], number>);
    changesOf.set(db, known);
    return known.get() ?? 0;
  };
  let turn: { readonly db: Database.Database; readonly changes: number } | null = null;
  Object.assign(Database.prototype, {
    exec(this: Database.Database, sql: string) {
      return step(this, sql, () => exec.call(this, sql));
    },
    pragma(this: Database.Database, sql: string, options?: Database.PragmaOptions) {
      return step(this, sql, () => pragma.call(this, sql, options));
    },
    transaction(this: Database.Database, run: (...args: unknown[]) => unknown) {
      const whole = transaction.call(this, run);
      const name = this.readonly ? null : nameOf(this.name);
      return (...args: unknown[]) => around(name, 'transaction', hit, () => whole(...args));
    },
    prepare(this: Database.Database, sql: string) {
      const statement = prepare.call(this, sql);
      if (sql !== 'BEGIN IMMEDIATE') return statement;
      const { run } = statement;
      return Object.assign(statement, {
        run: () => {
          turn = { db: this, changes: changes(this) };
          return Reflect.apply(run, statement, []);
        },
      });
    },
  });
  return { hasWritten: () => turn !== null && changes(turn.db) > turn.changes };
}
