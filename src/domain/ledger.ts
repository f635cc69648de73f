// Double entry: every change of cash or shares is a set of postings that sums to zero per asset.
// What an order reserves is a function of the order; after each fact only the difference is posted.

import { type FeeSchedule, feeOn } from './money.ts';
import { type Order, type OrderFacts, venueCumQtyAtEnd } from './order.ts';

export const USD = 'USD';

/** Accounts of a customer. */
export type CustomerAccount = 'available' | 'reserved';
/**
 * Accounts of the house, one set per shard file, so that every transaction balances inside one
 * file.
 */
export type HouseAccount = 'bank' | 'transfers' | 'clearing' | 'fees' | 'suspense';
export type LedgerAccount = CustomerAccount | HouseAccount;

export interface Posting {
  readonly account: LedgerAccount;
  /** `USD` in cents, or a symbol in whole shares. */
  readonly asset: string;
  readonly amount: number;
}

/** What an order holds back of its user: one asset, an amount that falls to 0. */
export interface Reservation {
  readonly asset: string;
  readonly amount: number;
}

type Terms = Pick<Order, 'symbol' | 'side' | 'limitPriceInCents' | 'numShares'>;
export type Reserving = OrderFacts & Terms & Pick<Order, 'isOpen'>;

/**
 * Shares for a sell; for a buy what its leaves can still cost at the limit, and the fee that this
 * can bring beyond the fee
 * already charged. A closed order keeps the reservation of fills that the exchange has counted and
 * we have not seen (E20).
 */
export function reservationOf(order: Reserving, fees: FeeSchedule): Reservation {
  const missing = Math.max((venueCumQtyAtEnd(order) ?? 0) - order.cumQty, 0);
  const leaves = order.isOpen ? Math.max(order.numShares - order.cumQty, 0) : missing;
  return reservationFor(order, leaves, order.cumNotionalInCents, fees);
}

/** Of an order of which nothing has traded yet. */
export function firstReservationOf(order: Terms, fees: FeeSchedule): Reservation {
  return reservationFor(order, order.numShares, 0, fees);
}

function reservationFor(
  { side, symbol, limitPriceInCents }: Terms,
  leaves: number,
  cumNotionalInCents: number,
  fees: FeeSchedule,
): Reservation {
  if (side === 'sell') return { asset: symbol, amount: leaves };
  if (leaves === 0) return { asset: USD, amount: 0 };
  const cost = leaves * limitPriceInCents;
  const feeLeft = feeOn(cumNotionalInCents + cost, fees) - feeOn(cumNotionalInCents, fees);
  return { asset: USD, amount: cost + Math.max(feeLeft, 0) };
}

/** Moves `after - before` between available and reserved. */
export function reservePostings(before: Reservation, after: Reservation): Posting[] {
  const delta = after.amount - before.amount;
  if (delta === 0) return [];
  return [
    { account: 'available', asset: after.asset, amount: -delta },
    { account: 'reserved', asset: after.asset, amount: delta },
  ];
}

/** One fill against the clearing account, and the fee that it adds. T+0. */
export function fillPostings(
  order: Pick<Order, 'side' | 'symbol'>,
  lastQty: number,
  lastPriceInCents: number,
  feeDeltaInCents: number,
): Posting[] {
  const shares = order.side === 'buy' ? lastQty : -lastQty;
  const cash = -shares * lastPriceInCents;
  const postings: Posting[] = [
    { account: 'available', asset: order.symbol, amount: shares },
    { account: 'clearing', asset: order.symbol, amount: -shares },
    { account: 'available', asset: USD, amount: cash - feeDeltaInCents },
    { account: 'clearing', asset: USD, amount: -cash },
  ];
  if (feeDeltaInCents !== 0)
    postings.push({ account: 'fees', asset: USD, amount: feeDeltaInCents });
  return postings;
}

/** Money or shares from outside; a negative amount takes them out. */
export function depositPostings(asset: string, amount: number): Posting[] {
  return [
    { account: 'available', asset, amount },
    { account: 'bank', asset, amount: -amount },
  ];
}

/**
 * One trade out of the house's books or into a customer's, by the account `transfers`, which sums
 * to zero over all shards once both sides have booked. `shares` and `cash` are what the customer
 * gets.
 */
export function transferPostings(symbol: string, shares: number, cash: number): Posting[] {
  return [
    { account: 'available', asset: symbol, amount: shares },
    { account: 'transfers', asset: symbol, amount: -shares },
    { account: 'available', asset: USD, amount: cash },
    { account: 'transfers', asset: USD, amount: -cash },
  ];
}

/** True when the postings sum to zero per asset, as every transaction's must. They are few. */
export function isBalanced(postings: readonly Posting[]): boolean {
  for (const { asset } of postings) {
    let sum = 0;
    for (const other of postings) if (other.asset === asset) sum += other.amount;
    if (sum !== 0) return false;
  }
  return true;
}
