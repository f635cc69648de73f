// What counts of a trade once its busts and corrections are taken into account. A function of the
// set of them, so the order in which they come cannot matter (E26, E27, E29).

export interface TradeTerms {
  readonly lastQty: number;
  readonly lastPriceInCents: number;
}

/** A bust has no terms. `seq` is its place in the execution feed. */
export type Amendment =
  | { readonly kind: 'bust'; readonly seq: number }
  | ({ readonly kind: 'correct'; readonly seq: number } & TradeTerms);

const NOTHING: TradeTerms = { lastQty: 0, lastPriceInCents: 0 };

/** A bust takes the trade back for good; of several corrections the newest holds. */
export function termsOf(trade: TradeTerms, amendments: readonly Amendment[]): TradeTerms {
  let newest: Extract<Amendment, { kind: 'correct' }> | null = null;
  for (const amendment of amendments) {
    if (amendment.kind === 'bust') return NOTHING;
    if (newest === null || amendment.seq > newest.seq) newest = amendment;
  }
  const { lastQty, lastPriceInCents } = newest ?? trade;
  return { lastQty, lastPriceInCents };
}
