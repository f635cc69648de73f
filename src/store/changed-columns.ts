// The UPDATE of one row, of those columns alone that have changed: to bind the others, and to look
// for the row in the indexes that they stand in, costs more than to find out.
import type { Statement } from 'better-sqlite3';
import type { Db } from './database.ts';
import type { Value } from './row-batch.ts';

/** Sets of columns with a statement of their own; the usual ones are some twenty. */
const STATEMENTS_MAX = 128;
/** As many as a number has bits for `|`. */
const COLUMNS_MAX = 31;

export class ChangedColumns {
  readonly #db: Db;
  readonly #table: string;
  readonly #columns: readonly string[];
  readonly #where: string;
  readonly #all: number;
  /** By a bit for each column. */
  readonly #statements = new Map<number, Statement>();

  /** `where` has a `?` for each key of a row. */
  constructor(db: Db, table: string, columns: readonly string[], where: string) {
    if (columns.length > COLUMNS_MAX) throw new RangeError(`${table} has too many columns`);
    this.#db = db;
    this.#table = table;
    this.#columns = columns;
    this.#where = where;
    this.#all = 2 ** columns.length - 1;
  }

  /** The rows that were changed. Values are in the order of the columns. */
  update(before: readonly Value[], after: readonly Value[], keys: readonly Value[]): number {
    let set = 0;
    for (let at = 0; at < after.length; at++) if (before[at] !== after[at]) set |= 1 << at;
    if (set === 0) return 0;
    const isNew = !this.#statements.has(set);
    if (isNew && this.#statements.size >= STATEMENTS_MAX) set = this.#all;
    const values: Value[] = [];
    for (let at = 0; at < after.length; at++) {
      if ((set & (1 << at)) !== 0) values.push(after[at] as Value);
    }
    for (const key of keys) values.push(key);
    return this.#statementOf(set).run(...values).changes;
  }

  #statementOf(set: number): Statement {
    const known = this.#statements.get(set);
    if (known !== undefined) return known;
    const columns = this.#columns.filter((_, at) => (set & (1 << at)) !== 0);
    const terms = columns.map((column) => `${column} = ?`).join(', ');
    const statement = this.#db.prepare(`UPDATE ${this.#table} SET ${terms} WHERE ${this.#where}`);
    this.#statements.set(set, statement);
    return statement;
  }
}
