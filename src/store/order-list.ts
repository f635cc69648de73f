// Lists of a user's orders from a read-only connection: sees what was committed, takes no lock that
// a writer would feel.
import type { Order } from '../domain/order.ts';
import type { OrderQuery } from '../domain/order-query.ts';
import { type Db, openReadOnly } from './database.ts';
import { type OrderRow, orderFromRow } from './order-row.ts';
import { HAS_ID } from './shard-schema.ts';

export class OrderList {
  readonly #db: Db;

  constructor(path: string) {
    this.#db = openReadOnly(path);
  }

  /**
   * Newest first by id (the order of their rows, since a user's ids rise); one more than `limit`
   * tells of a next page.
   */
  list(query: OrderQuery): { orders: Order[]; hasMore: boolean } {
    const { sql, values } = statementOf(query);
    const rows = this.#db.prepare(sql).all(...values) as OrderRow[];
    return {
      orders: rows.slice(0, query.limit).map(orderFromRow),
      hasMore: rows.length > query.limit,
    };
  }

  close(): void {
    this.#db.close();
  }
}

const BEFORE = `order_no < (SELECT order_no FROM orders WHERE ${HAS_ID})`;

function statementOf(query: OrderQuery): { sql: string; values: (string | number)[] } {
  const conditions = ['orders.account_no = (SELECT account_no FROM accounts WHERE user_id = ?)'];
  const values: (string | number)[] = [query.userId];
  const add = (condition: string, ...more: (string | number)[]) => {
    conditions.push(condition);
    values.push(...more);
  };
  const { statuses, symbol, updatedSinceMs, beforeId } = query;
  if (statuses.length > 0) add(`status IN (${statuses.map(() => '?').join(', ')})`, ...statuses);
  if (symbol !== null) add('symbol = ?', symbol);
  if (updatedSinceMs !== null) add('updated_at_ms >= ?', updatedSinceMs);
  if (beforeId !== null) add(BEFORE, beforeId, beforeId, beforeId);
  const sql = `SELECT orders.*, user_id FROM orders JOIN accounts USING (account_no)
    WHERE ${conditions.join(' AND ')} ORDER BY order_no DESC LIMIT ? OFFSET ?`;
  return { sql, values: [...values, query.limit + 1, query.offset] };
}
