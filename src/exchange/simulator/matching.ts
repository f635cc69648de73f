// Price-time priority: best price first, and at one price the customers' orders, oldest first,
// before the exchange's quote.
import type { Side } from '../../domain/order.ts';
import type { FillRegister } from './fill-register.ts';
import { isSound, isStaleAt, type Quote, quoteAround } from './liquidity.ts';
import { type LiveOrder, leavesOf } from './live-order.ts';
import type { Market } from './market.ts';
import type { OrderRegister } from './order-register.ts';
import type { HowEnded, Outbox } from './outbox.ts';

const SIDES: readonly Side[] = ['buy', 'sell'];

export interface MatchingParts {
  readonly orders: OrderRegister;
  readonly fills: FillRegister;
  readonly outbox: Outbox;
  /** Told when a quote begins to be used up; the refill is due a second later. */
  readonly onThinned: (market: Market) => void;
}

export class Matching {
  readonly #orders: OrderRegister;
  readonly #fills: FillRegister;
  readonly #outbox: Outbox;
  readonly #onThinned: (market: Market) => void;

  constructor(parts: MatchingParts) {
    this.#orders = parts.orders;
    this.#fills = parts.fills;
    this.#outbox = parts.outbox;
    this.#onThinned = parts.onThinned;
  }

  /**
   * Trades what it can at once; the rest of a day or gtc order goes on the book, of any other it is
   * cancelled.
   */
  enter(order: LiveOrder, market: Market, nowMs: number): void {
    if (order.timeInForce !== 'fok' || canFill(order, market)) this.#sweep(order, market, nowMs);
    if (leavesOf(order) === 0) return;
    if (rests(order)) market.book.side(order.side).add(order);
    else this.end(order, 'cancelled', 'no_liquidity', nowMs);
  }

  /**
   * Half of it trades, unprinted, at the quote or at its own limit. What is left of a day or gtc
   * order is open and never comes on the book.
   */
  enterHalf(order: LiveOrder, market: Market, nowMs: number): void {
    const half = order.timeInForce === 'fok' ? 0 : Math.floor(order.numShares / 2);
    const quoted = market.liquidity.offerPrice(order.side);
    const price = quoted !== null && reaches(order, quoted) ? quoted : order.priceInCents;
    if (half > 0) this.#fill(order, market, half, price, nowMs);
    if (!rests(order)) this.end(order, 'cancelled', 'no_liquidity', nowMs);
  }

  /** The one way out other than being filled. */
  end(order: LiveOrder, how: HowEnded, reason: string, nowMs: number): void {
    this.#outbox.ended(order, how, reason, nowMs);
    this.#orders.close(order, how, reason);
  }

  quote(market: Market, quote: Quote, nowMs: number): void {
    if (!isSound(quote)) return;
    const before = SIDES.map((side) => market.liquidity.offerPrice(side));
    market.liquidity.set(quote);
    SIDES.forEach((side, i) => {
      this.#meetQuote(market, side, before[i] ?? null, nowMs);
    });
  }

  /** The quote's size is back: orders that it left half done go on at its price. */
  refill(market: Market, nowMs: number): void {
    market.liquidity.refill();
    for (const side of SIDES) {
      this.#meetQuote(market, side, market.liquidity.offerPrice(side), nowMs);
    }
  }

  /** A print of the tape: fills what it goes through, freshens the quote, and is published last. */
  print(market: Market, priceInCents: number, numShares: number, nowMs: number): void {
    for (const side of SIDES) this.#printThrough(market, side, priceInCents, numShares, nowMs);
    const { quote } = market.liquidity;
    const tick = market.listing?.tickInCents ?? 1;
    if (quote === null || market.quoteIsMade || isStaleAt(quote, priceInCents)) {
      this.quote(market, quoteAround(priceInCents, tick), nowMs);
    } else {
      this.refill(market, nowMs);
    }
    this.#tick(market, priceInCents, numShares, nowMs);
  }

  #sweep(order: LiveOrder, market: Market, nowMs: number): void {
    const counterSide = market.book.side(opposite(order.side));
    while (leavesOf(order) > 0) {
      const resting = counterSide.best();
      const offer = market.liquidity.offerTo(order.side);
      if (resting !== null && (offer === null || !isBetter(offer.priceInCents, resting, order))) {
        if (!reaches(order, resting.priceInCents)) return;
        this.#tradeBetween(order, resting, market, nowMs);
      } else {
        if (offer === null || !reaches(order, offer.priceInCents)) return;
        this.#tradeWithQuote(order, market, offer.shares, offer.priceInCents, nowMs);
      }
    }
  }

  /** Customers' orders on the book that the opposite quote has reached, up to its size. */
  #meetQuote(market: Market, side: Side, priceBefore: number | null, nowMs: number): void {
    const resting = market.book.side(side);
    for (;;) {
      const order = resting.best();
      const offer = market.liquidity.offerTo(side);
      if (order === null || offer === null || !reaches(order, offer.priceInCents)) return;
      // Whoever was there first names the price: a quote that comes to the order, or an order left
      // over at the quote.
      const wasReached = priceBefore !== null && reaches(order, priceBefore);
      const price = wasReached ? offer.priceInCents : order.priceInCents;
      this.#tradeWithQuote(order, market, offer.shares, price, nowMs);
    }
  }

  #printThrough(
    market: Market,
    side: Side,
    priceInCents: number,
    numShares: number,
    nowMs: number,
  ): void {
    let shares = numShares;
    while (shares > 0) {
      const order = market.book.side(side).best();
      if (order === null || order.priceInCents === priceInCents) return;
      if (!reaches(order, priceInCents)) return;
      const quoted = market.liquidity.offerPrice(side);
      const price = quoted !== null && reaches(order, quoted) ? quoted : order.priceInCents;
      const qty = Math.min(shares, leavesOf(order));
      shares -= qty;
      this.#fill(order, market, qty, price, nowMs);
      this.#tick(market, price, qty, nowMs);
    }
  }

  #tradeBetween(taker: LiveOrder, maker: LiveOrder, market: Market, nowMs: number): void {
    const qty = Math.min(leavesOf(taker), leavesOf(maker));
    this.#fill(taker, market, qty, maker.priceInCents, nowMs);
    this.#fill(maker, market, qty, maker.priceInCents, nowMs);
    this.#tick(market, maker.priceInCents, qty, nowMs);
  }

  #tradeWithQuote(
    order: LiveOrder,
    market: Market,
    shares: number,
    priceInCents: number,
    nowMs: number,
  ): void {
    const qty = Math.min(leavesOf(order), shares);
    if (market.liquidity.take(order.side, qty, nowMs)) this.#onThinned(market);
    this.#fill(order, market, qty, priceInCents, nowMs);
    this.#tick(market, priceInCents, qty, nowMs);
  }

  #fill(order: LiveOrder, market: Market, lastQty: number, price: number, nowMs: number): void {
    order.cumQty += lastQty;
    const { seq } = this.#outbox.traded(order, { lastQty, lastPriceInCents: price }, nowMs);
    this.#fills.add(order.ordinal, {
      execKind: 'trade',
      seq,
      cumQty: order.cumQty,
      lastQty,
      lastPriceInCents: price,
      refSeq: null,
      exchangeAtMs: nowMs,
    });
    if (leavesOf(order) > 0) return;
    market.book.side(order.side).remove(order);
    this.#orders.close(order, 'filled', null);
  }

  #tick(market: Market, priceInCents: number, numShares: number, nowMs: number): void {
    market.printed(priceInCents, numShares, nowMs);
    this.#outbox.tick(market.symbol, priceInCents, numShares, nowMs);
  }
}

function canFill(order: LiveOrder, market: Market): boolean {
  const counterSide = market.book.side(opposite(order.side));
  const offer = market.liquidity.offerTo(order.side);
  const quoted = offer !== null && reaches(order, offer.priceInCents) ? offer.shares : 0;
  const missing = order.numShares - quoted;
  return missing <= 0 || counterSide.sharesWithin(order.priceInCents, missing) >= missing;
}

function reaches(order: LiveOrder, priceInCents: number): boolean {
  return order.side === 'buy'
    ? order.priceInCents >= priceInCents
    : order.priceInCents <= priceInCents;
}

/** Strictly better for the taker than the resting order: at one price the customer goes first. */
function isBetter(priceInCents: number, resting: LiveOrder, taker: LiveOrder): boolean {
  return taker.side === 'buy'
    ? priceInCents < resting.priceInCents
    : priceInCents > resting.priceInCents;
}

function rests(order: LiveOrder): boolean {
  return order.timeInForce === 'day' || order.timeInForce === 'gtc';
}

function opposite(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy';
}
