// Deposits and withdrawals of one shard, each once: a row per id, and the event that booked it.

import type { Statement } from 'better-sqlite3';
import type { Deposit } from '../domain/deposit.ts';
import { ChurnMap } from '../runtime/churn-map.ts';
import type { Db } from './database.ts';
import { RowBatch } from './row-batch.ts';

const COLUMNS = [
  'account_no',
  'deposit_id',
  'asset',
  'amount',
  'cost_in_cents',
  'event_no',
] as const;

export class DepositStore {
  readonly #find: Statement<[number, string], Deposit>;
  readonly #rows: RowBatch;
  /** Of this turn, by account and id. */
  readonly #added = new ChurnMap<string, Deposit>();

  constructor(db: Db) {
    this.#find = db.prepare(
      `SELECT deposit_id AS depositId, asset, amount, cost_in_cents AS costInCents
       FROM deposits WHERE account_no = ? AND deposit_id = ?`,
    );
    this.#rows = new RowBatch(db, 'deposits', COLUMNS);
  }

  find(accountNo: number, depositId: string): Deposit | null {
    const added = this.#added.get(keyOf(accountNo, depositId));
    return added ?? this.#find.get(accountNo, depositId) ?? null;
  }

  add(accountNo: number, deposit: Deposit, eventNo: number): void {
    const { depositId, asset, amount, costInCents } = deposit;
    this.#rows.add(accountNo, depositId, asset, amount, costInCents, eventNo);
    this.#added.set(keyOf(accountNo, depositId), deposit);
  }

  flush(): void {
    this.#rows.flush();
    this.#added.clear();
  }
}

function keyOf(accountNo: number, depositId: string): string {
  return `${accountNo} ${depositId}`;
}
