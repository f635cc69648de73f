// The event log of one shard: what a user's stream sends is what stands here. An event keeps only
// what its order's row lacks, the facts as they stood; reading joins the two again.
import type { Statement } from 'better-sqlite3';
import { accountFrom, type TradingState } from '../domain/account.ts';
import { deriveOrder } from '../domain/derive-order.ts';
import { NO_FACTS, type Order, type OrderFacts } from '../domain/order.ts';
import type {
  AccountEventKind,
  OrderEventKind,
  TradeEventKind,
  UserEvent,
} from '../domain/user-event.ts';
import type { Db } from './database.ts';
import { type OrderRow, orderFromRow } from './order-row.ts';

/** Balances as an account event keeps them. */
export interface AccountDetail {
  readonly available: number;
  readonly reserved: number;
  readonly tradingState: TradingState;
}

/** The changing part of an order, without what equals its default. */
type OrderDetail = Partial<OrderFacts> & {
  readonly fee?: number;
  readonly cancelAtMs?: number;
  readonly version: number;
};

interface EventRow extends OrderRow {
  readonly seq: number;
  readonly kind: string;
  readonly at_ms: number;
  readonly detail: string;
  readonly event_order_no: number | null;
  readonly exec_id: string | null;
  readonly last_qty: number | null;
  readonly last_price_in_cents: number | null;
  readonly fill_fee: number | null;
}

const APPEND = `INSERT INTO events (account_no, seq, kind, at_ms, order_no, fill_no, detail)
                VALUES (?, ?, ?, ?, ?, ?, ?)`;
const AFTER = `
  SELECT orders.*, accounts.user_id, events.seq, events.kind, events.at_ms, events.detail,
         events.order_no AS event_order_no, fills.exec_id, fills.last_qty,
         fills.last_price_in_cents, fills.fee_in_cents AS fill_fee
  FROM events
  JOIN accounts ON accounts.account_no = events.account_no
  LEFT JOIN orders ON orders.order_no = events.order_no
  LEFT JOIN fills ON fills.fill_no = events.fill_no
  WHERE events.account_no = ? AND events.seq > ?
  ORDER BY events.seq LIMIT ?`;

export class EventStore {
  readonly #append: Statement<
    [number, number, string, number, number | null, number | null, string]
  >;
  readonly #after: Statement<[number, number, number], EventRow>;

  constructor(db: Db) {
    this.#append = db.prepare(APPEND);
    this.#after = db.prepare(AFTER);
  }

  /** The number of the row, which is the transaction number of the postings it causes. */
  appendOrder(
    at: { accountNo: number; orderNo: number; fillNo: number | null; seq: number },
    kind: OrderEventKind | TradeEventKind,
    order: Order,
  ): number {
    const detail = JSON.stringify(detailOf(order));
    const { accountNo, seq, orderNo, fillNo } = at;
    return Number(
      this.#append.run(accountNo, seq, kind, order.updatedAtMs, orderNo, fillNo, detail)
        .lastInsertRowid,
    );
  }

  appendAccount(
    accountNo: number,
    seq: number,
    kind: AccountEventKind,
    atMs: number,
    detail: AccountDetail,
  ): number {
    const { available, reserved, tradingState } = detail;
    const text = JSON.stringify([available, reserved, tradingState]);
    return Number(this.#append.run(accountNo, seq, kind, atMs, null, null, text).lastInsertRowid);
  }

  readAfter(accountNo: number, seq: number, max: number): UserEvent[] {
    return this.#after.all(accountNo, seq, max).map(eventFromRow);
  }
}

function detailOf(order: Order): OrderDetail {
  const detail: Record<string, unknown> = { version: order.version };
  for (const fact of FACTS) if (order[fact] !== NO_FACTS[fact]) detail[fact] = order[fact];
  if (order.externalOrderId !== null) detail['externalOrderId'] = ''; // the row has it
  if (order.feeInCents !== 0) detail['fee'] = order.feeInCents;
  if (order.cancelRequestedAtMs !== null) detail['cancelAtMs'] = order.cancelRequestedAtMs;
  return detail as unknown as OrderDetail;
}

const FACTS = Object.keys(NO_FACTS) as (keyof OrderFacts)[];

function eventFromRow(row: EventRow): UserEvent {
  const { seq, at_ms: atMs } = row;
  if (row.event_order_no === null) {
    const [available, reserved, tradingState] = JSON.parse(row.detail) as [
      number,
      number,
      TradingState,
    ];
    const account = accountFrom(row.user_id, { available, reserved }, tradingState);
    return { topic: 'account', seq, kind: row.kind as AccountEventKind, atMs, account };
  }
  const order = orderAt(orderFromRow(row), JSON.parse(row.detail) as OrderDetail, atMs);
  const { exec_id: execId, last_qty: lastQty, last_price_in_cents: lastPriceInCents } = row;
  if (execId === null || lastQty === null || lastPriceInCents === null) {
    return { topic: 'order', seq, kind: row.kind as OrderEventKind, atMs, order };
  }
  const fill = { execId, lastQty, lastPriceInCents, feeInCents: row.fill_fee ?? 0 };
  return { topic: 'trade', seq, kind: row.kind as TradeEventKind, atMs, order, ...fill };
}

/** The order of today's row as it stood when the event was written. */
function orderAt(today: Order, detail: OrderDetail, atMs: number): Order {
  const { fee, cancelAtMs, version, ...changed } = detail;
  const facts: OrderFacts = { ...NO_FACTS, ...changed };
  const externalOrderId = facts.externalOrderId === null ? null : today.externalOrderId;
  return {
    ...today,
    ...facts,
    externalOrderId,
    ...deriveOrder(today, facts),
    feeInCents: fee ?? 0,
    cancelRequestedAtMs: cancelAtMs ?? null,
    updatedAtMs: atMs,
    version,
  };
}
