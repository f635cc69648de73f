// One symbol on the exchange: its terms, its book, its liquidity and its last print.
import { spanOf } from '../../domain/price-span.ts';
import {
  NO_SESSION_PRICES,
  nextSessionPrices,
  type SessionPrices,
  withSpan,
} from '../../domain/session-prices.ts';
import type { ListedSymbol } from '../port.ts';
import { Book } from './book.ts';
import { Liquidity } from './liquidity.ts';

export interface SymbolListing {
  readonly symbol: string;
  readonly company: string;
  readonly tickInCents: number;
}

export class Market {
  readonly symbol: string;
  readonly book = new Book();
  readonly liquidity = new Liquidity();
  /**
   * Null for a symbol that is no longer on the tape: its old orders live on, it takes no new ones.
   */
  listing: SymbolListing | null = null;
  halted = false;
  /** No quotes on its tape: the exchange makes one around each print. */
  quoteIsMade = true;
  lastPriceInCents: number | null = null;
  lastTradedAtMs: number | null = null;
  session: SessionPrices = NO_SESSION_PRICES;

  constructor(symbol: string) {
    this.symbol = symbol;
  }

  printed(priceInCents: number, numShares: number, nowMs: number): void {
    this.restore(priceInCents, nowMs);
    this.session = withSpan(this.session, spanOf(priceInCents, numShares));
  }

  /** From the log, which holds trades of customers only: what else was printed is not known. */
  restore(priceInCents: number, tradedAtMs: number): void {
    this.lastPriceInCents = priceInCents;
    this.lastTradedAtMs = tradedAtMs;
  }

  beginSession(): void {
    this.session = nextSessionPrices(this.lastPriceInCents);
  }
}

export function describeMarket(market: Market, listing: SymbolListing): ListedSymbol {
  return {
    symbol: listing.symbol,
    company: listing.company,
    instrumentType: 'equity',
    tickInCents: listing.tickInCents,
    lastPriceInCents: market.lastPriceInCents,
    lastTradedAtMs: market.lastTradedAtMs,
    session: market.session,
    halted: market.halted,
  };
}
