// Lists of a user's orders from a read-only connection: sees what was committed, takes no lock that
// a writer would feel.
import type { Order } from '../domain/order.ts';
import type { OrderQuery } from '../domain/order-query.ts';
import { orderWalk } from './account-chain.ts';
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

/** Both ways in ask for the user: a cursor may name anybody's order. */
const NEWEST = 'SELECT last_order_no FROM accounts WHERE user_id = ?';
const BEFORE = `
  SELECT prior_order_no FROM orders JOIN accounts USING (account_no)
  WHERE user_id = ? AND ${HAS_ID}`;

function statementOf(query: OrderQuery): { sql: string; values: (string | number)[] } {
  const { userId, beforeId } = query;
  const start = beforeId === null ? NEWEST : BEFORE;
  const values: (string | number)[] = [userId];
  if (beforeId !== null) values.push(beforeId, beforeId, beforeId);
  const conditions = ['TRUE'];
  const add = (condition: string, ...more: (string | number)[]) => {
    conditions.push(condition);
    values.push(...more);
  };
  const { statuses, symbol, updatedSinceMs } = query;
  if (statuses.length > 0) add(`status IN (${statuses.map(() => '?').join(', ')})`, ...statuses);
  if (symbol !== null) add('symbol = ?', symbol);
  if (updatedSinceMs !== null) add('updated_at_ms >= ?', updatedSinceMs);
  // In the order of the walk, newest first, and no further than the page needs: SQLite makes the
  // walk step by step as it is read (a co-routine, says its plan, and a test).
  const sql = `${orderWalk(start)}
    SELECT orders.*, user_id
    FROM walk CROSS JOIN orders USING (order_no) CROSS JOIN accounts USING (account_no)
    WHERE ${conditions.join(' AND ')} LIMIT ? OFFSET ?`;
  return { sql, values: [...values, query.limit + 1, query.offset] };
}
