// A table that rows are appended to, opened as the product opens its files. The durable actor and
// its raw peer share it.
import type { Statement } from 'better-sqlite3';
import { LIMITS } from '../../src/limits.ts';
import { openDatabase } from '../../src/store/database.ts';
import { TurnTransaction } from '../../src/store/transaction.ts';

const SCHEMA = `
  CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    amountInCents INTEGER NOT NULL,
    text TEXT NOT NULL
  ) STRICT`;
/** With the numbers about as much as a lean order event. */
const TEXT = 'x'.repeat(100);

export class RowStore {
  readonly #transaction: TurnTransaction;
  readonly #insert: Statement;

  constructor(path: string) {
    const changesPerCheckpoint = LIMITS.changesPerCheckpoint;
    const db = openDatabase(path, {
      synchronous: 'FULL',
      migrations: [SCHEMA],
      changesPerCheckpoint,
    });
    this.#transaction = new TurnTransaction(db, changesPerCheckpoint);
    this.#insert = db.prepare('INSERT INTO entries (seq, amountInCents, text) VALUES (?, ?, ?)');
  }

  begin(): void {
    this.#transaction.begin();
  }

  insert(seq: number): void {
    this.#insert.run(seq, seq * 100, TEXT);
  }

  commit(): void {
    this.#transaction.commit();
  }

  rollback(): void {
    this.#transaction.rollback();
  }

  maintain(idle: boolean): void {
    this.#transaction.maintain(idle);
  }

  close(): void {
    this.#transaction.close();
  }
}
