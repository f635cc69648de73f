// Bought and sold in every way there is, and counted by hand: in a market where nothing else moves
// each order's worth and fee are known to the cent beforehand, and the exchange's log agrees.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Api } from './api.ts';
import { assertAudited } from './audited.ts';
import type { ExchangeProcess } from './exchange-process.ts';
import { until } from './outcry.ts';
import {
  assertNothingReserved,
  cashOf,
  limitOrder,
  newCustomer,
  sharesOf,
  startProduct,
  taken,
} from './product.ts';

const CASH = 50_000_000;
const XYZ_SHARES = 1_000;

interface Step {
  readonly name: string;
  readonly order: Record<string, unknown>;
  /** Bob's order that it meets, once it is on the book. */
  readonly meets?: Record<string, unknown>;
  /** Where it then stands, until it is cancelled. */
  readonly cancelledFrom?: string;
  readonly ends: string;
  readonly cumQty: number;
  readonly worthInCents: number;
  /** A basis point of its worth, rounded up. */
  readonly feeInCents: number;
}

const abc = limitOrder;
const ioc = { timeInForce: 'ioc' };
const fok = { timeInForce: 'fok' };
const gtc = { timeInForce: 'gtc' };
const market = (position: string, symbol: string, numShares: number, more = {}) => ({
  ...{ position, symbol, type: 'market', numShares },
  ...more,
});
const xyz = (numShares: number, more: object) =>
  limitOrder('buy', numShares, 5_010, { symbol: 'XYZ', ...more });

/** ABC is quoted 99.99 to 100.01 for 1,000 shares, XYZ 49.90 to 50.10 for 300. */
const BUYS: readonly Step[] = [
  {
    name: 'limit day, filled at the quote',
    order: abc('buy', 100, 10_001),
    ends: 'filled',
    cumQty: 100,
    worthInCents: 1_000_100,
    feeInCents: 101,
  },
  {
    name: 'limit day, part filled by another customer, then cancelled',
    order: abc('buy', 10, 10_000),
    meets: abc('sell', 4, 10_000),
    cancelledFrom: 'partially_filled',
    ends: 'cancelled',
    cumQty: 4,
    worthInCents: 40_000,
    feeInCents: 4,
  },
  {
    name: 'limit ioc for more than there is',
    order: xyz(400, ioc),
    ends: 'cancelled',
    cumQty: 300,
    worthInCents: 1_503_000,
    feeInCents: 151,
  },
  {
    name: 'limit fok for more than there is',
    order: xyz(400, fok),
    ends: 'cancelled',
    cumQty: 0,
    worthInCents: 0,
    feeInCents: 0,
  },
  {
    name: 'limit fok, filled',
    order: abc('buy', 50, 10_001, fok),
    ends: 'filled',
    cumQty: 50,
    worthInCents: 500_050,
    feeInCents: 51,
  },
  {
    name: 'limit gtc, filled by another customer',
    order: abc('buy', 6, 10_000, gtc),
    meets: abc('sell', 6, 10_000),
    ends: 'filled',
    cumQty: 6,
    worthInCents: 60_000,
    feeInCents: 6,
  },
  {
    name: 'limit gtc, cancelled before anything',
    order: abc('buy', 7, 9_500, gtc),
    cancelledFrom: 'submitted',
    ends: 'cancelled',
    cumQty: 0,
    worthInCents: 0,
    feeInCents: 0,
  },
  {
    name: 'market day',
    order: market('buy', 'ABC', 20),
    ends: 'filled',
    cumQty: 20,
    worthInCents: 200_020,
    feeInCents: 21,
  },
  {
    name: 'market ioc',
    order: market('buy', 'ABC', 30, ioc),
    ends: 'filled',
    cumQty: 30,
    worthInCents: 300_030,
    feeInCents: 31,
  },
];

const SELLS: readonly Step[] = [
  {
    name: 'market ioc for more than there is',
    order: market('sell', 'XYZ', 350, ioc),
    ends: 'cancelled',
    cumQty: 300,
    worthInCents: 1_497_000,
    feeInCents: 150,
  },
  {
    name: 'limit day, filled at the quote',
    order: abc('sell', 60, 9_999),
    ends: 'filled',
    cumQty: 60,
    worthInCents: 599_940,
    feeInCents: 60,
  },
  {
    name: 'limit ioc that nobody takes',
    order: abc('sell', 10, 10_050, ioc),
    ends: 'cancelled',
    cumQty: 0,
    worthInCents: 0,
    feeInCents: 0,
  },
  {
    name: 'limit fok, filled',
    order: abc('sell', 40, 9_999, fok),
    ends: 'filled',
    cumQty: 40,
    worthInCents: 399_960,
    feeInCents: 40,
  },
  {
    name: 'market day',
    order: market('sell', 'ABC', 15),
    ends: 'filled',
    cumQty: 15,
    worthInCents: 149_985,
    feeInCents: 15,
  },
];

/** These two are open when the day ends. */
const DAY: Step = {
  name: 'limit day, part filled, expired',
  order: abc('sell', 25, 10_000),
  meets: abc('buy', 10, 10_000),
  ends: 'expired',
  cumQty: 10,
  worthInCents: 100_000,
  feeInCents: 10,
};
const GTC: Step = {
  name: 'limit gtc, filled on the next day',
  order: abc('sell', 5, 10_000, gtc),
  ends: 'filled',
  cumQty: 5,
  worthInCents: 50_000,
  feeInCents: 5,
};

/** The ABC that are left: 210 bought, 115 and 15 sold. */
const LAST: Step = {
  name: 'limit ioc for the rest',
  order: abc('sell', 80, 9_999, ioc),
  ends: 'filled',
  cumQty: 80,
  worthInCents: 799_920,
  feeInCents: 80,
};

test('every order type and time in force, bought and sold, balances to the cent', async (t) => {
  const { outcry, exchange, bob } = await startProduct(t);
  const dana = await newCustomer(outcry, 'dana', [
    { asset: 'USD', amount: CASH },
    { asset: 'XYZ', amount: XYZ_SHARES },
  ]);

  let cash = CASH;
  const ids: string[] = [];
  const assertEnds = async (id: string, step: Step) => {
    const order = await dana.orderAt(id, step.ends);
    assert.deepEqual([order.cumQty, order.feeInCents], [step.cumQty, step.feeInCents]);
    cash += step.order['position'] === 'buy' ? -step.worthInCents : step.worthInCents;
    cash -= step.feeInCents;
    ids.push(id);
  };
  const run = (step: Step) =>
    t.test(`${step.order['position']} ${step.name}`, async () => {
      const id = await taken(dana, step.order);
      if (step.meets !== undefined) await taken(bob, step.meets);
      if (step.cancelledFrom !== undefined) {
        await dana.orderAt(id, step.cancelledFrom);
        await dana.cancel(id);
      }
      await assertEnds(id, step);
      assert.equal(await cashOf(dana), cash);
      await assertNothingReserved(dana);
    });

  for (const step of BUYS) await run(step);
  assert.deepEqual([await sharesOf(dana), await sharesOf(dana, 'XYZ')], [210, XYZ_SHARES + 300]);
  for (const step of SELLS) await run(step);

  await t.test('the day ends: the day order expires, the other is filled on the next', async () => {
    const [day, gtc] = [await taken(dana, DAY.order), await taken(dana, GTC.order)];
    await taken(bob, DAY.meets ?? {});
    await dana.orderAt(day, 'partially_filled');
    await exchange.control({ do: 'close-session' });
    await assertEnds(day, DAY);
    await exchange.control({ do: 'open-session' });
    await untilOpen(bob);
    await taken(bob, abc('buy', 5, 10_000));
    await assertEnds(gtc, GTC);
    assert.equal(await cashOf(dana), cash);
  });
  await run(LAST);

  await t.test('the account, its ledger and the log of the exchange say the same', async () => {
    assert.deepEqual([await sharesOf(dana), await sharesOf(dana, 'XYZ')], [0, XYZ_SHARES]);
    assert.equal(CASH + (await earnedAccordingTo(exchange, ids)), cash);
    const ledger = (await dana.get('/account/ledger?limit=500')).body.entries;
    assert.deepEqual(
      [sumOf(ledger, 'USD'), sumOf(ledger, 'ABC'), sumOf(ledger, 'XYZ')],
      [cash, 0, XYZ_SHARES],
    );
  });
  await assertAudited(outcry, exchange);
});

/** What sells brought and buys cost, and a fee per order, from nothing but the exchange's log. */
async function earnedAccordingTo(
  exchange: ExchangeProcess,
  ids: readonly string[],
): Promise<number> {
  const worth = new Map<string, number>();
  for (const line of await exchange.log()) {
    if (line.kind !== 'execution' || line.execKind !== 'trade') continue;
    const sign = line.side === 'buy' ? -1 : 1;
    const inCents = sign * (line.lastQty ?? 0) * (line.lastPriceInCents ?? 0);
    worth.set(line.clientOrderId, (worth.get(line.clientOrderId) ?? 0) + inCents);
  }
  return ids.reduce((sum, id) => {
    const earned = worth.get(id) ?? 0;
    return sum + earned - Math.ceil(Math.abs(earned) / 10_000);
  }, 0);
}

function sumOf(entries: readonly Answer['body'][], asset: string): number {
  return entries
    .filter((entry) => entry.asset === asset)
    .reduce((sum, { amount }) => sum + amount, 0);
}

/** An order far from the market is taken, and withdrawn. */
async function untilOpen(api: Api): Promise<void> {
  let answer: Answer | null = null;
  await until(
    async () => {
      answer = await api.place(abc('buy', 1, 9_000));
      return answer.status === 201;
    },
    'the market to be open',
    () => JSON.stringify(answer?.body),
  );
}
