// A symbol's prices since its session opened, as the exchange and the broker both keep them.
import type { PriceSpan } from './price-span.ts';

export interface SessionPrices {
  /** These three are null before the first print of the session. */
  readonly openInCents: number | null;
  readonly highInCents: number | null;
  readonly lowInCents: number | null;
  /** Shares printed. */
  readonly volume: number;
  /** The last print of the session before; null when it is not known. */
  readonly previousCloseInCents: number | null;
}

export const NO_SESSION_PRICES: SessionPrices = {
  openInCents: null,
  highInCents: null,
  lowInCents: null,
  volume: 0,
  previousCloseInCents: null,
};

export function withSpan(session: SessionPrices, span: PriceSpan): SessionPrices {
  const { openInCents, highInCents, lowInCents, volume, previousCloseInCents } = session;
  return {
    openInCents: openInCents ?? span.openInCents,
    highInCents: Math.max(highInCents ?? span.highInCents, span.highInCents),
    lowInCents: Math.min(lowInCents ?? span.lowInCents, span.lowInCents),
    volume: volume + span.volume,
    previousCloseInCents,
  };
}

/** A new session: what was printed last is the close of the one before. */
export function nextSessionPrices(lastPriceInCents: number | null): SessionPrices {
  return { ...NO_SESSION_PRICES, previousCloseInCents: lastPriceInCents };
}

export function areSameSessionPrices(a: SessionPrices, b: SessionPrices): boolean {
  return (
    a.openInCents === b.openInCents &&
    a.highInCents === b.highInCents &&
    a.lowInCents === b.lowInCents &&
    a.volume === b.volume &&
    a.previousCloseInCents === b.previousCloseInCents
  );
}
