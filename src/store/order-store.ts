// The orders of one shard, in one SQLite file, with one writer: the order shard that opened it.
// What a turn does to an order is written once, at its end or before rows are read in other ways
// than by id.

import assert from 'node:assert/strict';
import type { Statement } from 'better-sqlite3';
import type { ListedOrder, Order, Side } from '../domain/order.ts';
import { ChurnMap } from '../runtime/churn-map.ts';
import type { AccountStore } from './account-store.ts';
import { ChangedColumns } from './changed-columns.ts';
import type { Db } from './database.ts';
import { OpenOrders } from './open-orders.ts';
import {
  CHANGING_COLUMNS,
  CONSTANTS_AS_CREATED,
  changingValues,
  INTENT_COLUMNS,
  intentValues,
  isAsCreated,
  type OrderRow,
  orderFromRow,
} from './order-row.ts';
import { Recent } from './recent.ts';
import { RowBatch } from './row-batch.ts';
import { HAS_ID } from './shard-schema.ts';

/** An order with the number of its row, by which other rows refer to it. */
export interface StoredOrder {
  readonly orderNo: number;
  readonly accountNo: number;
  readonly order: Order;
}

const LISTED = `
  order_no AS orderNo, id AS orderId, status, external_order_id AS externalOrderId,
  venue_epoch AS venueEpoch, symbol, side, time_in_force AS timeInForce,
  limit_price_in_cents AS limitPriceInCents, num_shares AS numShares, cum_qty AS cumQty,
  created_at_ms AS createdAtMs, updated_at_ms AS updatedAtMs`;

const SELECT = 'SELECT orders.*, user_id FROM orders JOIN accounts USING (account_no)';

/** Acknowledged, nobody has asked for its end, and nobody has told of it. */
const IS_JUST_WORKING = `(
  external_order_id IS NOT NULL AND cancels_requested = 0 AND our_verdict IS NULL
  AND cancelled IS NULL AND expired IS NULL AND venue_rejected IS NULL AND closed_at_venue IS NULL
)`;

/** An order whose row is not in the file as it stands. */
interface Changed {
  stored: StoredOrder;
  /** Null: there is no row yet. */
  readonly inFile: Order | null;
  /** The account's order before it; of a new one only. */
  readonly priorOrderNo: number | null;
}

/** Twice as many are kept at most. */
export interface OrderStoreBounds {
  readonly recentOpenOrders: number;
  readonly recentEndedOrders: number;
}

export class OrderStore {
  readonly #accounts: AccountStore;
  /**
   * As they were written: one order is read several times within milliseconds, and its row is wide.
   * Sound because the store is the file's only writer, and a rollback builds a new one. Apart,
   * because half of all orders have ended soon, and of those little more is asked.
   */
  readonly #recentOpen: Recent<StoredOrder>;
  readonly #recentEnded: Recent<StoredOrder>;
  /** Of this turn, by id. */
  readonly #changed = new ChurnMap<string, Changed>();
  /** Those of them that are new, by account and key. */
  readonly #newByKey = new ChurnMap<string, string>();
  readonly #openOrders: OpenOrders;
  /** New orders that nothing has happened to yet: nearly all. */
  readonly #created: RowBatch;
  readonly #rows: RowBatch;
  #lastNo: number;
  readonly #changes: ChangedColumns;
  readonly #byId: Statement<[string, string, string], OrderRow>;
  readonly #byKey: Statement<[string, number], OrderRow>;
  readonly #inQuestion: Statement<[], OrderRow>;
  readonly #openAfter: Statement<[number, number], ListedOrder>;
  readonly #short: Statement<[], OrderRow>;
  readonly #openAmended: Statement<[], OrderRow>;
  readonly #lastId: Statement<[], string>;

  constructor(db: Db, accounts: AccountStore, bounds: OrderStoreBounds) {
    this.#accounts = accounts;
    this.#recentOpen = new Recent(bounds.recentOpenOrders);
    this.#recentEnded = new Recent(bounds.recentEndedOrders);
    this.#openOrders = new OpenOrders(db);
    this.#created = new RowBatch(db, 'orders', CREATED_COLUMNS, {
      constants: CONSTANTS_AS_CREATED,
    });
    this.#rows = new RowBatch(db, 'orders', ROW_COLUMNS);
    this.#lastNo = db.prepare<[], number>('SELECT max(order_no) FROM orders').pluck().get() ?? 0;
    this.#changes = new ChangedColumns(db, 'orders', CHANGING_COLUMNS, HAS_VERSION);
    this.#byId = db.prepare(`${SELECT} WHERE ${HAS_ID}`);
    this.#byKey = db.prepare(
      `${SELECT} WHERE orders.idempotency_key = ? AND orders.account_no = ?`,
    );
    this.#inQuestion = db.prepare(
      `${SELECT} WHERE orders.is_open = 1 AND NOT ${IS_JUST_WORKING} ORDER BY orders.order_no`,
    );
    this.#openAfter = db.prepare(
      `SELECT ${LISTED} FROM orders WHERE is_open = 1 AND order_no > ? ORDER BY order_no LIMIT ?`,
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
    this.#lastId = db
      .prepare<[], string>('SELECT id FROM orders ORDER BY substr(id, 7) DESC LIMIT 1')
      .pluck();
  }

  insert(accountNo: number, order: Order): StoredOrder {
    this.#lastNo++;
    const stored = { orderNo: this.#lastNo, accountNo, order };
    const priorOrderNo = this.#accounts.linkOrder(accountNo, this.#lastNo);
    this.#changed.set(order.id, { stored, inFile: null, priorOrderNo });
    this.#newByKey.set(keyOf(accountNo, order.idempotencyKey), order.id);
    if (order.isOpen) this.#openOrders.add(stored);
    return this.#keep(stored);
  }

  replace(before: StoredOrder, after: Order): StoredOrder {
    const { orderNo, accountNo } = before;
    const { id, version, isOpen } = before.order;
    assert.equal(after.version, version + 1);
    const stored = { orderNo, accountNo, order: after };
    const changed = this.#changed.get(id);
    if (changed === undefined) {
      this.#changed.set(id, { stored, inFile: before.order, priorOrderNo: null });
    } else {
      if (changed.stored.order.version !== version) changedUnderItsOwner(id);
      changed.stored = stored;
    }
    if (isOpen && !after.isOpen) {
      this.#openOrders.remove(stored);
      this.#recentOpen.delete(id);
    }
    // A trade that is taken back opens its order again.
    if (!isOpen && after.isOpen) {
      this.#openOrders.add(stored);
      this.#recentEnded.delete(id);
    }
    return this.#keep(stored);
  }

  /** Over the row as it was. A lost update means two writers: a bug, so it throws. */
  flush(): void {
    if (this.#changed.size === 0) return;
    for (const { stored, inFile, priorOrderNo } of this.#changed.values()) {
      const { orderNo, accountNo, order } = stored;
      const now = changingValues(order);
      if (inFile === null) {
        const values = [orderNo, priorOrderNo, ...intentValues(accountNo, order)];
        if (isAsCreated(now)) this.#created.add(...values, order.updatedAtMs);
        else this.#rows.add(...values, ...now);
        continue;
      }
      const keys = [orderNo, inFile.version];
      const changed = this.#changes.update(changingValues(inFile), now, keys);
      if (changed !== 1) changedUnderItsOwner(order.id);
    }
    this.#created.flush();
    this.#rows.flush();
    this.#changed.clear();
    this.#newByKey.clear();
  }

  get(id: string): StoredOrder | null {
    return (
      this.#changed.get(id)?.stored ??
      this.#recentOpen.get(id) ??
      this.#recentEnded.get(id) ??
      stored(this.#byId.get(id, id, id))
    );
  }

  findByIdempotencyKey(accountNo: number, key: string): StoredOrder | null {
    const id = this.#newByKey.get(keyOf(accountNo, key));
    if (id !== undefined) return this.get(id);
    const found = stored(this.#byKey.get(key, accountNo));
    return found && this.get(found.order.id); // as this turn has left it
  }

  /**
   * The open orders, oldest first, but those of which all that there is to know is that they work
   * at the exchange: a start must not make objects of a hundred thousand.
   */
  listOpenInQuestion(): StoredOrder[] {
    this.flush();
    return this.#inQuestion.all().map(storedRow);
  }

  /** The account's open order of the other side that one of `side` at `limit` could meet (E37). */
  findCrossing(accountNo: number, symbol: string, side: Side, limit: number) {
    return this.#openOrders.crossing(accountNo, symbol, side, limit);
  }

  /** What the account's open buys of the symbol may still bring. */
  sharesBeingBought(accountNo: number, symbol: string): number {
    const buys = this.#openOrders.of(accountNo, symbol, 'buy');
    return buys.reduce((sum, { orderId }) => sum + (this.get(orderId)?.order.leavesQty ?? 0), 0);
  }

  /** The account's, of one symbol or one side if need be, oldest first. */
  openIdsOf(accountNo: number, wanted: { symbol: string | null; side: Side | null }): string[] {
    return this.#openOrders.list(accountNo, wanted).map(({ orderId }) => orderId);
  }

  /** One page of the open orders, oldest first, after the row `afterNo`. */
  listOpenAfter(afterNo: number, max: number): ListedOrder[] {
    this.flush();
    return this.#openAfter.all(afterNo, max);
  }

  /** Closed orders of which the exchange may have counted more fills than are here. */
  listShort(): StoredOrder[] {
    this.flush();
    return this.#short.all().map(storedRow);
  }

  /** Open orders with busts or corrections: few. */
  listOpenAmended(): StoredOrder[] {
    this.flush();
    return this.#openAmended.all().map(storedRow);
  }

  /** The one with the highest time in it, of whatever bucket. */
  lastId(): string | null {
    this.flush();
    return this.#lastId.get() ?? null;
  }

  /** What this turn has not written yet is found among its changes, so it may be forgotten here. */
  #keep(stored: StoredOrder): StoredOrder {
    const recent = stored.order.isOpen ? this.#recentOpen : this.#recentEnded;
    recent.set(stored.order.id, stored);
    recent.forgetSome();
    return stored;
  }
}

const ROW_COLUMNS = ['order_no', 'prior_order_no', ...INTENT_COLUMNS, ...CHANGING_COLUMNS];
const CREATED_COLUMNS = ['order_no', 'prior_order_no', ...INTENT_COLUMNS, 'updated_at_ms'];
const HAS_VERSION = 'order_no = ? AND version = ?';

function changedUnderItsOwner(orderId: string): never {
  assert.fail(`order ${orderId} changed under its owner`);
}

function stored(row: OrderRow | undefined): StoredOrder | null {
  return row === undefined ? null : storedRow(row);
}

function storedRow(row: OrderRow): StoredOrder {
  return { orderNo: row.order_no, accountNo: row.account_no, order: orderFromRow(row) };
}

function keyOf(accountNo: number, idempotencyKey: string): string {
  return `${accountNo} ${idempotencyKey}`;
}
