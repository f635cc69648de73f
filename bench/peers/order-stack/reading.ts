// GET /order/:id and GET /account, straight from the tables.
import type { Database, Row } from './database.ts';
import { orderJson, type ShownOrder } from './order-json.ts';
import { type Answer, problem } from './problem.ts';

const SELECT_ORDER = `
  SELECT id, status, created_at_ms, updated_at_ms, side, symbol, order_type, time_in_force,
    num_shares, price_in_cents, cum_qty, cum_notional_in_cents, fee_in_cents, reason,
    external_order_id
  FROM orders WHERE user_id = $1 AND id = $2`;

const SELECT_ACCOUNT =
  'SELECT cash_available, cash_reserved, trading_state FROM accounts WHERE user_id = $1';

export class Reading {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async order(userId: string, id: string): Promise<Answer> {
    const [row] = await this.#database.call('order', SELECT_ORDER, [userId, id]);
    if (row === undefined) return problem('order_not_found');
    return { status: 200, body: JSON.stringify(orderJson(orderIn(row))) };
  }

  async account(userId: string): Promise<Answer> {
    const [row] = await this.#database.call('account', SELECT_ACCOUNT, [userId]);
    if (row === undefined) return problem('not_found');
    const [available, reserved, tradingState] = row as readonly [number, number, string];
    const account = {
      userId,
      cashInCents: available + reserved,
      reservedInCents: reserved,
      buyingPowerInCents: available,
      tradingState,
    };
    return { status: 200, body: JSON.stringify(account) };
  }
}

function orderIn(row: Row): ShownOrder {
  const [id, status, createdAtMs, updatedAtMs, side, symbol, type, tif, ...more] = row;
  const [numShares, priceInCents, cumQty, cumNotional, fee, reason, externalOrderId] = more;
  return {
    id: id as string,
    status: status as string,
    createdAtMs: createdAtMs as number,
    updatedAtMs: updatedAtMs as number,
    position: side as ShownOrder['position'],
    symbol: symbol as string,
    type: type as ShownOrder['type'],
    timeInForce: tif as ShownOrder['timeInForce'],
    numShares: numShares as number,
    priceInCents: priceInCents as number | null,
    cumQty: cumQty as number,
    cumNotionalInCents: cumNotional as number,
    feeInCents: fee as number,
    failCode: status === 'failed' ? (reason as string | null) : null,
    externalOrderId: externalOrderId as string | null,
  };
}
