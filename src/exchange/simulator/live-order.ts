// An order as the exchange holds it while it can still trade.
import type { Side, TimeInForce } from '../../domain/order.ts';

export interface LiveOrder {
  /**
   * The exchange's own number of the order: rises, and so gives the time in price-time priority.
   */
  readonly ordinal: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly timeInForce: TimeInForce;
  readonly priceInCents: number;
  readonly numShares: number;
  cumQty: number;
}

const PREFIX = 'sim-';

export function externalOrderIdOf(ordinal: number): string {
  return `${PREFIX}${ordinal}`;
}

/** Null for a text that this exchange never gave out. */
export function ordinalOf(externalOrderId: string): number | null {
  const ordinal = Number(externalOrderId.slice(PREFIX.length));
  return externalOrderIdOf(ordinal) === externalOrderId && Number.isSafeInteger(ordinal)
    ? ordinal
    : null;
}

export function leavesOf(order: LiveOrder): number {
  return order.numShares - order.cumQty;
}
