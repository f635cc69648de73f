// Deposits and withdrawals of one shard, each once: a row per id, and the event that booked it.
import type { Statement } from 'better-sqlite3';
import type { Deposit } from '../domain/deposit.ts';
import type { Db } from './database.ts';

export class DepositStore {
  readonly #find: Statement<[number, string], Deposit>;
  readonly #add: Statement<[number, string, string, number, number, number]>;

  constructor(db: Db) {
    this.#find = db.prepare(
      `SELECT deposit_id AS depositId, asset, amount, cost_in_cents AS costInCents
       FROM deposits WHERE account_no = ? AND deposit_id = ?`,
    );
    this.#add = db.prepare(
      `INSERT INTO deposits (account_no, deposit_id, asset, amount, cost_in_cents, event_no)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
  }

  find(accountNo: number, depositId: string): Deposit | null {
    return this.#find.get(accountNo, depositId) ?? null;
  }

  add(accountNo: number, deposit: Deposit, eventNo: number): void {
    const { depositId, asset, amount, costInCents } = deposit;
    this.#add.run(accountNo, depositId, asset, amount, costInCents, eventNo);
  }
}
