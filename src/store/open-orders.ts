// The open orders of each account, by symbol, side and price: what a new order could meet, and what
// a cancel of everything is about. Only in memory: an index in the file would cost each order two
// pages of the log. An account's are read from the file when they are first asked for.

import type { Statement } from 'better-sqlite3';
import type { Side } from '../domain/order.ts';
import { ChurnMap } from '../runtime/churn-map.ts';
import type { Db } from './database.ts';
import type { StoredOrder } from './order-store.ts';

export interface OpenOrder {
  readonly orderNo: number;
  readonly orderId: string;
  readonly limitPriceInCents: number;
}

/** Each by rising price, and at one price oldest first. */
type Sides = Readonly<Record<Side, OpenOrder[]>>;

interface Row extends OpenOrder {
  readonly symbol: string;
  readonly side: Side;
}

/** Row numbers as a JSON list: text costs a start less than a hundred thousand numbers. */
interface Unread {
  readonly accountNo: number;
  readonly orderNos: string;
}

const UNREAD = `
  SELECT account_no AS accountNo, json_group_array(order_no) AS orderNos
  FROM orders INDEXED BY orders_open WHERE is_open = 1 GROUP BY account_no`;

const ROWS = `
  SELECT order_no AS orderNo, id AS orderId, symbol, side,
         limit_price_in_cents AS limitPriceInCents
  FROM orders WHERE order_no IN (SELECT value FROM json_each(?))
  ORDER BY limit_price_in_cents, order_no`;

export class OpenOrders {
  /** By account number, then by symbol. */
  readonly #accounts = new ChurnMap<number, ChurnMap<string, Sides>>();
  /**
   * What was open at the start, of accounts that nobody has asked for since. What stands here of an
   * order never changes, so the rows are the same whenever they are read.
   */
  readonly #unread = new Map<number, string>();
  readonly #rows: Statement<[string], Row>;

  constructor(db: Db) {
    this.#rows = db.prepare(ROWS);
    for (const { accountNo, orderNos } of db.prepare<[], Unread>(UNREAD).iterate()) {
      this.#unread.set(accountNo, orderNos);
    }
  }

  add({ orderNo, accountNo, order }: StoredOrder): void {
    const { id: orderId, symbol, side, limitPriceInCents } = order;
    insert(this.#sidesOf(accountNo, symbol)[side], { orderNo, orderId, limitPriceInCents });
  }

  remove({ orderNo, accountNo, order }: StoredOrder): void {
    const { symbol, side, limitPriceInCents } = order;
    const symbols = this.#symbolsOf(accountNo);
    const sides = symbols?.get(symbol);
    if (symbols === undefined || sides === undefined) return;
    const orders = sides[side];
    const at = placeOf(orders, limitPriceInCents, orderNo);
    if (orders[at]?.orderNo === orderNo) orders.splice(at, 1);
    if (sides.buy.length > 0 || sides.sell.length > 0) return;
    symbols.delete(symbol);
    if (symbols.size === 0) this.#accounts.delete(accountNo);
  }

  of(accountNo: number, symbol: string, side: Side): readonly OpenOrder[] {
    return this.#symbolsOf(accountNo)?.get(symbol)?.[side] ?? [];
  }

  /** The best-priced of the other side that one of `side` at `limit` could meet. */
  crossing(accountNo: number, symbol: string, side: Side, limit: number): OpenOrder | null {
    if (side === 'buy') {
      const [lowest] = this.of(accountNo, symbol, 'sell');
      return lowest !== undefined && lowest.limitPriceInCents <= limit ? lowest : null;
    }
    const highest = this.of(accountNo, symbol, 'buy').at(-1);
    return highest !== undefined && highest.limitPriceInCents >= limit ? highest : null;
  }

  /** Of one symbol or one side if need be, oldest first. */
  list(accountNo: number, wanted: { readonly symbol: string | null; readonly side: Side | null }) {
    const found: OpenOrder[] = [];
    for (const [symbol, sides] of this.#symbolsOf(accountNo) ?? []) {
      if (wanted.symbol !== null && wanted.symbol !== symbol) continue;
      if (wanted.side !== 'sell') for (const order of sides.buy) found.push(order);
      if (wanted.side !== 'buy') for (const order of sides.sell) found.push(order);
    }
    return found.sort((a, b) => a.orderNo - b.orderNo);
  }

  #symbolsOf(accountNo: number): ChurnMap<string, Sides> | undefined {
    this.#read(accountNo);
    return this.#accounts.get(accountNo);
  }

  #read(accountNo: number): void {
    const orderNos = this.#unread.get(accountNo);
    if (orderNos === undefined) return;
    this.#unread.delete(accountNo);
    for (const { symbol, side, ...order } of this.#rows.all(orderNos)) {
      insert(this.#sidesOf(accountNo, symbol)[side], order);
    }
  }

  #sidesOf(accountNo: number, symbol: string): Sides {
    let symbols = this.#symbolsOf(accountNo);
    if (symbols === undefined) {
      symbols = new ChurnMap();
      this.#accounts.set(accountNo, symbols);
    }
    const known = symbols.get(symbol);
    if (known !== undefined) return known;
    const sides = { buy: [], sell: [] };
    symbols.set(symbol, sides);
    return sides;
  }
}

function insert(orders: OpenOrder[], order: OpenOrder): void {
  orders.splice(placeOf(orders, order.limitPriceInCents, order.orderNo), 0, order);
}

/** Where it stands, or would. */
function placeOf(orders: readonly OpenOrder[], price: number, orderNo: number): number {
  let [low, high] = [0, orders.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = orders[middle] as OpenOrder;
    const isBefore =
      other.limitPriceInCents < price ||
      (other.limitPriceInCents === price && other.orderNo < orderNo);
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
}
