// The orders of one shard, in one SQLite file, with one writer: the order shard that opened it.
import assert from 'node:assert/strict';
import type { Statement } from 'better-sqlite3';
import type { Order } from '../domain/order.ts';
import type { Db } from './database.ts';
import { ORDER_COLUMNS, type OrderRow, orderFromRow, orderToRow } from './order-row.ts';

/** An order with the number of its row, by which other rows refer to it. */
export interface StoredOrder {
  readonly orderNo: number;
  readonly accountNo: number;
  readonly order: Order;
}

const SELECT = 'SELECT orders.*, user_id FROM orders JOIN accounts USING (account_no)';

export class OrderStore {
  readonly #insert: Statement;
  readonly #replace: Statement;
  readonly #byId: Statement<[string], OrderRow>;
  readonly #byKey: Statement<[number, string], OrderRow>;
  readonly #open: Statement<[], OrderRow>;
  readonly #lastId: Statement<[string, string], { id: string }>;

  constructor(db: Db) {
    const named = ORDER_COLUMNS.map((column) => `@${column}`);
    this.#insert = db.prepare(
      `INSERT INTO orders (${ORDER_COLUMNS.join(', ')}) VALUES (${named.join(', ')})`,
    );
    this.#replace = db.prepare(
      `UPDATE orders SET ${MUTABLE.map((column) => `${column} = @${column}`).join(', ')}
       WHERE order_no = @order_no AND version = @version_before`,
    );
    this.#byId = db.prepare(`${SELECT} WHERE orders.id = ?`);
    this.#byKey = db.prepare(
      `${SELECT} WHERE orders.account_no = ? AND orders.idempotency_key = ?`,
    );
    this.#open = db.prepare(`${SELECT} WHERE orders.is_open = 1 ORDER BY orders.order_no`);
    this.#lastId = db.prepare('SELECT id FROM orders WHERE id >= ? AND id < ? ORDER BY id DESC');
  }

  insert(accountNo: number, order: Order): StoredOrder {
    const { lastInsertRowid } = this.#insert.run(orderToRow(accountNo, order));
    return { orderNo: Number(lastInsertRowid), accountNo, order };
  }

  /** Writes `after` over `before`. A lost update means two writers: a bug, so it throws. */
  replace(before: StoredOrder, after: Order): StoredOrder {
    assert.equal(after.version, before.order.version + 1);
    const { changes } = this.#replace.run({
      ...orderToRow(before.accountNo, after),
      order_no: before.orderNo,
      version_before: before.order.version,
    });
    assert.equal(changes, 1, `order ${after.id} changed under its owner`);
    return { ...before, order: after };
  }

  get(id: string): StoredOrder | null {
    return stored(this.#byId.get(id));
  }

  findByIdempotencyKey(accountNo: number, key: string): StoredOrder | null {
    return stored(this.#byKey.get(accountNo, key));
  }

  /** Every open order, oldest first. */
  listOpen(): StoredOrder[] {
    return this.#open.all().map(storedRow);
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
