// The orders placed a moment ago, by what they say, so that one that was sent twice by mistake
// under two keys is noticed. In memory and bounded: the oldest are forgotten first.
import { Recent } from '../../store/recent.ts';
import type { PlaceOrder } from './protocol.ts';

type Intent = Pick<
  PlaceOrder,
  'userId' | 'symbol' | 'side' | 'orderType' | 'timeInForce' | 'priceInCents' | 'numShares'
>;

export interface RecentOrder {
  readonly orderId: string;
  readonly placedAtMs: number;
}

export class RecentIntents {
  readonly #orders: Recent<RecentOrder>;

  constructor(min: number) {
    this.#orders = new Recent(min);
  }

  /**
   * The newest order alike that was remembered, if it is younger than `windowMs`, and how long it
   * will be so.
   */
  find(
    intent: Intent,
    windowMs: number,
    nowMs: number,
  ): { readonly orderId: string; readonly retryAfterMs: number } | null {
    if (windowMs === 0) return null;
    const recent = this.#orders.get(keyOf(intent));
    if (recent === undefined) return null;
    const ageMs = nowMs - recent.placedAtMs;
    if (ageMs < 0 || ageMs >= windowMs) return null; // below zero: the clock was set back
    return { orderId: recent.orderId, retryAfterMs: windowMs - ageMs };
  }

  /** With no window in force it is not remembered, and so not met under a later window either. */
  add(intent: Intent, order: RecentOrder, windowMs: number): void {
    if (windowMs === 0) return;
    this.#orders.set(keyOf(intent), order);
    this.#orders.forgetSome();
  }
}

function keyOf(intent: Intent): string {
  const { userId, symbol, side, orderType, timeInForce, priceInCents, numShares } = intent;
  return `${userId} ${symbol} ${side} ${orderType} ${timeInForce} ${priceInCents} ${numShares}`;
}
