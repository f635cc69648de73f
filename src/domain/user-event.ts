// One entry of a user's event log: what changed, in the words that streams and histories use.
import type { Account } from './account.ts';
import type { Order } from './order.ts';
import type { TradeTerms } from './trade-terms.ts';

export type OrderEventKind =
  | 'order_created'
  | 'order_submitted'
  | 'order_failed'
  | 'order_cancel_requested'
  | 'order_cancel_unanswered'
  | 'order_cancel_rejected'
  | 'order_cancelled'
  | 'order_expired'
  | 'order_resurrected'
  /** The exchange's own count of a closed order turned out to be another (E20, E26). */
  | 'order_reconciled';

export type TradeEventKind =
  | 'order_traded'
  | 'trade_after_cancel'
  | 'trade_busted'
  | 'trade_corrected';

export type AccountEventKind = 'account_changed';

interface Entry {
  /** Dense per user, across all kinds. */
  readonly seq: number;
  readonly atMs: number;
}

export interface OrderEvent extends Entry {
  readonly topic: 'order';
  readonly kind: OrderEventKind;
  /** As it stood after this event. */
  readonly order: Order;
}

export interface TradeEvent extends Entry {
  readonly topic: 'trade';
  readonly kind: TradeEventKind;
  readonly order: Order;
  readonly execId: string;
  /** Of a bust: what was taken back. Of a correction: the new terms. */
  readonly lastQty: number;
  readonly lastPriceInCents: number;
  /** What this added to the order's fee; a bust gives some back. */
  readonly feeInCents: number;
  /** The terms before a correction; null for anything else. */
  readonly previous: TradeTerms | null;
}

export interface AccountEvent extends Entry {
  readonly topic: 'account';
  readonly kind: AccountEventKind;
  readonly account: Account;
}

export type UserEvent = OrderEvent | TradeEvent | AccountEvent;
