// Rows of one table that a turn gathers and inserts many at a time: a statement costs about as much
// as the row that it inserts.
import type { Statement } from 'better-sqlite3';
import type { Db } from './database.ts';

export type Value = string | number | null | Uint8Array;

/** Rows per statement, the largest first. */
const SIZES = [32, 8, 1] as const;

export class RowBatch {
  readonly #inserts: readonly { readonly values: number; readonly statement: Statement }[];
  #values: Value[] = [];

  /** `onConflict` is what becomes of a row that is there already, in SQL. */
  constructor(db: Db, table: string, columns: readonly string[], onConflict = '') {
    const row = `(${columns.map(() => '?').join(', ')})`;
    this.#inserts = SIZES.map((rows) => ({
      values: rows * columns.length,
      statement: db.prepare(
        `INSERT INTO ${table} (${columns.join(', ')})
         VALUES ${new Array<string>(rows).fill(row).join(', ')} ${onConflict}`,
      ),
    }));
  }

  /** In the order of the columns. */
  add(...values: readonly Value[]): void {
    for (const value of values) this.#values.push(value);
  }

  flush(): void {
    const values = this.#values;
    if (values.length === 0) return;
    this.#values = [];
    let at = 0;
    for (const { values: count, statement } of this.#inserts) {
      // Spread: one list as a whole is taken apart a third more slowly by better-sqlite3.
      for (; at + count <= values.length; at += count) {
        statement.run(...values.slice(at, at + count));
      }
    }
  }
}
