// One line of a user's ledger, with what caused it.
import type { CustomerAccount } from './ledger.ts';

export interface LedgerEntry {
  /** Rises with every posting of the shard. */
  readonly postingNo: number;
  /** The event that caused it: postings of one event have one `seq`. */
  readonly seq: number;
  readonly atMs: number;
  /** The kind of an order's event; else where it came from or went. */
  readonly kind: string;
  readonly orderId: string | null;
  readonly account: CustomerAccount;
  readonly asset: string;
  readonly amount: number;
}

/** Where a page goes on: below this posting, which stands at or before this event. */
export interface LedgerPlace {
  readonly seq: number;
  readonly postingNo: number;
}
