// Everything that is known of one order, from a read-only connection.
import type { Statement } from 'better-sqlite3';
import type { Order } from '../domain/order.ts';
import type {
  EarlyAmendmentFact,
  IncidentFact,
  OrderEventFact,
  ToldTrade,
} from '../domain/order-fact.ts';
import type { Db } from './database.ts';
import { type OrderDetail, orderAt } from './event-detail.ts';
import { type OrderRow, orderFromRow } from './order-row.ts';
import { HAS_ID } from './shard-schema.ts';

export interface KnownOrder {
  readonly orderNo: number;
  /** As it stands today. */
  readonly order: Order;
}

interface EventRow {
  readonly seq: number;
  readonly kind: OrderEventFact['kind'];
  readonly at_ms: number;
  readonly detail: string;
  readonly exec_id: string | null;
  readonly last_qty: number;
  readonly last_price_in_cents: number;
  readonly fee_in_cents: number;
  readonly exchange_at_ms: number;
}

const EVENT_COLUMNS = `
  events.seq, events.kind, events.at_ms, events.detail, fills.exec_id, fills.last_qty,
  fills.last_price_in_cents, fills.fee_in_cents, fills.exchange_at_ms`;

export const EVENTS = `
  SELECT ${EVENT_COLUMNS}
  FROM events LEFT JOIN fills ON fills.fill_no = events.fill_no
  WHERE events.order_no = ? AND events.seq > ?
  ORDER BY events.event_no LIMIT ?`;

export const TRADE_EVENTS = `
  SELECT ${EVENT_COLUMNS}
  FROM events LEFT JOIN fills ON fills.fill_no = events.fill_no
  WHERE events.order_no = ?
    AND (events.fill_no IS NOT NULL OR events.kind IN ('trade_busted', 'trade_corrected'))
  ORDER BY events.event_no LIMIT ?`;

/** Those whose trade, directly or through an earlier correction of it, has not come. */
export const EARLY_AMENDMENTS = `
  SELECT 'early_amendment' AS topic, kind, exchange_at_ms AS exchangeAtMs FROM amendments
  WHERE order_no = ?
    AND NOT EXISTS (SELECT 1 FROM fills WHERE exec_id = exec_ref AND epoch = amendments.epoch)
    AND NOT EXISTS (SELECT 1 FROM amendments AS earlier
                    WHERE earlier.exec_id = amendments.exec_ref
                      AND earlier.epoch = amendments.epoch)
  ORDER BY amendment_no LIMIT ?`;

export const INCIDENTS = `
  SELECT 'incident' AS topic, kind, at_ms AS atMs FROM incidents WHERE order_no = ?
  ORDER BY incident_no LIMIT ?`;

export class OrderHistory {
  readonly #order: Statement<[string, string, string, string], OrderRow>;
  readonly #events: Statement<[number, number, number], EventRow>;
  readonly #tradeEvents: Statement<[number, number], EventRow>;
  readonly #early: Statement<[number, number], EarlyAmendmentFact>;
  readonly #incidents: Statement<[number, number], IncidentFact>;

  constructor(db: Db) {
    this.#order = db.prepare(
      `SELECT orders.*, user_id FROM orders JOIN accounts USING (account_no)
       WHERE ${HAS_ID} AND user_id = ?`,
    );
    this.#events = db.prepare(EVENTS);
    this.#tradeEvents = db.prepare(TRADE_EVENTS);
    this.#early = db.prepare(EARLY_AMENDMENTS);
    this.#incidents = db.prepare(INCIDENTS);
  }

  /** Null also for another user's order. */
  find(userId: string, orderId: string): KnownOrder | null {
    const row = this.#order.get(orderId, orderId, orderId, userId);
    return row === undefined ? null : { orderNo: row.order_no, order: orderFromRow(row) };
  }

  events({ orderNo, order }: KnownOrder, afterSeq: number, max: number): OrderEventFact[] {
    return this.#events.all(orderNo, afterSeq, max).map((row) => factFrom(row, order));
  }

  /** Trades, busts and corrections. */
  tradeEvents({ orderNo, order }: KnownOrder, max: number): OrderEventFact[] {
    return this.#tradeEvents.all(orderNo, max).map((row) => factFrom(row, order));
  }

  earlyAmendments({ orderNo }: KnownOrder, max: number): EarlyAmendmentFact[] {
    return this.#early.all(orderNo, max);
  }

  incidents({ orderNo }: KnownOrder, max: number): IncidentFact[] {
    return this.#incidents.all(orderNo, max);
  }
}

function factFrom(row: EventRow, today: Order): OrderEventFact {
  const { seq, kind, at_ms: atMs } = row;
  const detail = JSON.parse(row.detail) as OrderDetail;
  const isFill = row.exec_id !== null;
  return {
    topic: 'event',
    seq,
    kind,
    atMs,
    exchangeAtMs: isFill ? row.exchange_at_ms : (detail.exchangeAtMs ?? null),
    cause: detail.cause ?? null,
    order: orderAt(today, detail, atMs),
    trade: tradeFrom(row) ?? detail.trade ?? null,
  };
}

function tradeFrom({ exec_id: execId, ...fill }: EventRow): ToldTrade | null {
  if (execId === null) return null;
  const {
    last_qty: lastQty,
    last_price_in_cents: lastPriceInCents,
    fee_in_cents: feeInCents,
  } = fill;
  return { execId, lastQty, lastPriceInCents, feeInCents, previous: null };
}
