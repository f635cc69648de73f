// One shard file: the stores over it, opened together, and the transaction of a turn. Rows are
// gathered in memory and written together before the commit, or before anything reads them.
import type { Statement } from 'better-sqlite3';
import type { IncidentKind } from '../domain/incident.ts';
import { AccountStore } from './account-store.ts';
import { AmendmentStore } from './amendment-store.ts';
import { openDatabase } from './database.ts';
import { DepositStore } from './deposit-store.ts';
import { EventStore } from './event-store.ts';
import { FillStore } from './fill-store.ts';
import { HouseTradeStore } from './house-trade-store.ts';
import { LedgerStore } from './ledger-store.ts';
import { OrderStore, type OrderStoreBounds } from './order-store.ts';
import { PortfolioStore } from './portfolio-store.ts';
import { SHARD_MIGRATIONS } from './shard-schema.ts';
import { TurnTransaction } from './transaction.ts';

export interface Incident {
  readonly kind: IncidentKind;
  readonly accountNo: number | null;
  readonly orderNo: number | null;
  readonly atMs: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface ShardStoreBounds extends OrderStoreBounds {
  readonly changesPerCheckpoint: number;
  readonly accountsKeptMax: number;
  readonly holdingsKeptMax: number;
}

export class ShardStore {
  readonly accounts: AccountStore;
  readonly orders: OrderStore;
  readonly fills: FillStore;
  readonly amendments: AmendmentStore;
  readonly events: EventStore;
  readonly ledger: LedgerStore;
  readonly deposits: DepositStore;
  readonly houseTrades: HouseTradeStore;
  readonly portfolios: PortfolioStore;
  readonly turn: TurnTransaction;
  readonly #addIncident: Statement<[string, number | null, number | null, number, string]>;

  /** `open` is another's only in a bench, which measures what the syncs cost. */
  constructor(path: string, bounds: ShardStoreBounds, open = openDatabase) {
    const { changesPerCheckpoint } = bounds;
    const db = open(path, {
      synchronous: 'FULL',
      migrations: SHARD_MIGRATIONS,
      changesPerCheckpoint,
    });
    const flush = () => this.flush();
    this.accounts = new AccountStore(db, bounds.accountsKeptMax);
    this.orders = new OrderStore(db, this.accounts, bounds);
    this.fills = new FillStore(db);
    this.amendments = new AmendmentStore(db, flush);
    this.events = new EventStore(db, this.accounts, flush);
    this.ledger = new LedgerStore(db, bounds.holdingsKeptMax);
    this.deposits = new DepositStore(db);
    this.houseTrades = new HouseTradeStore(db, flush);
    this.portfolios = new PortfolioStore(db, flush);
    this.turn = new TurnTransaction(db, changesPerCheckpoint, flush);
    this.#addIncident = db.prepare(
      'INSERT INTO incidents (kind, account_no, order_no, at_ms, detail) VALUES (?, ?, ?, ?, ?)',
    );
  }

  addIncident(incident: Incident): void {
    const { kind, accountNo, orderNo, atMs, detail } = incident;
    this.#addIncident.run(kind, accountNo, orderNo, atMs, JSON.stringify(detail));
  }

  /** Writes what the turn has gathered: who is referred to comes before who refers. */
  flush(): void {
    this.orders.flush();
    this.fills.flush();
    this.events.flush();
    this.deposits.flush();
    this.ledger.flush();
    this.accounts.flush();
  }

  close(): void {
    this.turn.close();
  }
}
