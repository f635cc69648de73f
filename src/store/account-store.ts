// The accounts of one shard: who they belong to, their trading state and limits, and the last
// sequence of their events. Those in use are kept in memory: sound because the store is the file's
// only writer, and a rollback builds a new one.
import type { Statement } from 'better-sqlite3';
import type { TradingState } from '../domain/account.ts';
import type { UserLimits } from '../domain/user-limits.ts';
import type { Db } from './database.ts';

/** As it stands now: a later change shows in it. */
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

type Kept = { -readonly [Key in keyof AccountRow]: AccountRow[Key] } & { limits: UserLimits };
type Row = Omit<Kept, 'limits'> & UserLimits;

const COLUMNS = `account_no AS accountNo, user_id AS userId, trading_state AS tradingState,
  trading_state_reason AS tradingStateReason,
  (SELECT coalesce(max(seq), 0) FROM events
   WHERE events.account_no = accounts.account_no) AS lastSeq,
  order_shares_max AS orderSharesMax, order_value_max_in_cents AS orderValueMaxInCents,
  orders_per_second_max AS ordersPerSecondMax, duplicate_window_ms AS duplicateWindowMs`;

export class AccountStore {
  readonly #byUser = new Map<string, Kept>();
  readonly #byNo = new Map<number, Kept>();
  readonly #keptMax: number;
  readonly #find: Statement<[string], Row>;
  readonly #findNo: Statement<[number], Row>;
  readonly #open: Statement<[string, number]>;
  readonly #setTradingState: Statement<[TradingState, string | null, number]>;
  readonly #restricted: Statement<[number], RestrictedUser>;
  readonly #setLimits: Statement<[UserLimits & { readonly accountNo: number }]>;

  constructor(db: Db, keptMax: number) {
    this.#keptMax = keptMax;
    this.#find = db.prepare(`SELECT ${COLUMNS} FROM accounts WHERE user_id = ?`);
    this.#findNo = db.prepare(`SELECT ${COLUMNS} FROM accounts WHERE account_no = ?`);
    this.#open = db.prepare('INSERT INTO accounts (user_id, opened_at_ms) VALUES (?, ?)');
    this.#setTradingState = db.prepare(
      'UPDATE accounts SET trading_state = ?, trading_state_reason = ? WHERE account_no = ?',
    );
    this.#restricted = db.prepare(
      `SELECT user_id AS userId, trading_state AS state, trading_state_reason AS reason
       FROM accounts WHERE trading_state <> 'active' ORDER BY account_no LIMIT ?`,
    );
    this.#setLimits = db.prepare(
      `UPDATE accounts SET order_shares_max = @orderSharesMax,
         order_value_max_in_cents = @orderValueMaxInCents,
         orders_per_second_max = @ordersPerSecondMax, duplicate_window_ms = @duplicateWindowMs
       WHERE account_no = @accountNo`,
    );
  }

  find(userId: string): AccountRow | null {
    const kept = this.#byUser.get(userId);
    if (kept !== undefined) return kept;
    const row = this.#find.get(userId);
    return row === undefined ? null : this.#keep(row);
  }

  open(userId: string, nowMs: number): AccountRow {
    this.#open.run(userId, nowMs);
    const row = this.#find.get(userId);
    if (row === undefined) throw new RangeError(`the account of ${userId} was not opened`);
    return this.#keep(row);
  }

  /** The next number of the account's dense event sequence. */
  takeSeq(accountNo: number): number {
    const account = this.#get(accountNo);
    account.lastSeq++;
    return account.lastSeq;
  }

  setTradingState(accountNo: number, state: TradingState, reason: string | null): void {
    this.#setTradingState.run(state, reason, accountNo);
    const account = this.#get(accountNo);
    account.tradingState = state;
    account.tradingStateReason = reason;
  }

  listRestricted(max: number): RestrictedUser[] {
    return this.#restricted.all(max);
  }

  /** Null stands for the broker's default. */
  limitsOf(accountNo: number): UserLimits {
    return this.#get(accountNo).limits;
  }

  setLimits(accountNo: number, limits: UserLimits): void {
    this.#setLimits.run({ ...limits, accountNo });
    this.#get(accountNo).limits = limits;
  }

  /** Of what is in the file alone: events that are not written yet are counted here only. */
  forgetSome(): void {
    if (this.#byNo.size <= this.#keptMax) return;
    this.#byNo.clear();
    this.#byUser.clear();
  }

  #get(accountNo: number): Kept {
    const kept = this.#byNo.get(accountNo);
    if (kept !== undefined) return kept;
    const row = this.#findNo.get(accountNo);
    if (row === undefined) throw new RangeError(`account ${accountNo} does not exist`);
    return this.#keep(row);
  }

  #keep(row: Row): Kept {
    const { orderSharesMax, orderValueMaxInCents, ordersPerSecondMax, duplicateWindowMs } = row;
    const { accountNo, userId, tradingState, tradingStateReason, lastSeq } = row;
    const limits = { orderSharesMax, orderValueMaxInCents, ordersPerSecondMax, duplicateWindowMs };
    const kept = { accountNo, userId, tradingState, tradingStateReason, lastSeq, limits };
    this.#byNo.set(accountNo, kept);
    this.#byUser.set(userId, kept);
    return kept;
  }
}
