// The double-entry ledger of one shard: postings are only appended, balances are their sums, kept
// in the same commit. Balances in use are kept in memory and written once per turn: sound because
// the store is the file's only writer, and a rollback builds a new one.
import assert from 'node:assert/strict';
import type { Statement } from 'better-sqlite3';
import { isBalanced, type LedgerAccount, type Posting } from '../domain/ledger.ts';
import type { Db } from './database.ts';
import { RowBatch } from './row-batch.ts';
import { POSTINGS_PER_TX } from './shard-schema.ts';

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

/** What an account has of one asset. */
interface Holding {
  readonly accountNo: number;
  readonly asset: string;
  /** By the place of the account in `SLOTS`. */
  readonly amounts: number[];
  /** A bit for each place whose amount is not in the file yet. */
  changed: number;
}

/** What is in memory of an account, by asset. */
interface Assets {
  readonly accountNo: number;
  readonly holdings: Map<string, Holding>;
}

const SLOTS = Object.keys(ACCOUNT_CODES) as LedgerAccount[];
const SLOT_OF = Object.fromEntries(SLOTS.map((account, slot) => [account, slot])) as Readonly<
  Record<LedgerAccount, number>
>;
const CODE_OF_SLOT = SLOTS.map((account) => ACCOUNT_CODES[account]);

const BALANCE_COLUMNS = ['account_no', 'asset', 'account', 'amount'] as const;
const SET_AMOUNT = 'ON CONFLICT DO UPDATE SET amount = excluded.amount';
const POSTING_COLUMNS = ['posting_no', 'account_no', 'account', 'asset', 'amount'] as const;

export class LedgerStore {
  readonly #postings: RowBatch;
  readonly #balances: RowBatch;
  readonly #holding: Statement<[number, string], Omit<BalanceRow, 'asset'>>;
  /** By account number. */
  readonly #kept = new Map<number, Assets>();
  readonly #keptMax: number;
  #keptCount = 0;
  #changed: Holding[] = [];

  constructor(db: Db, keptMax: number) {
    this.#keptMax = keptMax;
    this.#postings = new RowBatch(db, 'postings', POSTING_COLUMNS);
    this.#balances = new RowBatch(db, 'balances', BALANCE_COLUMNS, { onConflict: SET_AMOUNT });
    this.#holding = db.prepare(
      'SELECT account, amount FROM balances WHERE account_no = ? AND asset = ?',
    );
  }

  /**
   * One transaction for one customer. Unbalanced postings are a bug. Returns the assets of which
   * the customer has less than nothing available because of it: genuine trades are booked all the
   * same.
   */
  post(txNo: number, accountNo: number, postings: readonly Posting[]): string[] {
    if (!isBalanced(postings)) assert.fail(`the postings of transaction ${txNo} do not balance`);
    if (postings.length > POSTINGS_PER_TX) {
      assert.fail(`transaction ${txNo} has too many postings`);
    }
    const customer = this.#assetsOf(accountNo);
    const house = this.#assetsOf(HOUSE);
    let postingNo = txNo * POSTINGS_PER_TX;
    let isBelow = false;
    for (const { account, asset, amount } of postings) {
      const isCustomers = account === 'available' || account === 'reserved';
      const owner = isCustomers ? customer : house;
      const slot = SLOT_OF[account];
      this.#postings.add(postingNo++, owner.accountNo, ACCOUNT_CODES[account], asset, amount);
      const balance = this.#add(this.#holdingOf(owner, asset), slot, amount);
      if (account === 'available' && balance < 0) isBelow = true;
    }
    if (!isBelow) return [];
    return [...new Set(postings.map(({ asset }) => asset))].filter(
      (asset) => takenOf(postings, asset) > 0 && this.balanceOf(accountNo, 'available', asset) < 0,
    );
  }

  balanceOf(accountNo: number, account: LedgerAccount, asset: string): number {
    return this.#holdingOf(this.#assetsOf(accountNo), asset).amounts[SLOT_OF[account]] ?? 0;
  }

  flush(): void {
    this.#postings.flush();
    for (const holding of this.#changed) this.#gather(holding);
    this.#changed = [];
    this.#balances.flush();
    if (this.#keptCount <= this.#keptMax) return;
    this.#kept.clear();
    this.#keptCount = 0;
  }

  #add(holding: Holding, slot: number, amount: number): number {
    const balance = (holding.amounts[slot] ?? 0) + amount;
    holding.amounts[slot] = balance;
    if (holding.changed === 0) this.#changed.push(holding);
    holding.changed |= 1 << slot;
    return balance;
  }

  #gather(holding: Holding): void {
    const { accountNo, asset, amounts, changed } = holding;
    for (let slot = 0; slot < amounts.length; slot++) {
      if ((changed & (1 << slot)) === 0) continue;
      this.#balances.add(accountNo, asset, CODE_OF_SLOT[slot] ?? 0, amounts[slot] ?? 0);
    }
    holding.changed = 0;
  }

  #assetsOf(accountNo: number): Assets {
    const known = this.#kept.get(accountNo);
    if (known !== undefined) return known;
    const assets = { accountNo, holdings: new Map() };
    this.#kept.set(accountNo, assets);
    return assets;
  }

  #holdingOf({ accountNo, holdings }: Assets, asset: string): Holding {
    const known = holdings.get(asset);
    if (known !== undefined) return known;
    const rows = this.#holding.all(accountNo, asset);
    const amounts = CODE_OF_SLOT.map(() => 0);
    for (const { account, amount } of rows) amounts[CODE_OF_SLOT.indexOf(account)] = amount;
    const holding = { accountNo, asset, amounts, changed: 0 };
    holdings.set(asset, holding);
    this.#keptCount++;
    return holding;
  }
}

function takenOf(postings: readonly Posting[], asset: string): number {
  let taken = 0;
  for (const posting of postings) {
    if (posting.account === 'available' && posting.asset === asset) taken -= posting.amount;
  }
  return taken;
}
