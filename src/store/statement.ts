// A user's postings with what caused them, newest first, from a read-only connection.
import type { Statement as Prepared } from 'better-sqlite3';
import type { LedgerEntry, LedgerPlace } from '../domain/ledger-entry.ts';
import type { Db } from './database.ts';
import { ACCOUNT_CODES } from './ledger-store.ts';

interface EntryRow extends Omit<LedgerEntry, 'account'> {
  readonly accountCode: number;
  readonly houseCode: number | null;
}

/** The user's events from the newest on; the postings of each by its number. */
export const ENTRIES = `
  SELECT postings.posting_no AS postingNo, events.seq, events.at_ms AS atMs, events.kind,
         orders.id AS orderId, postings.account AS accountCode, postings.asset, postings.amount,
         (SELECT MIN(house.account) FROM postings AS house
          WHERE house.posting_no >= events.event_no << 5
            AND house.posting_no < (events.event_no + 1) << 5
            AND house.account_no = 0) AS houseCode
  FROM events
  CROSS JOIN postings ON postings.posting_no >= events.event_no << 5
    AND postings.posting_no < (events.event_no + 1) << 5
  LEFT JOIN orders ON orders.order_no = events.order_no
  WHERE events.account_no = ? AND events.seq <= ?
    AND postings.account_no = events.account_no AND postings.posting_no < ?
  ORDER BY events.seq DESC, postings.posting_no DESC LIMIT ?`;

export class Statement {
  readonly #entries: Prepared<[number, number, number, number], EntryRow>;

  constructor(db: Db) {
    this.#entries = db.prepare(ENTRIES);
  }

  page(
    accountNo: number,
    before: LedgerPlace | null,
    limit: number,
  ): { entries: LedgerEntry[]; hasMore: boolean } {
    const { seq, postingNo } = before ?? { seq: MOST, postingNo: MOST };
    const rows = this.#entries.all(accountNo, seq, postingNo, limit + 1);
    return { entries: rows.slice(0, limit).map(entryFrom), hasMore: rows.length > limit };
  }
}

const MOST = Number.MAX_SAFE_INTEGER;

function entryFrom({ accountCode, houseCode, ...row }: EntryRow): LedgerEntry {
  const account = accountCode === ACCOUNT_CODES.reserved ? 'reserved' : 'available';
  return {
    ...row,
    account,
    kind: row.orderId === null ? outsideKind(row.amount, houseCode) : row.kind,
  };
}

function outsideKind(amount: number, houseCode: number | null): string {
  if (houseCode === ACCOUNT_CODES.transfers) return 'transfer';
  return amount < 0 ? 'withdrawal' : 'deposit';
}
