// One shard file: the stores over it, opened together, and the transaction of a turn.
import type { Statement } from 'better-sqlite3';
import type { Deposit } from '../domain/deposit.ts';
import { AccountStore } from './account-store.ts';
import { openDatabase } from './database.ts';
import { EventStore } from './event-store.ts';
import { FillStore } from './fill-store.ts';
import { LedgerStore } from './ledger-store.ts';
import { OrderStore } from './order-store.ts';
import { SHARD_MIGRATIONS } from './shard-schema.ts';
import { TurnTransaction } from './transaction.ts';

export interface Incident {
  readonly kind: string;
  readonly accountNo: number | null;
  readonly orderNo: number | null;
  readonly atMs: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

export class ShardStore {
  readonly accounts: AccountStore;
  readonly orders: OrderStore;
  readonly fills: FillStore;
  readonly events: EventStore;
  readonly ledger: LedgerStore;
  readonly turn: TurnTransaction;
  readonly #hasDeposit: Statement<[number, string], { found: number }>;
  readonly #addDeposit: Statement<[number, string, string, number, number, number]>;
  readonly #addIncident: Statement<[string, number | null, number | null, number, string]>;

  constructor(path: string, walPagesMax: number) {
    const db = openDatabase(path, {
      synchronous: 'FULL',
      migrations: SHARD_MIGRATIONS,
      walPagesMax,
    });
    this.accounts = new AccountStore(db);
    this.orders = new OrderStore(db);
    this.fills = new FillStore(db);
    this.events = new EventStore(db);
    this.ledger = new LedgerStore(db);
    this.turn = new TurnTransaction(db, walPagesMax);
    this.#hasDeposit = db.prepare(
      'SELECT 1 AS found FROM deposits WHERE account_no = ? AND deposit_id = ?',
    );
    this.#addDeposit = db.prepare(
      `INSERT INTO deposits (account_no, deposit_id, asset, amount, cost_in_cents, event_no)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#addIncident = db.prepare(
      'INSERT INTO incidents (kind, account_no, order_no, at_ms, detail) VALUES (?, ?, ?, ?, ?)',
    );
  }

  hasDeposit(accountNo: number, depositId: string): boolean {
    return this.#hasDeposit.get(accountNo, depositId) !== undefined;
  }

  addDeposit(accountNo: number, deposit: Deposit, eventNo: number): void {
    const { depositId, asset, amount, costInCents } = deposit;
    this.#addDeposit.run(accountNo, depositId, asset, amount, costInCents, eventNo);
  }

  addIncident(incident: Incident): void {
    const { kind, accountNo, orderNo, atMs, detail } = incident;
    this.#addIncident.run(kind, accountNo, orderNo, atMs, JSON.stringify(detail));
  }

  close(): void {
    this.turn.close();
  }
}
