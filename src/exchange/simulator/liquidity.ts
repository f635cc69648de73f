// The exchange's own liquidity in one symbol: a quote whose size is used up and comes back. Pure
// arithmetic, no clock.
import type { Side } from '../../domain/order.ts';

export interface Quote {
  readonly bidInCents: number;
  readonly bidShares: number;
  readonly askInCents: number;
  readonly askShares: number;
}

/** How long a quote that was traded against stays thin when nothing else refreshes it. */
export const REFILL_AFTER_MS = 1_000;
/** Sizes of a quote that is made around a print, for symbols whose tape has no quotes. */
export const MADE_QUOTE_SHARES = 500;
const MADE_HALF_SPREAD_BPS = 2;
/**
 * A print this far outside the quote shows that the quote is stale: market orders would begin to
 * miss it.
 */
const STALE_QUOTE_BPS = 200;

/** One symbol's quote with what is left of it. */
export class Liquidity {
  #quote: Quote | null = null;
  #bidLeft = 0;
  #askLeft = 0;
  /** When the size comes back by itself; null while it is full. */
  refillAtMs: number | null = null;

  get quote(): Quote | null {
    return this.#quote;
  }

  /** What an order of `side` can trade against now; null when nothing is left of it. */
  offerTo(side: Side): { readonly priceInCents: number; readonly shares: number } | null {
    if (this.#quote === null) return null;
    const shares = side === 'buy' ? this.#askLeft : this.#bidLeft;
    return shares === 0 ? null : { priceInCents: this.#priceFor(this.#quote, side), shares };
  }

  /** The price that the quote has for an order of `side`, whether or not size is left. */
  offerPrice(side: Side): number | null {
    return this.#quote === null ? null : this.#priceFor(this.#quote, side);
  }

  /** True when this is the first use since it was full: the caller then sees to the refill. */
  take(side: Side, shares: number, nowMs: number): boolean {
    if (side === 'buy') this.#askLeft -= shares;
    else this.#bidLeft -= shares;
    if (this.refillAtMs !== null) return false;
    this.refillAtMs = nowMs + REFILL_AFTER_MS;
    return true;
  }

  set(quote: Quote): void {
    this.#quote = quote;
    this.refill();
  }

  refill(): void {
    this.#bidLeft = this.#quote?.bidShares ?? 0;
    this.#askLeft = this.#quote?.askShares ?? 0;
    this.refillAtMs = null;
  }

  #priceFor(quote: Quote, side: Side): number {
    return side === 'buy' ? quote.askInCents : quote.bidInCents;
  }
}

/**
 * A crossed, empty or one-sided quote of a tape is noise: the last good one stays. A locked one is
 * real.
 */
export function isSound(quote: Quote): boolean {
  return (
    quote.bidInCents > 0 &&
    quote.askInCents >= quote.bidInCents &&
    quote.bidShares > 0 &&
    quote.askShares > 0
  );
}

export function isStaleAt(quote: Quote, printInCents: number): boolean {
  return (
    printInCents * 10_000 > quote.askInCents * (10_000 + STALE_QUOTE_BPS) ||
    printInCents * 10_000 < quote.bidInCents * (10_000 - STALE_QUOTE_BPS)
  );
}

export function quoteAround(printInCents: number, tickInCents: number): Quote {
  const ticks = Math.round((printInCents * MADE_HALF_SPREAD_BPS) / 10_000 / tickInCents);
  const halfSpread = Math.max(1, ticks) * tickInCents;
  return {
    bidInCents: Math.max(1, printInCents - halfSpread),
    bidShares: MADE_QUOTE_SHARES,
    askInCents: printInCents + halfSpread,
    askShares: MADE_QUOTE_SHARES,
  };
}
