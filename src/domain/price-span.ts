// Prints of one symbol in a row, merged into one value: what a candle is made of. Merging loses no
// high, no low and no share.

export interface PriceSpan {
  readonly openInCents: number;
  readonly highInCents: number;
  readonly lowInCents: number;
  readonly closeInCents: number;
  /** Shares. */
  readonly volume: number;
  /** Sum of price x shares; with `volume` the volume-weighted average. */
  readonly notionalInCents: number;
  readonly prints: number;
}

export function spanOf(priceInCents: number, numShares: number): PriceSpan {
  return {
    openInCents: priceInCents,
    highInCents: priceInCents,
    lowInCents: priceInCents,
    closeInCents: priceInCents,
    volume: numShares,
    notionalInCents: priceInCents * numShares,
    prints: 1,
  };
}

/** `later` follows `earlier`. */
export function joinSpans(earlier: PriceSpan, later: PriceSpan): PriceSpan {
  return {
    openInCents: earlier.openInCents,
    highInCents: Math.max(earlier.highInCents, later.highInCents),
    lowInCents: Math.min(earlier.lowInCents, later.lowInCents),
    closeInCents: later.closeInCents,
    volume: earlier.volume + later.volume,
    notionalInCents: earlier.notionalInCents + later.notionalInCents,
    prints: earlier.prints + later.prints,
  };
}
