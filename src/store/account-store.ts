// The accounts of one shard: who they belong to, their trading state and limits, and the last
// sequence of their events.
import type { Statement } from 'better-sqlite3';
import type { TradingState } from '../domain/account.ts';
import type { UserLimits } from '../domain/user-limits.ts';
import type { Db } from './database.ts';

export interface AccountRow {
  readonly accountNo: number;
  readonly userId: string;
  readonly tradingState: TradingState;
  /** Null while `active`, and for what was restricted without a word. */
  readonly tradingStateReason: string | null;
  readonly lastSeq: number;
}

export interface RestrictedUser {
  readonly userId: string;
  readonly state: TradingState;
  readonly reason: string | null;
}

const COLUMNS = `account_no AS accountNo, user_id AS userId, trading_state AS tradingState,
  trading_state_reason AS tradingStateReason, last_seq AS lastSeq`;
const LIMITS = `order_shares_max AS orderSharesMax,
  order_value_max_in_cents AS orderValueMaxInCents, orders_per_second_max AS ordersPerSecondMax,
  duplicate_window_ms AS duplicateWindowMs`;

export class AccountStore {
  readonly #find: Statement<[string], AccountRow>;
  readonly #open: Statement<[string, number]>;
  readonly #takeSeq: Statement<[number], { last_seq: number }>;
  readonly #setTradingState: Statement<[TradingState, string | null, number]>;
  readonly #restricted: Statement<[number], RestrictedUser>;
  readonly #limits: Statement<[number], UserLimits>;
  readonly #setLimits: Statement<[UserLimits & { readonly accountNo: number }]>;

  constructor(db: Db) {
    this.#find = db.prepare(`SELECT ${COLUMNS} FROM accounts WHERE user_id = ?`);
    this.#open = db.prepare('INSERT INTO accounts (user_id, opened_at_ms) VALUES (?, ?)');
    this.#takeSeq = db.prepare(
      'UPDATE accounts SET last_seq = last_seq + 1 WHERE account_no = ? RETURNING last_seq',
    );
    this.#setTradingState = db.prepare(
      'UPDATE accounts SET trading_state = ?, trading_state_reason = ? WHERE account_no = ?',
    );
    this.#restricted = db.prepare(
      `SELECT user_id AS userId, trading_state AS state, trading_state_reason AS reason
       FROM accounts WHERE trading_state <> 'active' ORDER BY account_no LIMIT ?`,
    );
    this.#limits = db.prepare(`SELECT ${LIMITS} FROM accounts WHERE account_no = ?`);
    this.#setLimits = db.prepare(
      `UPDATE accounts SET order_shares_max = @orderSharesMax,
         order_value_max_in_cents = @orderValueMaxInCents,
         orders_per_second_max = @ordersPerSecondMax, duplicate_window_ms = @duplicateWindowMs
       WHERE account_no = @accountNo`,
    );
  }

  find(userId: string): AccountRow | null {
    return this.#find.get(userId) ?? null;
  }

  open(userId: string, nowMs: number): AccountRow {
    const { lastInsertRowid } = this.#open.run(userId, nowMs);
    return {
      accountNo: Number(lastInsertRowid),
      userId,
      tradingState: 'active',
      tradingStateReason: null,
      lastSeq: 0,
    };
  }

  /** The next number of the account's dense event sequence. */
  takeSeq(accountNo: number): number {
    const row = this.#takeSeq.get(accountNo);
    if (row === undefined) throw new RangeError(`account ${accountNo} does not exist`);
    return row.last_seq;
  }

  setTradingState(accountNo: number, state: TradingState, reason: string | null): void {
    this.#setTradingState.run(state, reason, accountNo);
  }

  listRestricted(max: number): RestrictedUser[] {
    return this.#restricted.all(max);
  }

  /** Null stands for the broker's default. */
  limitsOf(accountNo: number): UserLimits {
    const limits = this.#limits.get(accountNo);
    if (limits === undefined) throw new RangeError(`account ${accountNo} does not exist`);
    return limits;
  }

  setLimits(accountNo: number, limits: UserLimits): void {
    this.#setLimits.run({ ...limits, accountNo });
  }
}
