// What an exchange reports about one order (FIX execution report, 35=8), as the whole broker knows
// it.
import type { Side } from './order.ts';

export interface Execution {
  readonly kind: 'execution';
  readonly epoch: string;
  readonly seq: number;
  readonly execKind:
    | 'accepted'
    | 'trade'
    | 'cancelled'
    | 'expired'
    | 'rejected'
    | 'bust'
    | 'correct';
  /** ExecID (17): unique per epoch. */
  readonly execId: string;
  /** Null when the exchange does not echo. */
  readonly clientOrderId: string | null;
  readonly externalOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  /** CumQty (14) after this execution: the exchange's own sum. */
  readonly cumQty: number;
  /** LastQty (32), LastPx (31); null unless a trade or a correction. */
  readonly lastQty: number | null;
  readonly lastPriceInCents: number | null;
  /** The execId that a bust or correction is about. */
  readonly execRef: string | null;
  /** Why it was cancelled or rejected. */
  readonly reason: string | null;
  readonly exchangeAtMs: number;
}
