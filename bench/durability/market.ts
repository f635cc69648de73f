// Which orders are placed, without chance: six of ten trade at once, four rest far away, and no
// user has orders on both sides of a symbol, which could meet.
import { customerIds } from '../harness/customers.ts';

export interface PlannedOrder {
  readonly userId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly priceInCents: number;
  readonly numShares: number;
  readonly isFilled: boolean;
}

const USERS = 100;
const SYMBOLS = 16;
const PRICE_IN_CENTS = 10_000;
const FAR_IN_CENTS = 4_500;
const SHARES_MAX = 9;
const FILLED_OF_FIVE = 3;

export const USER_IDS = customerIds(USERS);

export const PRICES: ReadonlyMap<string, number> = new Map(
  Array.from({ length: SYMBOLS }, (_, at) => {
    return [`SYN${String(at + 1).padStart(4, '0')}`, PRICE_IN_CENTS + 100 * at] as const;
  }),
);

const LISTED = [...PRICES];

export function plannedOrder(index: number): PlannedOrder {
  const user = index % USERS;
  const at = Math.floor(index / USERS + index * 7) % SYMBOLS;
  const [symbol = '', price = 0] = LISTED[at] ?? [];
  const isBuy = (user + at) % 2 === 0;
  const isFilled = (index * 2) % 5 < FILLED_OF_FIVE;
  const far = isFilled ? 0 : FAR_IN_CENTS;
  return {
    userId: USER_IDS[user] ?? '',
    symbol,
    side: isBuy ? 'buy' : 'sell',
    priceInCents: isBuy ? price - far : price + far,
    numShares: 1 + (index % SHARES_MAX),
    isFilled,
  };
}
