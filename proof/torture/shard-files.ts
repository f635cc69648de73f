// What one needs to know of the orders in the broker's files while it runs: which there are, and
// which are in the middle of something.
import { openReadOnly } from '../../src/store/database.ts';

const IN_THE_MIDDLE = `SELECT id FROM orders WHERE status IN ('pending', 'pending_cancel')`;

export class ShardFiles {
  readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    this.paths = paths;
  }

  orderIds(): Set<string> {
    return this.#ids('SELECT id FROM orders');
  }

  /** Asked for, with no word from the exchange yet. */
  inTheMiddle(): Set<string> {
    return this.#ids(IN_THE_MIDDLE);
  }

  #ids(sql: string): Set<string> {
    return new Set(this.paths.flatMap((path) => read(path, sql)));
  }
}

function read(path: string, sql: string): string[] {
  const db = openReadOnly(path);
  try {
    return db.prepare<[], string>(sql).pluck().all();
  } finally {
    db.close();
  }
}
