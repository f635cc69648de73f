// A user's postings with what caused them, newest first, from a read-only connection.
import type { Statement as Prepared } from 'better-sqlite3';
import type { LedgerEntry, LedgerPlace } from '../domain/ledger-entry.ts';
import { EVENT_WALK, type EventWalk } from './account-chain.ts';
import type { Db } from './database.ts';
import { ACCOUNT_CODES } from './ledger-store.ts';

interface EntryRow extends Omit<LedgerEntry, 'account'> {
  readonly accountCode: number;
  readonly houseCode: number | null;
}

interface Place extends EventWalk {
  readonly postingNo: number;
  readonly limit: number;
}

/** Events in one read: a walk to the end of a long history is not sorted for one page of it. */
const EVENTS_PER_READ = 256;

/** The user's events from the newest on; the postings of each by its number. */
export const ENTRIES = `${EVENT_WALK}
  SELECT postings.posting_no AS postingNo, events.seq, events.at_ms AS atMs, events.kind,
         orders.id AS orderId, postings.account AS accountCode, postings.asset, postings.amount,
         (SELECT MIN(house.account) FROM postings AS house
          WHERE house.posting_no >= events.event_no << 5
            AND house.posting_no < (events.event_no + 1) << 5
            AND house.account_no = 0) AS houseCode
  FROM walk
  CROSS JOIN events USING (event_no)
  CROSS JOIN postings ON postings.posting_no >= events.event_no << 5
    AND postings.posting_no < (events.event_no + 1) << 5
  LEFT JOIN orders ON orders.order_no = events.order_no
  WHERE walk.seq <= @through
    AND postings.account_no = @accountNo AND postings.posting_no < @postingNo
  ORDER BY walk.seq DESC, postings.posting_no DESC LIMIT @limit`;

export class Statement {
  readonly #entries: Prepared<[Place], EntryRow>;

  constructor(db: Db) {
    this.#entries = db.prepare(ENTRIES);
  }

  page(
    { accountNo, lastSeq }: { readonly accountNo: number; readonly lastSeq: number },
    before: LedgerPlace | null,
    limit: number,
  ): { entries: LedgerEntry[]; hasMore: boolean } {
    const { seq, postingNo } = before ?? { seq: MOST, postingNo: MOST };
    const rows: EntryRow[] = [];
    // A cursor is the client's word: it may name anything.
    const newest = Math.min(seq, lastSeq);
    for (let through = newest; through > 0 && rows.length <= limit; through -= EVENTS_PER_READ) {
      const after = Math.max(through - EVENTS_PER_READ, 0);
      const wanted = limit + 1 - rows.length;
      rows.push(...this.#entries.all({ accountNo, after, through, postingNo, limit: wanted }));
    }
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
