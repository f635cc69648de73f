// What customers ask for: market orders, limits that race with the market, limits far away, and a
// few that no check lets pass.
import type { Outside } from './door.ts';

export interface Market {
  readonly symbols: readonly string[];
  /** The last price that the client has heard of; null before the first. */
  priceOf(symbol: string): number | null;
}

export interface OrderBody extends Readonly<Record<string, unknown>> {
  readonly position: 'buy' | 'sell';
  readonly symbol: string;
  readonly type: 'market' | 'limit';
  readonly timeInForce: 'day' | 'gtc' | 'ioc' | 'fok';
  readonly priceInCents: number | null;
  readonly numShares: number;
}

const SHARES_MAX = 20;
const TIMES = ['day', 'day', 'day', 'gtc', 'ioc', 'fok'] as const;

export function randomOrder(market: Market, outside: Pick<Outside, 'random'>): OrderBody {
  const random = () => outside.random();
  const below = (limit: number) => Math.floor(random() * limit);
  const symbol = market.symbols[below(market.symbols.length)] ?? '';
  const position = random() < 0.5 ? 'buy' : 'sell';
  const numShares = 1 + below(SHARES_MAX);
  const last = market.priceOf(symbol);
  if (last === null || random() < 0.4) {
    const plain = { position, symbol, type: 'market', timeInForce: 'day' } as const;
    return { ...plain, priceInCents: null, numShares };
  }
  const timeInForce = TIMES[below(TIMES.length)] ?? 'day';
  const priceInCents = limitPrice(position, last, random);
  return { position, symbol, type: 'limit', timeInForce, priceInCents, numShares };
}

function limitPrice(position: 'buy' | 'sell', last: number, random: () => number): number {
  const below = (limit: number) => Math.floor(random() * limit);
  if (random() < 0.08) return 500 + below(60_000); // often outside the collar
  if (random() < 0.55) return Math.max(1, last - 20 + below(41));
  const away = below(Math.floor(last / 2));
  return position === 'buy' ? last - away : last + away;
}
