// Every decision about trading, appended and never changed: who, why, when. The newest of a scope
// is in force.
import type { Statement } from 'better-sqlite3';
import type { TradingState } from '../domain/account.ts';
import type { Db } from './database.ts';

export interface Decision {
  /** Empty: the whole broker. */
  readonly symbol: string;
  readonly state: TradingState;
  readonly reason: string | null;
  readonly by: string;
  readonly atMs: number;
}

export interface NumberedDecision extends Decision {
  readonly version: number;
}

const COLUMNS = 'version, symbol, state, reason, decided_by AS "by", decided_at_ms AS atMs';

export class TradingStateStore {
  readonly #add: Statement<[Decision]>;
  readonly #inForce: Statement<[], NumberedDecision>;
  readonly #version: Statement<[], { version: number }>;

  constructor(db: Db) {
    this.#add = db.prepare(
      `INSERT INTO trading_states (symbol, state, reason, decided_by, decided_at_ms)
       VALUES (@symbol, @state, @reason, @by, @atMs)`,
    );
    this.#inForce = db.prepare(
      `SELECT ${COLUMNS} FROM trading_states
       WHERE version IN (SELECT max(version) FROM trading_states GROUP BY symbol)
       ORDER BY symbol`,
    );
    this.#version = db.prepare('SELECT coalesce(max(version), 0) AS version FROM trading_states');
  }

  /** The version that this decision makes. */
  add(decision: Decision): number {
    return Number(this.#add.run(decision).lastInsertRowid);
  }

  /** The newest decision of each scope, the broker's first. */
  listInForce(): NumberedDecision[] {
    return this.#inForce.all();
  }

  /** 0 as long as nobody has decided anything. */
  get version(): number {
    return this.#version.get()?.version ?? 0;
  }
}
