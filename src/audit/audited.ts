// What one audit looks at: the books, the exchange's log where there is one, and the bounds.
import type { FeeSchedule } from '../domain/money.ts';
import type { Books } from './books.ts';
import type { VenueLog } from './venue-log.ts';

export interface AuditBounds {
  readonly fees: FeeSchedule;
  readonly clockSkewMs: number;
  readonly orderSharesMax: number;
  readonly orderValueMaxInCents: number;
  readonly ordersPerSecondMax: number;
}

export interface Audited {
  readonly books: Books;
  /** Null: no oracle. */
  readonly venueLog: VenueLog | null;
  /** The faults have ended, nothing may be open. */
  readonly settled: boolean;
  readonly bounds: AuditBounds;
}
