// What a symbol-fanout accepts and sends: one actor per symbol, made by its first message.
import type { Address } from '../../runtime/actor.ts';

/**
 * From the exchange-connection: the newest print; conflated per symbol when the market thread is
 * behind.
 */
export interface PriceTicked {
  readonly kind: 'PriceTicked';
  readonly priceInCents: number;
  readonly exchangeAtMs: number;
  readonly feedSeq: number;
  /** Prints that this one stands for, itself included. */
  readonly ticks: number;
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

/** To each watcher; at most one per 100 ms, the last value always sent. */
export interface PriceChanged {
  readonly kind: 'PriceChanged';
  readonly symbol: string;
  readonly priceInCents: number;
  /** Exchange time of the print. */
  readonly lastTradedAtMs: number;
  /** Sequence of the exchange's price feed. */
  readonly seq: number;
  /** Prints since the last one sent. */
  readonly merged: number;
  readonly stale: boolean;
}

export type SymbolFanoutCommand = PriceTicked | FeedFreshness | WatchSymbol | UnwatchSymbol;
