// What the price-history actor accepts: what was printed, from the fan-outs, and when the feed
// could not be trusted, from the exchange-connection. It answers nobody: candles are read from its
// file.
import type { PriceSpan } from '../../domain/price-span.ts';

/**
 * From a symbol-fanout: what was printed since its last such message, all of it in one minute of
 * exchange time. At most one per symbol and `LIMITS.candleEveryMs`, and one when a minute ends.
 */
export interface PricesPrinted {
  readonly kind: 'PricesPrinted';
  readonly symbol: string;
  /** Exchange time; a whole minute. */
  readonly minuteStartMs: number;
  readonly span: PriceSpan;
}

/**
 * From the exchange-connection: the price feed is live from here on, or is not: gapped, silent or
 * down. Repeated harmlessly, also after a restart of this actor.
 */
export interface FeedLiveness {
  readonly kind: 'FeedLiveness';
  readonly live: boolean;
}

export type PriceHistoryCommand = PricesPrinted | FeedLiveness;
