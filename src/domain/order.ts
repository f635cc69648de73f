// An order: the intent, which never changes, the facts known about it, and what follows from both.
import type { FailCode } from './reject-codes.ts';

export type Side = 'buy' | 'sell';
export type OrderType = 'market' | 'limit';
export type TimeInForce = 'day' | 'gtc' | 'ioc' | 'fok';

export const ORDER_STATUSES = [
  'pending',
  'submitted',
  'partially_filled',
  'filled',
  'pending_cancel',
  'cancelled',
  'expired',
  'failed',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export interface OrderIntent {
  readonly id: string;
  readonly userId: string;
  readonly idempotencyKey: string;
  readonly venue: string;
  readonly symbol: string;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  /** Null for a market order. */
  readonly priceInCents: number | null;
  /** What the exchange is told: the limit, or the protective limit of a market order (E36). */
  readonly limitPriceInCents: number;
  /** The last price that the checks used. */
  readonly referencePriceInCents: number;
  readonly numShares: number;
  readonly createdAtMs: number;
  readonly sendAttemptedAtMs: number;
  readonly notAfterMs: number;
}

/**
 * All that is known beyond the intent. Facts only accumulate, so the order in which they arrive
 * cannot matter.
 */
export interface OrderFacts {
  /** Set by the acknowledgement. */
  readonly externalOrderId: string | null;
  /** The exchange refused it, or rejected it later (E24). */
  readonly venueRejected: string | null;
  /** Our own conclusion, which the truth overrules (E12). */
  readonly ourVerdict: 'not_sent' | 'not_found_at_exchange' | null;
  readonly cancelled: string | null;
  readonly expired: string | null;
  readonly cancelsRequested: number;
  readonly cancelsRefused: number;
  readonly cancelRefusal: string | null;
  /** Sums over the live trades, by unique execId. */
  readonly cumQty: number;
  readonly cumNotionalInCents: number;
  /** The exchange's own cumQty in its final word; null before it. */
  readonly finalCumQty: number | null;
}

export interface OrderState {
  readonly status: OrderStatus;
  readonly leavesQty: number;
  readonly isOpen: boolean;
  readonly failCode: FailCode | null;
}

export interface Order extends OrderIntent, OrderFacts, OrderState {
  readonly feeInCents: number;
  readonly cancelRequestedAtMs: number | null;
  readonly updatedAtMs: number;
  /** Rises by one with each change. */
  readonly version: number;
}

export const NO_FACTS: OrderFacts = {
  externalOrderId: null,
  venueRejected: null,
  ourVerdict: null,
  cancelled: null,
  expired: null,
  cancelsRequested: 0,
  cancelsRefused: 0,
  cancelRefusal: null,
  cumQty: 0,
  cumNotionalInCents: 0,
  finalCumQty: null,
};

/** Whether the exchange has spoken: until it has, the outcome of the submit is unknown to us. */
export function isAnswered(order: OrderFacts): boolean {
  return (
    order.externalOrderId !== null ||
    order.venueRejected !== null ||
    order.ourVerdict !== null ||
    order.cumQty > 0 ||
    order.finalCumQty !== null
  );
}

/** Whether the exchange has said its last word. A second one, of another kind, changes nothing. */
export function isDoneAtVenue(order: OrderFacts): boolean {
  return order.cancelled !== null || order.expired !== null || order.venueRejected !== null;
}
