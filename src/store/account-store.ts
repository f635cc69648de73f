// The accounts of one shard: who they belong to, their state, and the last sequence of their
// events.
import type { Statement } from 'better-sqlite3';
import type { TradingState } from '../domain/account.ts';
import type { Db } from './database.ts';

export interface AccountRow {
  readonly accountNo: number;
  readonly userId: string;
  readonly tradingState: TradingState;
  readonly lastSeq: number;
}

const COLUMNS =
  'account_no AS accountNo, user_id AS userId, trading_state AS tradingState, last_seq AS lastSeq';

export class AccountStore {
  readonly #find: Statement<[string], AccountRow>;
  readonly #open: Statement<[string, number]>;
  readonly #takeSeq: Statement<[number], { last_seq: number }>;

  constructor(db: Db) {
    this.#find = db.prepare(`SELECT ${COLUMNS} FROM accounts WHERE user_id = ?`);
    this.#open = db.prepare('INSERT INTO accounts (user_id, opened_at_ms) VALUES (?, ?)');
    this.#takeSeq = db.prepare(
      'UPDATE accounts SET last_seq = last_seq + 1 WHERE account_no = ? RETURNING last_seq',
    );
  }

  find(userId: string): AccountRow | null {
    return this.#find.get(userId) ?? null;
  }

  open(userId: string, nowMs: number): AccountRow {
    const { lastInsertRowid } = this.#open.run(userId, nowMs);
    return { accountNo: Number(lastInsertRowid), userId, tradingState: 'active', lastSeq: 0 };
  }

  /** The next number of the account's dense event sequence. */
  takeSeq(accountNo: number): number {
    const row = this.#takeSeq.get(accountNo);
    if (row === undefined) throw new RangeError(`account ${accountNo} does not exist`);
    return row.last_seq;
  }
}
