// The accounts of one shard: who they belong to, their state and limits, and where the chains of
// their events and orders end. Those in use are kept in memory: sound because the store is the
// file's only writer, and a rollback builds a new one.

import type { Statement } from 'better-sqlite3';
import type { TradingState } from '../domain/account.ts';
import type { UserLimits } from '../domain/user-limits.ts';
import { ChurnSet } from '../runtime/churn-map.ts';
import { FAR_LEAP, LEAP } from './account-chain.ts';
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

/** Where an account's chains end; null while there is nothing. */
interface ChainEnds {
  lastEventNo: number | null;
  /** Of the last event with a sequence that is a multiple of `LEAP`. */
  lastLeapNo: number | null;
  /** The same of `FAR_LEAP`. */
  lastFarLeapNo: number | null;
  lastOrderNo: number | null;
}

/** Where in its account's chain a new event stands. */
export interface EventLink {
  readonly seq: number;
  readonly priorEventNo: number | null;
  readonly leapEventNo: number | null;
}

type Kept = { -readonly [Key in keyof AccountRow]: AccountRow[Key] } & {
  readonly ends: ChainEnds;
  limits: UserLimits;
};
type Row = AccountRow & ChainEnds & UserLimits;

const SELECT = `
  SELECT accounts.account_no AS accountNo, user_id AS userId, trading_state AS tradingState,
  trading_state_reason AS tradingStateReason, last_order_no AS lastOrderNo,
  last_event_no AS lastEventNo, coalesce(last.seq, 0) AS lastSeq,
  leap.event_no AS lastLeapNo,
  iif(leap.seq % ${FAR_LEAP} = 0, leap.event_no, leap.leap_event_no) AS lastFarLeapNo,
  order_shares_max AS orderSharesMax, order_value_max_in_cents AS orderValueMaxInCents,
  orders_per_second_max AS ordersPerSecondMax, duplicate_window_ms AS duplicateWindowMs
  FROM accounts
  LEFT JOIN events AS last ON last.event_no = last_event_no
  LEFT JOIN events AS leap
    ON leap.event_no = iif(last.seq % ${LEAP} = 0, last.event_no, last.leap_event_no)`;

export class AccountStore {
  readonly #byUser = new Map<string, Kept>();
  readonly #byNo = new Map<number, Kept>();
  readonly #keptMax: number;
  /** Whose chains have grown in this turn. */
  readonly #grown = new ChurnSet<Kept>();
  readonly #find: Statement<[string], Row>;
  readonly #findNo: Statement<[number], Row>;
  readonly #open: Statement<[string, number]>;
  readonly #setTradingState: Statement<[TradingState, string | null, number]>;
  readonly #restricted: Statement<[number], RestrictedUser>;
  readonly #setEnds: Statement<[number | null, number | null, number]>;
  readonly #setLimits: Statement<[UserLimits & { readonly accountNo: number }]>;

  constructor(db: Db, keptMax: number) {
    this.#keptMax = keptMax;
    this.#find = db.prepare(`${SELECT} WHERE user_id = ?`);
    this.#findNo = db.prepare(`${SELECT} WHERE accounts.account_no = ?`);
    this.#open = db.prepare('INSERT INTO accounts (user_id, opened_at_ms) VALUES (?, ?)');
    this.#setTradingState = db.prepare(
      'UPDATE accounts SET trading_state = ?, trading_state_reason = ? WHERE account_no = ?',
    );
    this.#restricted = db.prepare(
      `SELECT user_id AS userId, trading_state AS state, trading_state_reason AS reason
       FROM accounts WHERE trading_state <> 'active' ORDER BY account_no LIMIT ?`,
    );
    this.#setEnds = db.prepare(
      'UPDATE accounts SET last_event_no = ?, last_order_no = ? WHERE account_no = ?',
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

  /** Gives the event the next number of the account's dense sequence. */
  linkEvent(accountNo: number, eventNo: number): EventLink {
    const account = this.#get(accountNo);
    const { ends } = account;
    const seq = account.lastSeq + 1;
    const priorEventNo = ends.lastEventNo;
    const leapEventNo = seq % LEAP === 0 ? ends.lastFarLeapNo : ends.lastLeapNo;
    account.lastSeq = seq;
    ends.lastEventNo = eventNo;
    if (seq % LEAP === 0) ends.lastLeapNo = eventNo;
    if (seq % FAR_LEAP === 0) ends.lastFarLeapNo = eventNo;
    this.#grown.add(account);
    return { seq, priorEventNo, leapEventNo };
  }

  /** The number of the account's order before this one. */
  linkOrder(accountNo: number, orderNo: number): number | null {
    const account = this.#get(accountNo);
    const { lastOrderNo } = account.ends;
    account.ends.lastOrderNo = orderNo;
    this.#grown.add(account);
    return lastOrderNo;
  }

  /** Writes where the chains end now. */
  flush(): void {
    for (const { accountNo, ends } of this.#grown) {
      this.#setEnds.run(ends.lastEventNo, ends.lastOrderNo, accountNo);
    }
    this.#grown.clear();
    this.#forgetSome();
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

  /** Of what is in the file alone. */
  #forgetSome(): void {
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
    const { lastEventNo, lastLeapNo, lastFarLeapNo, lastOrderNo } = row;
    const ends = { lastEventNo, lastLeapNo, lastFarLeapNo, lastOrderNo };
    const kept = { accountNo, userId, tradingState, tradingStateReason, lastSeq, ends, limits };
    this.#byNo.set(accountNo, kept);
    this.#byUser.set(userId, kept);
    return kept;
  }
}
