// Which orders bulk books are made of: how many of each kind, of whom, in what. Seeded and pure.
import type { OrderType, Side, TimeInForce } from '../../src/domain/order.ts';
import { seededRandom } from '../../src/exchange/simulator/random.ts';
import { Zipf } from '../../src/exchange/simulator/zipf.ts';
import type { PricedSymbol } from '../harness/api.ts';

export interface BulkTerms {
  readonly orders: number;
  /** Of them, those that rest at the end. */
  readonly open: number;
  readonly customers: number;
  readonly symbols: readonly PricedSymbol[];
  readonly seed: number;
  /**
   * So many are placed together, before any of them has traded: those of one customer that trade
   * are all on one side, or they could meet. The next time they are on the other.
   */
  readonly batchOrders: number;
}

/** `rests` stays open, `cancelled` rests until its customer cancels it, the others trade. */
export type BulkKind = 'rests' | 'cancelled' | 'marketable' | 'market';

export interface BulkOrder {
  readonly bulkKind: BulkKind;
  readonly customer: number;
  readonly symbol: string;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly priceInCents: number | null;
  readonly numShares: number;
}

/**
 * Of those that do not stay open: what the full mix of the order bench leaves closed (30 of 100
 * requests are limit orders that trade, 20 market orders, 20 cancels of orders that rest).
 */
const CANCELLED_SHARE = 20 / 70;
const MARKETABLE_SHARE = 30 / 70;
const SYMBOL_ZIPF = 1;
const SHARES_MAX = 9;
const MARKETABLE_PER_CENT = 5;
/** As far from the market as the order flow's, so that none is reached. */
const FAR_PER_CENT_MIN = 41;
const FAR_STEPS = 9;

/** Those that stay open are spread evenly over the whole. */
export function* bulkOrders(terms: BulkTerms): Generator<BulkOrder> {
  const random = seededRandom(terms.seed);
  const zipf = new Zipf(terms.symbols.length, SYMBOL_ZIPF);
  for (let index = 0; index < terms.orders; index++) {
    const kind = kindOf(index, terms, random);
    const symbol = terms.symbols[zipf.pick(random())];
    if (symbol === undefined) throw new RangeError('bulk books need symbols with a price');
    const customer = Math.floor(random() * terms.customers);
    const batch = Math.floor(index / terms.batchOrders);
    const buys = isResting(kind) ? random() < 0.5 : (batch + customer) % 2 === 0;
    yield orderOf({ bulkKind: kind, customer, side: buys ? 'buy' : 'sell' }, symbol, random);
  }
}

function kindOf(index: number, { orders, open }: BulkTerms, random: () => number): BulkKind {
  const openBefore = Math.floor((index * open) / orders);
  if (Math.floor(((index + 1) * open) / orders) > openBefore) return 'rests';
  const chance = random();
  if (chance < CANCELLED_SHARE) return 'cancelled';
  return chance < CANCELLED_SHARE + MARKETABLE_SHARE ? 'marketable' : 'market';
}

function isResting(kind: BulkKind): boolean {
  return kind === 'rests' || kind === 'cancelled';
}

function orderOf(
  who: Pick<BulkOrder, 'bulkKind' | 'customer' | 'side'>,
  { name: symbol, priceInCents: last }: PricedSymbol,
  random: () => number,
): BulkOrder {
  const { bulkKind, side } = who;
  const numShares = 1 + Math.floor(random() * SHARES_MAX);
  const order = { ...who, symbol, numShares };
  if (bulkKind === 'market') {
    return { ...order, orderType: 'market', timeInForce: 'day', priceInCents: null };
  }
  const rests = isResting(bulkKind);
  const far = FAR_PER_CENT_MIN + Math.floor(random() * FAR_STEPS);
  const perCent = rests ? -far : MARKETABLE_PER_CENT;
  const factor = side === 'buy' ? 100 + perCent : 100 - perCent;
  return {
    ...order,
    orderType: 'limit',
    timeInForce: rests ? 'day' : 'ioc',
    priceInCents: Math.max(1, Math.round((last * factor) / 100)),
  };
}
