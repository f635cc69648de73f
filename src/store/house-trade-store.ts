// The trades of the house in its shard file (E22), and what an operator has decided about each.
import type { Statement } from 'better-sqlite3';
import type { HouseTrade } from '../domain/house-trade.ts';
import { HOUSE_USER_ID } from '../domain/ids.ts';
import { orderWalk } from './account-chain.ts';
import type { Db } from './database.ts';

export interface HouseTradeRow extends Omit<HouseTrade, 'state'> {
  readonly orderId: string;
  /** Null: nothing has been decided. */
  readonly state: 'sent' | 'done' | 'refused' | null;
}

/** An order of the house has one trade, so what the order counts is what holds of the trade. */
const COLUMNS = `fills.epoch, fills.exec_id AS execId, orders.id AS orderId,
         orders.external_order_id AS externalOrderId, symbol, side,
         coalesce(given_qty, cum_qty) AS lastQty,
         coalesce(given_price_in_cents, cum_notional_in_cents / cum_qty, last_price_in_cents)
           AS lastPriceInCents,
         coalesce(given_fee_in_cents, orders.fee_in_cents) AS feeInCents,
         exchange_at_ms AS exchangeAtMs,
         assignments.state, assignments.user_id AS userId, assignments.reason`;
const DECISIONS = `
  LEFT JOIN assignments ON assignments.epoch = fills.epoch AND assignments.exec_id = fills.exec_id`;

const FIND = `
  SELECT ${COLUMNS}
  FROM fills JOIN orders USING (order_no) JOIN accounts USING (account_no) ${DECISIONS}
  WHERE fills.exec_id = ? AND fills.epoch = ? AND accounts.user_id = '${HOUSE_USER_ID}'`;

const HOUSE_ORDERS = orderWalk(
  `SELECT last_order_no FROM accounts WHERE user_id = '${HOUSE_USER_ID}'`,
);
const LIST = `${HOUSE_ORDERS}
  SELECT ${COLUMNS}
  FROM walk
  CROSS JOIN orders USING (order_no)
  CROSS JOIN events ON events.order_no = walk.order_no AND events.order_no IS NOT NULL
  CROSS JOIN fills USING (fill_no) ${DECISIONS}
  ORDER BY fills.fill_no DESC LIMIT ?`;

export class HouseTradeStore {
  readonly #flush: () => void;
  readonly #find: Statement<[string, string], HouseTradeRow>;
  readonly #list: Statement<[number], HouseTradeRow>;
  readonly #sent: Statement<[], { epoch: string; execId: string }>;
  readonly #decide: Statement;
  readonly #confirm: Statement<[string, string]>;

  constructor(db: Db, flush: () => void) {
    this.#flush = flush;
    this.#find = db.prepare(FIND);
    this.#list = db.prepare(LIST);
    this.#sent = db.prepare(
      "SELECT epoch, exec_id AS execId FROM assignments WHERE state = 'sent' ORDER BY at_ms",
    );
    this.#decide = db.prepare(
      `INSERT INTO assignments (epoch, exec_id, user_id, state, reason, at_ms, given_qty,
                                given_price_in_cents, given_fee_in_cents)
       VALUES (@epoch, @execId, @userId, @state, @reason, @atMs, @lastQty, @lastPriceInCents,
               @feeInCents)`,
    );
    this.#confirm = db.prepare(
      "UPDATE assignments SET state = 'done' WHERE exec_id = ? AND epoch = ?",
    );
  }

  find(epoch: string, execId: string): HouseTradeRow | null {
    this.#flush();
    return this.#find.get(execId, epoch) ?? null;
  }

  /** Newest first. */
  list(max: number): HouseTradeRow[] {
    this.#flush();
    return this.#list.all(max);
  }

  /** Given to a user whose shard has not confirmed it. */
  listSent(): HouseTradeRow[] {
    return this.#sent.all().flatMap(({ epoch, execId }) => this.find(epoch, execId) ?? []);
  }

  /** With its terms of this moment: what is sent again must be what was given. */
  assign(trade: HouseTradeRow, userId: string, atMs: number): void {
    const { epoch, execId, lastQty, lastPriceInCents, feeInCents } = trade;
    const terms = { lastQty, lastPriceInCents, feeInCents };
    this.#decide.run({ epoch, execId, userId, state: 'sent', reason: null, atMs, ...terms });
  }

  refuse(epoch: string, execId: string, reason: string, atMs: number): void {
    const terms = { lastQty: null, lastPriceInCents: null, feeInCents: null };
    const decision = { epoch, execId, userId: null, state: 'refused', reason, atMs };
    this.#decide.run({ ...decision, ...terms });
  }

  confirm(epoch: string, execId: string): void {
    this.#confirm.run(execId, epoch);
  }
}
