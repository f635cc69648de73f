// Money is integer cents. Products are checked against 2^53 before they are trusted; ratios are
// integers too.
import type { Side } from './order.ts';

export interface FeeSchedule {
  readonly bps: number;
  readonly minInCents: number;
  readonly maxInCents: number;
}

/** The product of two non-negative safe integers, or null when it cannot be held exactly. */
export function safeProduct(a: number, b: number): number | null {
  const product = a * b;
  return Number.isSafeInteger(product) ? product : null;
}

/**
 * Fee in cents on an order's cumulative notional: `min(max(ceil(notional x bps / 10^4), min), max,
 * notional)`. Being a
 * function of the sum, it does not depend on how the fills were cut or ordered.
 */
export function feeOn(cumNotionalInCents: number, schedule: FeeSchedule): number {
  if (cumNotionalInCents === 0) return 0;
  const proportional = Math.ceil((cumNotionalInCents * schedule.bps) / 10_000);
  return Math.min(
    Math.max(proportional, schedule.minInCents),
    schedule.maxInCents,
    cumNotionalInCents,
  );
}

/**
 * The price a market order may not pass: the last price x (1 +- bps / 10^4), rounded towards the
 * safe side for the user.
 */
export function protectivePrice(lastPriceInCents: number, side: Side, bps: number): number {
  if (side === 'buy') return Math.floor((lastPriceInCents * (10_000 + bps)) / 10_000);
  return Math.max(1, Math.ceil((lastPriceInCents * (10_000 - bps)) / 10_000));
}

/** 1/10,000 dollar to cents, half up. */
export function centsFrom1e4(price1e4: number): number {
  return Math.floor((price1e4 + 50) / 100);
}

/** Whole-cent average for display only; sums are what is stored. Half up. */
export function averageInCents(cumNotionalInCents: number, cumQty: number): number | null {
  return cumQty === 0 ? null : Math.floor((2 * cumNotionalInCents + cumQty) / (2 * cumQty));
}
