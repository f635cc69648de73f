// The orders of one shard, in one SQLite file, with one writer: the order shard that opened it.
import assert from 'node:assert/strict';
import type { Statement } from 'better-sqlite3';
import type { Order, Side } from '../domain/order.ts';
import type { Db } from './database.ts';
import { ORDER_COLUMNS, type OrderRow, orderFromRow, orderValues } from './order-row.ts';
import { RecentOrders } from './recent-orders.ts';

/** An order with the number of its row, by which other rows refer to it. */
export interface StoredOrder {
  readonly orderNo: number;
  readonly accountNo: number;
  readonly order: Order;
}

const SELECT = 'SELECT orders.*, user_id FROM orders JOIN accounts USING (account_no)';

/** Through the index `orders_crossing`: the best-priced first. */
const CROSSING = `
  SELECT id AS orderId, limit_price_in_cents AS limitPriceInCents FROM orders
  WHERE account_no = ? AND symbol = ? AND is_open = 1`;
const CROSSING_OF = {
  buy: `${CROSSING} AND side = 'sell' AND limit_price_in_cents <= ?
    ORDER BY limit_price_in_cents LIMIT 1`,
  sell: `${CROSSING} AND side = 'buy' AND limit_price_in_cents >= ?
    ORDER BY limit_price_in_cents DESC LIMIT 1`,
} as const;

type Crossing = Statement<
  [number, string, number],
  { readonly orderId: string; readonly limitPriceInCents: number }
>;

export class OrderStore {
  readonly #recent: RecentOrders;
  readonly #insert: Statement;
  readonly #replace: Statement;
  readonly #byId: Statement<[string], OrderRow>;
  readonly #byKey: Statement<[number, string], OrderRow>;
  readonly #open: Statement<[], OrderRow>;
  readonly #openAfter: Statement<[number, number], OrderRow>;
  readonly #short: Statement<[], OrderRow>;
  readonly #openAmended: Statement<[], OrderRow>;
  readonly #lastId: Statement<[string, string], { id: string }>;
  readonly #crossing: Readonly<Record<Side, Crossing>>;
  readonly #sharesBeingBought: Statement<[number, string], { shares: number }>;

  constructor(db: Db, recentOrdersMax: number) {
    this.#recent = new RecentOrders(recentOrdersMax);
    const places = ORDER_COLUMNS.map(() => '?');
    this.#insert = db.prepare(
      `INSERT INTO orders (${ORDER_COLUMNS.join(', ')}) VALUES (${places.join(', ')})`,
    );
    this.#replace = db.prepare(
      `UPDATE orders SET ${MUTABLE.map((column) => `${column} = ?`).join(', ')}
       WHERE order_no = ? AND version = ?`,
    );
    this.#byId = db.prepare(`${SELECT} WHERE orders.id = ?`);
    this.#byKey = db.prepare(
      `${SELECT} WHERE orders.account_no = ? AND orders.idempotency_key = ?`,
    );
    this.#open = db.prepare(`${SELECT} WHERE orders.is_open = 1 ORDER BY orders.order_no`);
    this.#openAfter = db.prepare(
      `${SELECT} WHERE orders.is_open = 1 AND orders.order_no > ? ORDER BY orders.order_no LIMIT ?`,
    );
    this.#short = db.prepare(
      `${SELECT} WHERE is_open = 0 AND (venue_cum_qty > cum_qty OR final_cum_qty > cum_qty)
       ORDER BY orders.order_no`,
    );
    this.#openAmended = db.prepare(
      `${SELECT} WHERE orders.is_open = 1
       AND EXISTS (SELECT 1 FROM amendments WHERE amendments.order_no = orders.order_no)
       ORDER BY orders.order_no`,
    );
    this.#lastId = db.prepare('SELECT id FROM orders WHERE id >= ? AND id < ? ORDER BY id DESC');
    this.#crossing = { buy: db.prepare(CROSSING_OF.buy), sell: db.prepare(CROSSING_OF.sell) };
    this.#sharesBeingBought = db.prepare(
      `SELECT coalesce(sum(num_shares - cum_qty), 0) AS shares FROM orders
       WHERE account_no = ? AND symbol = ? AND side = 'buy' AND is_open = 1`,
    );
  }

  insert(accountNo: number, order: Order): StoredOrder {
    const { lastInsertRowid } = this.#insert.run(orderValues(accountNo, order));
    return this.#recent.keep({ orderNo: Number(lastInsertRowid), accountNo, order });
  }

  /** Writes `after` over `before`. A lost update means two writers: a bug, so it throws. */
  replace(before: StoredOrder, after: Order): StoredOrder {
    assert.equal(after.version, before.order.version + 1);
    const values = orderValues(before.accountNo, after).slice(IMMUTABLE.length);
    const { changes } = this.#replace.run(values, before.orderNo, before.order.version);
    assert.equal(changes, 1, `order ${after.id} changed under its owner`);
    return this.#recent.keep({ ...before, order: after });
  }

  get(id: string): StoredOrder | null {
    return this.#recent.get(id) ?? stored(this.#byId.get(id));
  }

  findByIdempotencyKey(accountNo: number, key: string): StoredOrder | null {
    return stored(this.#byKey.get(accountNo, key));
  }

  /** Every open order, oldest first. */
  listOpen(): StoredOrder[] {
    return this.#open.all().map(storedRow);
  }

  /** The account's open order of the other side that one of `side` at `limit` could meet (E37). */
  findCrossing(accountNo: number, symbol: string, side: Side, limit: number) {
    return this.#crossing[side].get(accountNo, symbol, limit) ?? null;
  }

  /** What the account's open buys of the symbol may still bring. */
  sharesBeingBought(accountNo: number, symbol: string): number {
    return this.#sharesBeingBought.get(accountNo, symbol)?.shares ?? 0;
  }

  /** One page of the open orders, oldest first, after the row `afterNo`. */
  listOpenAfter(afterNo: number, max: number): StoredOrder[] {
    return this.#openAfter.all(afterNo, max).map(storedRow);
  }

  /** Closed orders of which the exchange may have counted more fills than are here. */
  listShort(): StoredOrder[] {
    return this.#short.all().map(storedRow);
  }

  /** Open orders with busts or corrections: few. */
  listOpenAmended(): StoredOrder[] {
    return this.#openAmended.all().map(storedRow);
  }

  /** The highest id that begins with `prefix` (an order id's bucket). */
  lastIdWith(prefix: string): string | null {
    return this.#lastId.get(prefix, `${prefix}~`)?.id ?? null;
  }
}

const IMMUTABLE = ORDER_COLUMNS.slice(0, ORDER_COLUMNS.indexOf('external_order_id'));
const MUTABLE = ORDER_COLUMNS.slice(IMMUTABLE.length);

function stored(row: OrderRow | undefined): StoredOrder | null {
  return row === undefined ? null : storedRow(row);
}

function storedRow(row: OrderRow): StoredOrder {
  return { orderNo: row.order_no, accountNo: row.account_no, order: orderFromRow(row) };
}
