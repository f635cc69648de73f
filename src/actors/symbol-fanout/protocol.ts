// What a symbol-fanout accepts and sends: one actor per symbol, made by its first message.
import { joinSpans, type PriceSpan } from '../../domain/price-span.ts';
import type { SessionPrices } from '../../domain/session-prices.ts';
import type { Address } from '../../runtime/actor.ts';

/** From the exchange-connection: the newest print, and everything that it stands for. */
export interface PriceTicked {
  readonly kind: 'PriceTicked';
  readonly priceInCents: number;
  readonly exchangeAtMs: number;
  readonly feedSeq: number;
  /** The prints since the last message, this one's included; null when a snapshot repeats it. */
  readonly span: PriceSpan | null;
  readonly session: SessionPrices;
}

/** The feed is gapped, silent or down (stale), or fresh again. */
export interface FeedFreshness {
  readonly kind: 'FeedFreshness';
  readonly stale: boolean;
}

/** The last known price comes back at once as `PriceChanged`. Repeating it is harmless. */
export interface WatchSymbol {
  readonly kind: 'WatchSymbol';
  readonly watcher: Address;
}

export interface UnwatchSymbol {
  readonly kind: 'UnwatchSymbol';
  readonly watcher: Address;
}

/** To each watcher; at most one per window of 100 ms, the last value always sent. */
export interface PriceChanged {
  readonly kind: 'PriceChanged';
  readonly symbol: string;
  readonly priceInCents: number;
  /** Exchange time of the print. */
  readonly lastTradedAtMs: number;
  /** Sequence of the exchange's price feed. */
  readonly seq: number;
  /** Prints since the last one that this watcher was sent. */
  readonly merged: number;
  readonly session: SessionPrices;
  readonly stale: boolean;
}

export type SymbolFanoutCommand = PriceTicked | FeedFreshness | WatchSymbol | UnwatchSymbol;

/** No print is lost while the market thread has no room. */
export function mergeTicks(older: PriceTicked, newer: PriceTicked): PriceTicked {
  if (older.span === null) return newer;
  return { ...newer, span: newer.span === null ? older.span : joinSpans(older.span, newer.span) };
}

/** While a gateway's thread has no room. */
export function mergeChanges(older: PriceChanged, newer: PriceChanged): PriceChanged {
  return { ...newer, merged: older.merged + newer.merged };
}
