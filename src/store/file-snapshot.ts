// One SQLite file as it stood at one moment, for as long as this is open: a read transaction that a
// writer does not feel, except that its WAL cannot be folded back meanwhile. And a scratch file for
// sorting what no file has in order.
import Database from 'better-sqlite3';
import { type Db, openReadOnly } from './database.ts';
import { DataDirectoryError } from './errors.ts';

export class FileSnapshot {
  readonly path: string;
  readonly #db: Db;

  /** Throws `DataDirectoryError` if the file is not there or of another version. */
  constructor(path: string, schemaVersion: number) {
    this.path = path;
    this.#db = opened(path);
    const found = this.#db.pragma('user_version', { simple: true });
    if (found !== schemaVersion) {
      this.#db.close();
      const sentence = `${path} has schema ${String(found)}, this version reads ${schemaVersion}`;
      throw new DataDirectoryError(`${sentence}; a start of the broker brings it up to date`);
    }
    this.#db.exec('BEGIN');
    this.#db.prepare('SELECT count(*) FROM sqlite_schema').get(); // the moment is now
  }

  /** A question that will be asked many times. Rows of one may be read while another is. */
  prepare<Values extends unknown[], Row>(sql: string): Query<Values, Row> {
    const statement = this.#db.prepare<Values, Row>(sql);
    return {
      rows: (...values) => statement.iterate(...values),
      first: (...values) => statement.get(...values) ?? null,
    };
  }

  rows<Row>(sql: string): IterableIterator<Row> {
    return this.#db.prepare<[], Row>(sql).iterate();
  }

  close(): void {
    this.#db.close();
  }
}

export interface Query<Values extends unknown[], Row> {
  rows(...values: Values): IterableIterator<Row>;
  first(...values: Values): Row | null;
}

/** A private temporary file, gone when it is closed. */
export function openScratch(statements: string): Db {
  const db = new Database('');
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.exec(statements);
  return db;
}

function opened(path: string): Db {
  try {
    return openReadOnly(path);
  } catch (error) {
    throw new DataDirectoryError(`${path} cannot be read: ${String(error)}`);
  }
}
