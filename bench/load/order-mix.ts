// Which order is sent as the n-th of a user: half limit orders that rest far from the market, half
// market orders, buys and sells in turn. Pure, and so that no two orders of a user are alike within
// hundreds, as the duplicate check would ask; one symbol is bought and sold at different times, as
// the self-cross check would ask.
import type { PricedSymbol } from '../harness/api.ts';

export interface MixedOrder {
  readonly position: 'buy' | 'sell';
  readonly symbol: string;
  readonly type: 'limit' | 'market';
  readonly numShares: number;
  readonly priceInCents?: number;
}

const SHARES_MAX = 9;
/** Buys rest this far below the market and sells as far above, in steps of one per cent. */
const FAR_PER_CENT_MIN = 41;
const FAR_STEPS = 9;

export function mixedOrder(index: number, symbols: readonly PricedSymbol[]): MixedOrder {
  const quad = Math.floor(index / 4);
  const round = Math.floor(quad / symbols.length);
  const position = index % 4 < 2 ? 'buy' : 'sell';
  const at = position === 'buy' ? quad : quad + Math.floor(symbols.length / 2);
  const { name, priceInCents } = symbols[at % symbols.length] as PricedSymbol;
  const numShares = 1 + (round % SHARES_MAX);
  const order = { position, symbol: name, numShares } as const;
  if (index % 2 === 1) return { ...order, type: 'market' };
  const far = FAR_PER_CENT_MIN + (Math.floor(round / SHARES_MAX) % FAR_STEPS);
  const perCent = position === 'buy' ? 100 - far : 100 + far;
  const price = Math.max(1, Math.round((priceInCents * perCent) / 100));
  return { ...order, type: 'limit', priceInCents: price };
}
