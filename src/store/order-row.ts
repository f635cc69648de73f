// One order as a row of `orders`, there and back.
import { deriveOrder } from '../domain/derive-order.ts';
import {
  type Order,
  type OrderFacts,
  type OrderStatus,
  type OrderType,
  orderOf,
  type Side,
  type TimeInForce,
} from '../domain/order.ts';

export interface OrderRow {
  readonly order_no: number;
  readonly id: string;
  readonly account_no: number;
  readonly user_id: string;
  readonly idempotency_key: string;
  readonly venue: string;
  readonly symbol: string;
  readonly side: Side;
  readonly order_type: OrderType;
  readonly time_in_force: TimeInForce;
  readonly price_in_cents: number | null;
  readonly limit_price_in_cents: number;
  readonly reference_price_in_cents: number;
  readonly num_shares: number;
  readonly created_at_ms: number;
  readonly send_attempted_at_ms: number;
  readonly not_after_ms: number;
  readonly external_order_id: string | null;
  readonly venue_epoch: string | null;
  readonly venue_rejected: string | null;
  readonly our_verdict: OrderFacts['ourVerdict'];
  readonly cancelled: string | null;
  readonly expired: string | null;
  readonly cancels_requested: number;
  readonly cancels_refused: number;
  readonly cancel_refusal: string | null;
  readonly cancel_error: string | null;
  readonly cum_qty: number;
  readonly cum_notional_in_cents: number;
  readonly closed_at_venue: string | null;
  readonly venue_seq: number;
  readonly venue_cum_qty: number | null;
  readonly final_seq: number;
  readonly final_cum_qty: number | null;
  readonly status: OrderStatus;
  readonly is_open: number;
  readonly fee_in_cents: number;
  readonly cancel_requested_at_ms: number | null;
  readonly updated_at_ms: number;
  readonly version: number;
}

/** Written once. */
export const INTENT_COLUMNS = [
  'id',
  'account_no',
  'idempotency_key',
  'venue',
  'symbol',
  'side',
  'order_type',
  'time_in_force',
  'price_in_cents',
  'limit_price_in_cents',
  'reference_price_in_cents',
  'num_shares',
  'created_at_ms',
  'send_attempted_at_ms',
  'not_after_ms',
] as const;

/** What changes. */
export const CHANGING_COLUMNS = [
  'external_order_id',
  'venue_epoch',
  'venue_rejected',
  'our_verdict',
  'cancelled',
  'expired',
  'cancels_requested',
  'cancels_refused',
  'cancel_refusal',
  'cancel_error',
  'cum_qty',
  'cum_notional_in_cents',
  'closed_at_venue',
  'venue_seq',
  'venue_cum_qty',
  'final_seq',
  'final_cum_qty',
  'status',
  'is_open',
  'fee_in_cents',
  'cancel_requested_at_ms',
  'updated_at_ms',
  'version',
] as const;

type ChangingColumn = (typeof CHANGING_COLUMNS)[number];

/** In the order of INTENT_COLUMNS: bound by place, which is cheaper by far. */
export function intentValues(accountNo: number, order: Order): (string | number | null)[] {
  return [
    order.id,
    accountNo,
    order.idempotencyKey,
    order.venue,
    order.symbol,
    order.side,
    order.orderType,
    order.timeInForce,
    order.priceInCents,
    order.limitPriceInCents,
    order.referencePriceInCents,
    order.numShares,
    order.createdAtMs,
    order.sendAttemptedAtMs,
    order.notAfterMs,
  ];
}

/** In the order of CHANGING_COLUMNS. */
export function changingValues(order: Order): (string | number | null)[] {
  return [
    order.externalOrderId,
    order.venueEpoch,
    order.venueRejected,
    order.ourVerdict,
    order.cancelled,
    order.expired,
    order.cancelsRequested,
    order.cancelsRefused,
    order.cancelRefusal,
    order.cancelError,
    order.cumQty,
    order.cumNotionalInCents,
    order.closedAtVenue,
    order.venueSeq,
    order.venueCumQty,
    order.finalSeq,
    order.finalCumQty,
    order.status,
    order.isOpen ? 1 : 0,
    order.feeInCents,
    order.cancelRequestedAtMs,
    order.updatedAtMs,
    order.version,
  ];
}

/** The changing columns of a new order that are not null, but for the time of its creation. */
const AS_CREATED: Readonly<Partial<Record<ChangingColumn, string | number>>> = {
  cancels_requested: 0,
  cancels_refused: 0,
  cum_qty: 0,
  cum_notional_in_cents: 0,
  venue_seq: 0,
  final_seq: 0,
  status: 'pending',
  is_open: 1,
  fee_in_cents: 0,
  version: 1,
};
const VALUES_AS_CREATED = CHANGING_COLUMNS.map((column) => AS_CREATED[column] ?? null);
const CREATED_AT = CHANGING_COLUMNS.indexOf('updated_at_ms');

/** As SQL: with the nulls 22 values that the row of a new order need not bind. */
export const CONSTANTS_AS_CREATED = Object.fromEntries(
  Object.entries(AS_CREATED).map(([column, value]) => {
    return [column, typeof value === 'string' ? `'${value}'` : `${value}`];
  }),
);

/** Whether nothing has happened to an order, by its `changingValues`. */
export function isAsCreated(values: readonly (string | number | null)[]): boolean {
  for (let at = 0; at < values.length; at++) {
    if (at !== CREATED_AT && values[at] !== VALUES_AS_CREATED[at]) return false;
  }
  return true;
}

export function orderFromRow(row: OrderRow): Order {
  const intent = {
    id: row.id,
    userId: row.user_id,
    idempotencyKey: row.idempotency_key,
    venue: row.venue,
    symbol: row.symbol,
    side: row.side,
    orderType: row.order_type,
    timeInForce: row.time_in_force,
    priceInCents: row.price_in_cents,
    limitPriceInCents: row.limit_price_in_cents,
    referencePriceInCents: row.reference_price_in_cents,
    numShares: row.num_shares,
    createdAtMs: row.created_at_ms,
    sendAttemptedAtMs: row.send_attempted_at_ms,
    notAfterMs: row.not_after_ms,
  };
  const facts: OrderFacts = {
    externalOrderId: row.external_order_id,
    venueEpoch: row.venue_epoch,
    venueRejected: row.venue_rejected,
    ourVerdict: row.our_verdict,
    cancelled: row.cancelled,
    expired: row.expired,
    cancelsRequested: row.cancels_requested,
    cancelsRefused: row.cancels_refused,
    cancelRefusal: row.cancel_refusal,
    cancelError: row.cancel_error,
    cumQty: row.cum_qty,
    cumNotionalInCents: row.cum_notional_in_cents,
    closedAtVenue: row.closed_at_venue,
    venueSeq: row.venue_seq,
    venueCumQty: row.venue_cum_qty,
    finalSeq: row.final_seq,
    finalCumQty: row.final_cum_qty,
  };
  return orderOf(intent, facts, deriveOrder(intent, facts), {
    feeInCents: row.fee_in_cents,
    cancelRequestedAtMs: row.cancel_requested_at_ms,
    updatedAtMs: row.updated_at_ms,
    version: row.version,
  });
}
