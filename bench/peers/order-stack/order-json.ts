// What the stack shows: an order with the members that Outcry gives it, and the events that go to
// Redis.
import { averageInCents } from '../../../src/domain/money.ts';
import type { OrderBody } from './order-body.ts';
import type { Balances } from './statements.ts';

export interface ShownOrder extends OrderBody {
  readonly id: string;
  readonly status: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly cumQty: number;
  readonly cumNotionalInCents: number;
  readonly feeInCents: number;
  readonly failCode: string | null;
  readonly externalOrderId: string | null;
}

export function orderJson(order: ShownOrder) {
  const { id, status, createdAtMs, updatedAtMs, cumQty, cumNotionalInCents, feeInCents } = order;
  const { position, symbol, type, timeInForce, numShares, priceInCents } = order;
  return {
    id,
    status,
    createdAt: new Date(createdAtMs).toISOString(),
    updatedAt: new Date(updatedAtMs).toISOString(),
    position,
    symbol,
    type,
    timeInForce,
    numShares,
    priceInCents,
    cumQty,
    leavesQty: CLOSED.has(status) ? 0 : numShares - cumQty,
    avgPriceInCents: averageInCents(cumNotionalInCents, cumQty),
    feeInCents,
    failCode: order.failCode,
    cancel: null,
    externalOrderId: order.externalOrderId,
  };
}

const CLOSED = new Set(['filled', 'cancelled', 'expired', 'failed']);

/** One message per change; the account is in it when its cash has moved. */
export function eventText(
  seq: number,
  kind: string,
  atMs: number,
  about: object,
  { available, reserved }: Pick<Balances, 'available' | 'reserved'>,
): string {
  const account = available === null ? {} : { account: { available, reserved } };
  return JSON.stringify({ seq, kind, at: new Date(atMs).toISOString(), ...about, ...account });
}
