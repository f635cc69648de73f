// One shard file for reading beside its writer: sees what was committed, takes no lock that the
// writer would feel.
import type { Statement as Prepared } from 'better-sqlite3';
import type { LedgerPlace } from '../domain/ledger-entry.ts';
import { type Db, openReadOnly } from './database.ts';
import { IncidentList } from './incident-list.ts';
import type { BalanceRow } from './ledger-store.ts';
import { OrderHistory } from './order-history.ts';
import { PortfolioHistory, type PortfolioQuery } from './portfolio-history.ts';
import { SHARD_MIGRATIONS } from './shard-schema.ts';
import { ShareMoves } from './share-moves.ts';
import { Statement } from './statement.ts';

export interface ReaderAccount {
  readonly accountNo: number;
  readonly lastSeq: number;
}

export class ShardReader {
  readonly shares: ShareMoves;
  readonly history: OrderHistory;
  readonly incidents: IncidentList;
  readonly #db: Db;
  readonly #statement: Statement;
  readonly #portfolios: PortfolioHistory;
  readonly #account: Prepared<[string], ReaderAccount>;
  readonly #balances: Prepared<[number], BalanceRow>;

  constructor(path: string) {
    const db = openReadOnly(path);
    const schema = db.pragma('user_version', { simple: true });
    if (schema !== SHARD_MIGRATIONS.length) {
      db.close(); // its writer is about to migrate it
      throw new Error(
        `${path} has schema ${schema}, this version reads ${SHARD_MIGRATIONS.length}`,
      );
    }
    this.#db = db;
    this.shares = new ShareMoves(db);
    this.#statement = new Statement(db);
    this.#portfolios = new PortfolioHistory(db);
    this.history = new OrderHistory(db);
    this.incidents = new IncidentList(db);
    this.#account = db.prepare(
      `SELECT account_no AS accountNo,
         coalesce((SELECT seq FROM events WHERE event_no = last_event_no), 0) AS lastSeq
       FROM accounts WHERE user_id = ?`,
    );
    this.#balances = db.prepare(
      'SELECT asset, account, amount FROM balances WHERE account_no = ? ORDER BY asset',
    );
  }

  /** Everything that `read` asks for is of one commit. */
  snapshot<T>(read: () => T): T {
    return this.#db.transaction(read)();
  }

  /** Null for a user of whom the shard has not heard yet. */
  account(userId: string): ReaderAccount | null {
    return this.#account.get(userId) ?? null;
  }

  balances(accountNo: number): BalanceRow[] {
    return this.#balances.all(accountNo);
  }

  /** Newest first; nothing for a user of whom the shard has not heard yet. */
  ledgerPage(userId: string, before: LedgerPlace | null, limit: number) {
    const account = this.account(userId);
    if (account === null) return { entries: [], hasMore: false };
    return this.#statement.page(account, before, limit);
  }

  /** Newest first; nothing for a user of whom the shard has not heard yet. */
  portfolioPage(userId: string, query: PortfolioQuery) {
    return this.snapshot(() => {
      const account = this.account(userId);
      if (account === null) return { values: [], hasMore: false };
      return this.#portfolios.page(account.accountNo, query);
    });
  }

  close(): void {
    this.#db.close();
  }
}
