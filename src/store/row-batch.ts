// Rows of one table that a turn gathers and inserts many at a time: a statement costs about as much
// as the row that it inserts.
import assert from 'node:assert/strict';
import type { Statement } from 'better-sqlite3';
import type { Db } from './database.ts';

export type Value = string | number | null | Uint8Array;

export interface RowTerms {
  readonly constants?: Readonly<Record<string, string>>;
  readonly onConflict?: string;
}

/** Rows per statement, the largest first. */
const SIZES = [32, 8, 1] as const;

export class RowBatch {
  readonly #columns: number;
  readonly #inserts: readonly { readonly rows: number; readonly statement: Statement }[];
  #rows: (readonly Value[])[] = [];

  /**
   * `constants` are columns that are the same in every row, in SQL; `onConflict` is what becomes of
   * a row that is there already.
   */
  constructor(
    db: Db,
    table: string,
    columns: readonly string[],
    { constants = {}, onConflict = '' }: RowTerms = {},
  ) {
    const names = [...columns, ...Object.keys(constants)];
    const row = `(${[...columns.map(() => '?'), ...Object.values(constants)].join(', ')})`;
    this.#columns = columns.length;
    this.#inserts = SIZES.map((rows) => ({
      rows,
      statement: db.prepare(
        `INSERT INTO ${table} (${names.join(', ')})
         VALUES ${new Array<string>(rows).fill(row).join(', ')} ${onConflict}`,
      ),
    }));
  }

  /** In the order of the columns. */
  add(...values: readonly Value[]): void {
    if (values.length !== this.#columns) assert.fail(`a row of ${values.length} values`);
    this.#rows.push(values);
  }

  flush(): void {
    const gathered = this.#rows;
    if (gathered.length === 0) return;
    this.#rows = [];
    let at = 0;
    for (const { rows, statement } of this.#inserts) {
      // Spread: one list as a whole is taken apart a third more slowly by better-sqlite3.
      for (; at + rows <= gathered.length; at += rows) {
        statement.run(...this.#valuesOf(gathered, at, rows));
      }
    }
  }

  /** In a list of the right length from the start: one that grows is made anew many times. */
  #valuesOf(gathered: readonly (readonly Value[])[], from: number, rows: number): Value[] {
    const values = new Array<Value>(rows * this.#columns);
    let at = 0;
    for (let row = from; row < from + rows; row++) {
      for (const value of gathered[row] ?? []) values[at++] = value;
    }
    return values;
  }
}
