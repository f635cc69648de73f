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
  /**
   * Set by the acknowledgement, with the epoch in which it holds: a new epoch knows it not (E41).
   */
  readonly externalOrderId: string | null;
  readonly venueEpoch: string | null;
  /** The exchange refused it, or rejected it later (E24). */
  readonly venueRejected: string | null;
  /** Our own conclusion, which the truth overrules (E12). */
  readonly ourVerdict: 'not_sent' | 'not_found_at_exchange' | null;
  readonly cancelled: string | null;
  readonly expired: string | null;
  readonly cancelsRequested: number;
  readonly cancelsRefused: number;
  readonly cancelRefusal: string | null;
  /** Why the last attempt to cancel brought no answer (E16). */
  readonly cancelError: string | null;
  /** Sums over the live trades, by unique execId. */
  readonly cumQty: number;
  readonly cumNotionalInCents: number;
  /** Found done at the exchange although it never said so here, after a bust say (E26): why. */
  readonly closedAtVenue: string | null;
  /** The newest execution's sequence (0: none yet) and the exchange's own cumQty in it. */
  readonly venueSeq: number;
  readonly venueCumQty: number | null;
  /** The sequence of the last word on the feed; 0 while only an answer has told the end. */
  readonly finalSeq: number;
  /** The exchange's own cumQty in its last word; null before it. */
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

/**
 * What a comparison with the exchange's list needs of an open order; whole orders take a turn long.
 * `orderNo` rises with each order of a shard.
 */
export type ListedOrder = { readonly orderNo: number; readonly orderId: string } & Pick<
  Order,
  | 'status'
  | 'externalOrderId'
  | 'venueEpoch'
  | 'symbol'
  | 'side'
  | 'timeInForce'
  | 'limitPriceInCents'
  | 'numShares'
  | 'cumQty'
  | 'createdAtMs'
  | 'updatedAtMs'
>;

export const NO_FACTS: OrderFacts = {
  externalOrderId: null,
  venueEpoch: null,
  venueRejected: null,
  ourVerdict: null,
  cancelled: null,
  expired: null,
  cancelsRequested: 0,
  cancelsRefused: 0,
  cancelRefusal: null,
  cancelError: null,
  cumQty: 0,
  cumNotionalInCents: 0,
  closedAtVenue: null,
  venueSeq: 0,
  venueCumQty: null,
  finalSeq: 0,
  finalCumQty: null,
};

/** What is neither intent nor fact nor follows from them. */
export type OrderKeeping = Pick<
  Order,
  'feeInCents' | 'cancelRequestedAtMs' | 'updatedAtMs' | 'version'
>;

/** Member by member, so that all orders have one shape: spreads cost more than the booking. */
export function orderOf(
  intent: OrderIntent,
  facts: OrderFacts,
  state: OrderState,
  keeping: OrderKeeping,
): Order {
  return {
    id: intent.id,
    userId: intent.userId,
    idempotencyKey: intent.idempotencyKey,
    venue: intent.venue,
    symbol: intent.symbol,
    side: intent.side,
    orderType: intent.orderType,
    timeInForce: intent.timeInForce,
    priceInCents: intent.priceInCents,
    limitPriceInCents: intent.limitPriceInCents,
    referencePriceInCents: intent.referencePriceInCents,
    numShares: intent.numShares,
    createdAtMs: intent.createdAtMs,
    sendAttemptedAtMs: intent.sendAttemptedAtMs,
    notAfterMs: intent.notAfterMs,
    externalOrderId: facts.externalOrderId,
    venueEpoch: facts.venueEpoch,
    venueRejected: facts.venueRejected,
    ourVerdict: facts.ourVerdict,
    cancelled: facts.cancelled,
    expired: facts.expired,
    cancelsRequested: facts.cancelsRequested,
    cancelsRefused: facts.cancelsRefused,
    cancelRefusal: facts.cancelRefusal,
    cancelError: facts.cancelError,
    cumQty: facts.cumQty,
    cumNotionalInCents: facts.cumNotionalInCents,
    closedAtVenue: facts.closedAtVenue,
    venueSeq: facts.venueSeq,
    venueCumQty: facts.venueCumQty,
    finalSeq: facts.finalSeq,
    finalCumQty: facts.finalCumQty,
    status: state.status,
    leavesQty: state.leavesQty,
    isOpen: state.isOpen,
    failCode: state.failCode,
    feeInCents: keeping.feeInCents,
    cancelRequestedAtMs: keeping.cancelRequestedAtMs,
    updatedAtMs: keeping.updatedAtMs,
    version: keeping.version,
  };
}

/** While nobody else has it. */
export type OrderInTheMaking = { -readonly [Key in keyof Order]: Order[Key] };

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
  return (
    order.cancelled !== null ||
    order.expired !== null ||
    order.venueRejected !== null ||
    order.closedAtVenue !== null
  );
}

/**
 * What the exchange has counted for an order that is done there; null while it may still trade. An
 * answer has no place in the feed's sequence, so until the feed has told the end, the word that
 * counts more is believed. Shares between this and our `cumQty` are fills that we have not seen.
 */
export function venueCumQtyAtEnd(order: OrderFacts): number | null {
  if (!isDoneAtVenue(order)) return null;
  const onFeed = order.venueCumQty ?? 0;
  return order.finalSeq > 0 ? onFeed : Math.max(onFeed, order.finalCumQty ?? 0);
}

/** Why the exchange must be asked about an order; null when it need not be. */
export type UnresolvedReason =
  /** It has not spoken about the submit (E09). */
  | 'outcome'
  /** A cancel has no answer (E16). */
  | 'cancel'
  /** It refused the cancel as too late, and no fill explains that (E13). */
  | 'too_late'
  /** It is done there, with more fills than we have seen (E20). */
  | 'missing_fills'
  /** A trade was taken back, and only the exchange knows whether the order still works (E26). */
  | 'busted';

export function unresolvedReasonOf(order: OrderFacts & OrderState): UnresolvedReason | null {
  const atEnd = venueCumQtyAtEnd(order);
  if (atEnd !== null) return atEnd > order.cumQty ? 'missing_fills' : null;
  if (!order.isOpen) return null;
  if (!isAnswered(order)) return 'outcome';
  if (order.status === 'pending_cancel') return 'cancel';
  return order.cancelRefusal === 'too_late' ? 'too_late' : null;
}
