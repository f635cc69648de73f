// The transaction of a durable actor's turn: begun by the runtime before the first message,
// committed after the last.
import type { Statement } from 'better-sqlite3';
import { checkpoint, type Db } from './database.ts';

export class TurnTransaction {
  readonly #db: Db;
  readonly #changesPerCheckpoint: number;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  readonly #totalChanges: Statement<[], number>;
  readonly #flush: () => void;
  #changesAtCheckpoint = 0;

  /** `flush` writes what the turn has gathered. */
  constructor(db: Db, changesPerCheckpoint: number, flush: () => void = () => undefined) {
    this.#flush = flush;
    this.#db = db;
    this.#changesPerCheckpoint = changesPerCheckpoint;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
    this.#totalChanges = db.prepare<[], number>('SELECT total_changes()').pluck();
  }

  begin(): void {
    this.#begin.run();
  }

  /** To be called before the commit, which writes whatever has been gathered since. */
  flush(): void {
    this.#flush();
  }

  /** One fsync, when anything was written. */
  commit(): void {
    this.#flush();
    this.#commit.run();
  }

  rollback(): void {
    if (this.#db.inTransaction) this.#rollback.run();
  }

  /** Between turns: a passive checkpoint when the WAL has grown, or when there is time for it. */
  maintain(idle: boolean): void {
    const changes = this.#totalChanges.get() ?? 0;
    const since = changes - this.#changesAtCheckpoint;
    if (since === 0 || (!idle && since < this.#changesPerCheckpoint)) return;
    checkpoint(this.#db, 'PASSIVE');
    this.#changesAtCheckpoint = changes;
  }

  close(): void {
    this.rollback();
    if (this.#db.open) {
      checkpoint(this.#db, 'TRUNCATE');
      this.#db.close();
    }
  }
}
