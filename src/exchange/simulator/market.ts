// One symbol on the exchange: its terms, its book, its liquidity and its last print.
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

  constructor(symbol: string) {
    this.symbol = symbol;
  }

  printed(priceInCents: number, nowMs: number): void {
    this.lastPriceInCents = priceInCents;
    this.lastTradedAtMs = nowMs;
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
    halted: market.halted,
  };
}
