// The double-entry ledger of one shard: postings are only appended, balances are their sums, kept
// in the same commit.
import assert from 'node:assert/strict';
import type { Statement } from 'better-sqlite3';
import { isBalanced, type LedgerAccount, type Posting } from '../domain/ledger.ts';
import type { Db } from './database.ts';

/** The account number of the house. */
export const HOUSE = 0;

/** Account codes as stored. Never renumber. */
export const ACCOUNT_CODES: Readonly<Record<LedgerAccount, number>> = {
  available: 1,
  reserved: 2,
  bank: 10,
  transfers: 11,
  clearing: 12,
  fees: 13,
  suspense: 14,
};

export interface BalanceRow {
  readonly asset: string;
  readonly account: number;
  readonly amount: number;
}

export class LedgerStore {
  readonly #post: Statement<[number, number, number, string, number]>;
  readonly #add: Statement<[number, string, number, number], { amount: number }>;
  readonly #balance: Statement<[number, string, number], { amount: number }>;

  constructor(db: Db) {
    this.#post = db.prepare(
      'INSERT INTO postings (tx_no, account_no, account, asset, amount) VALUES (?, ?, ?, ?, ?)',
    );
    this.#add = db.prepare(
      `INSERT INTO balances (account_no, asset, account, amount) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET amount = amount + excluded.amount RETURNING amount`,
    );
    this.#balance = db.prepare(
      'SELECT amount FROM balances WHERE account_no = ? AND asset = ? AND account = ?',
    );
  }

  /**
   * One transaction for one customer. Unbalanced postings are a bug. Returns the assets of which
   * the customer has less than nothing available because of it: genuine trades are booked all the
   * same.
   */
  post(txNo: number, accountNo: number, postings: readonly Posting[]): string[] {
    assert(isBalanced(postings), `the postings of transaction ${txNo} do not balance`);
    const below = new Set<string>();
    for (const { account, asset, amount } of postings) {
      const owner = account === 'available' || account === 'reserved' ? accountNo : HOUSE;
      const code = ACCOUNT_CODES[account];
      this.#post.run(txNo, owner, code, asset, amount);
      const balance = this.#add.get(owner, asset, code, amount)?.amount ?? 0;
      if (account === 'available' && balance < 0) below.add(asset);
    }
    return [...below].filter(
      (asset) => takenOf(postings, asset) > 0 && this.balanceOf(accountNo, 'available', asset) < 0,
    );
  }

  balanceOf(accountNo: number, account: LedgerAccount, asset: string): number {
    return this.#balance.get(accountNo, asset, ACCOUNT_CODES[account])?.amount ?? 0;
  }
}

function takenOf(postings: readonly Posting[], asset: string): number {
  let taken = 0;
  for (const posting of postings) {
    if (posting.account === 'available' && posting.asset === asset) taken -= posting.amount;
  }
  return taken;
}
