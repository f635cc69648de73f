import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Circumstances,
  type Customer,
  checkBeforeTrade,
  type OrderRequest,
} from '../../src/domain/check-before-trade.ts';
import { REJECT_CODES } from '../../src/domain/reject-codes.ts';
import { ACTIVE } from '../../src/domain/trading-states.ts';

const BUY: OrderRequest = {
  symbol: 'IBM',
  side: 'buy',
  orderType: 'limit',
  priceInCents: 18_000,
  numShares: 10,
};

/** Holds 100 IBM and a million dollars, and has no other order. */
const CUSTOMER: Customer = {
  position: () => 100,
  sharesBeingBought: () => 0,
  duplicate: () => null,
  crossing: () => null,
  available: (asset) => (asset === 'USD' ? 100_000_000 : 100),
};

const FINE: Circumstances = {
  market: { tickInCents: 1, halted: false, sessionOpen: true, lastPriceInCents: 18_200 },
  controls: { broker: ACTIVE, symbol: ACTIVE, user: ACTIVE },
  customer: CUSTOMER,
  limits: {
    orderSharesMax: 1_000,
    orderValueMaxInCents: 10_000_000,
    protectionBps: 300,
    collarBps: 1_000,
  },
  fees: { bps: 1, minInCents: 1, maxInCents: 10_000 },
};

const OF_WITHDRAWALS = new Set<string>(['account_restricted', 'balance_too_large']);

type Changes = Partial<Omit<Circumstances, 'market' | 'customer' | 'limits' | 'controls'>> & {
  readonly market?: Partial<NonNullable<Circumstances['market']>>;
  readonly customer?: Partial<Customer>;
  readonly limits?: Partial<Circumstances['limits']>;
  readonly controls?: Partial<Circumstances['controls']>;
};

function check(request: Partial<OrderRequest> = {}, changes: Changes = {}) {
  const market = FINE.market === null ? null : { ...FINE.market, ...changes.market };
  return checkBeforeTrade(
    { ...BUY, ...request },
    {
      market,
      controls: { ...FINE.controls, ...changes.controls },
      customer: { ...CUSTOMER, ...changes.customer },
      limits: { ...FINE.limits, ...changes.limits },
      fees: FINE.fees,
    },
  );
}

/** The detail of a refusal with that code. */
function refused(verdict: ReturnType<typeof checkBeforeTrade>, code: string) {
  assert(verdict.outcome === 'rejected', `${code}: the order passed`);
  assert.equal(verdict.code, code);
  return verdict.detail;
}

test('what is wrong is told in the order of the codes, one thing after the other', () => {
  const halted = { state: 'halted', reason: null } as const;
  const reducing = { state: 'reducing', reason: null } as const;
  const earlier = { orderId: 'ord_1', retryAfterMs: 200 };
  const resting = { orderId: 'ord_2', limitPriceInCents: 18_000 };
  /** Nothing is right with it; each step mends the first thing that was wrong. */
  const wrong = {
    broker: halted as { state: 'halted' | 'reducing' | 'active'; reason: null },
    symbol: halted as { state: 'halted' | 'active'; reason: null },
    market: null as Circumstances['market'],
    last: null as number | null,
    open: false,
    numShares: 2_000,
    priceInCents: 30_001,
    earlier: earlier as typeof earlier | null,
    resting: resting as typeof resting | null,
    cash: 0,
  };
  const bought = () =>
    checkBeforeTrade(
      { ...BUY, numShares: wrong.numShares, priceInCents: wrong.priceInCents },
      {
        ...FINE,
        market: wrong.market && {
          tickInCents: 10,
          halted: false,
          sessionOpen: wrong.open,
          lastPriceInCents: wrong.last,
        },
        controls: { broker: wrong.broker, symbol: wrong.symbol, user: ACTIVE },
        customer: {
          ...CUSTOMER,
          duplicate: () => wrong.earlier,
          crossing: () => wrong.resting,
          available: () => wrong.cash,
        },
      },
    );
  const mend: (() => void)[] = [
    () => Object.assign(wrong, { broker: reducing }),
    () => Object.assign(wrong, { broker: ACTIVE }),
    () => Object.assign(wrong, { market: FINE.market }),
    () => Object.assign(wrong, { open: true }),
    () => Object.assign(wrong, { symbol: ACTIVE }),
    () => Object.assign(wrong, { last: 18_200 }),
    () => Object.assign(wrong, { priceInCents: 30_000 }),
    () => Object.assign(wrong, { numShares: 1_000 }),
    () => Object.assign(wrong, { numShares: 10 }),
    () => Object.assign(wrong, { priceInCents: 18_000 }),
    () => Object.assign(wrong, { earlier: null }),
    () => Object.assign(wrong, { resting: null }),
    () => Object.assign(wrong, { cash: 100_000_000 }),
  ];
  const codes: string[] = [];
  for (const step of mend) {
    const verdict = bought();
    codes.push(verdict.outcome === 'rejected' ? verdict.code : verdict.outcome);
    step();
  }
  const from = REJECT_CODES.indexOf('trading_halted');
  const to = REJECT_CODES.indexOf('insufficient_buying_power');
  const listed = REJECT_CODES.slice(from, to + 1).filter((code) => !OF_WITHDRAWALS.has(code));
  assert.deepEqual(codes, listed);
  assert.equal(bought().outcome, 'passed');
});

test('an order that is in order passes with its limit and the price it was checked against', () => {
  assert.deepEqual(check(), {
    outcome: 'passed',
    limitPriceInCents: 18_000,
    referencePriceInCents: 18_200,
  });
});

test('a halt names whose it is and why; the user is halted even while the broker only reduces', () => {
  const user = { state: 'halted', reason: 'margin call' } as const;
  const broker = { state: 'reducing', reason: 'end of day' } as const;
  assert.deepEqual(refused(check({}, { controls: { user, broker } }), 'trading_halted'), {
    scope: 'user',
    reason: 'margin call',
  });
});

for (const [name, side, numShares, position, beingBought, passes, numSharesMax] of [
  ['a sell of what is held', 'sell', 100, 100, 0, true, 100],
  ['a sell of more than is held', 'sell', 101, 100, 0, false, 100],
  ['a sell without a holding', 'sell', 1, 0, 0, false, 0],
  ['E28 a sell of one who is short', 'sell', 1, -10, 0, false, 0],
  ['a buy', 'buy', 1, 100, 0, false, 0],
  ['E28 a buy that covers what is owed', 'buy', 10, -10, 0, true, 10],
  ['E28 a buy of more than is owed', 'buy', 11, -10, 0, false, 10],
  ['E28 a buy of what another is covering already', 'buy', 5, -10, 6, false, 4],
] as const) {
  test(`reducing: ${name} is ${passes ? 'taken' : 'refused'}`, () => {
    for (const scope of ['broker', 'symbol', 'user'] as const) {
      const controls = { [scope]: { state: 'reducing', reason: null } };
      const customer = { position: () => position, sharesBeingBought: () => beingBought };
      const verdict = check(
        { side, numShares, priceInCents: 18_200 },
        { controls, customer: { ...customer, available: () => 100_000_000 } },
      );
      if (passes) assert.equal(verdict.outcome, 'passed', scope);
      else assert.deepEqual(refused(verdict, 'reduce_only'), { scope, numSharesMax });
    }
  });
}

test('a halted symbol says by whom', () => {
  const symbol = { state: 'halted', reason: 'news pending' } as const;
  assert.deepEqual(refused(check({}, { controls: { symbol } }), 'symbol_halted'), {
    symbol: 'IBM',
    haltedBy: 'broker',
    reason: 'news pending',
  });
  assert.deepEqual(refused(check({}, { market: { halted: true } }), 'symbol_halted'), {
    symbol: 'IBM',
    haltedBy: 'exchange',
  });
});

test('without a fresh price no order is taken, and the same key may be tried again', () => {
  const verdict = check({}, { market: { lastPriceInCents: null } });
  refused(verdict, 'no_reference_price');
  assert(verdict.outcome === 'rejected');
  assert.equal(verdict.retry, 'same_key');
});

test('the value of an order is bounded, of a sell at the last price at the least', () => {
  const detail = { orderValueMaxInCents: 10_000_000, numSharesMax: 555 };
  assert.deepEqual(refused(check({ numShares: 556 }), 'order_value_too_large'), detail);
  assert.equal(check({ numShares: 555 }).outcome, 'passed');
  const sell = { side: 'sell', numShares: 555, priceInCents: 16_500 } as const;
  assert.deepEqual(refused(check(sell), 'order_value_too_large'), {
    ...detail,
    numSharesMax: 549,
  });
});

test('I14 an order of exactly the largest size or value is taken, one more is not', () => {
  const shares = { limits: { orderSharesMax: 10 } };
  assert.equal(check({ numShares: 10 }, shares).outcome, 'passed');
  refused(check({ numShares: 11 }, shares), 'order_too_large');
  const value = { limits: { orderValueMaxInCents: 180_000 } };
  assert.equal(check({ numShares: 10 }, value).outcome, 'passed');
  refused(check({ numShares: 10, priceInCents: 18_001 }, value), 'order_value_too_large');
});

test('a product beyond 2^53 is refused, not rounded', () => {
  const limits = { orderSharesMax: 2 ** 52, orderValueMaxInCents: Number.MAX_SAFE_INTEGER };
  refused(check({ numShares: 2 ** 50 }, { limits }), 'order_value_too_large');
});

for (const [side, priceInCents, detail] of [
  ['buy', 20_021, { lastPriceInCents: 18_200, priceInCentsMax: 20_020 }],
  ['buy', 20_020, null],
  ['buy', 1, null],
  ['sell', 16_379, { lastPriceInCents: 18_200, priceInCentsMin: 16_380 }],
  ['sell', 16_380, null],
  ['sell', 90_000, null],
] as const) {
  const word = detail === null ? 'inside' : 'outside';
  test(`a ${side} at ${priceInCents} is ${word} the collar of 10 % around 18,200`, () => {
    const verdict = check({ side, priceInCents });
    if (detail === null) assert.equal(verdict.outcome, 'passed');
    else assert.deepEqual(refused(verdict, 'price_outside_collar'), detail);
  });
}

test('E36 a market order has a protective limit on the tick, and no collar', () => {
  const market = { orderType: 'market', priceInCents: null } as const;
  const tick = { market: { tickInCents: 50 } };
  assert.deepEqual(check(market, tick), {
    outcome: 'passed',
    limitPriceInCents: 18_700, // 18,746 down to the tick
    referencePriceInCents: 18_200,
  });
  const penny = { market: { tickInCents: 5, lastPriceInCents: 1 } };
  assert.equal(check(market, penny).outcome, 'passed', 'one tick, however far that is');
});

test('a duplicate names the order before it and when it would be taken', () => {
  const duplicate = () => ({ orderId: 'ord_1', retryAfterMs: 120 });
  const verdict = check({}, { customer: { duplicate } });
  assert.deepEqual(refused(verdict, 'duplicate_order'), { orderId: 'ord_1', retryAfterMs: 120 });
});

test('E37 a self-cross is looked for at the limit that is sent, and names the resting order', () => {
  const asked: number[] = [];
  const crossing = (limit: number) => {
    asked.push(limit);
    return { orderId: 'ord_2', limitPriceInCents: 17_990 };
  };
  const market = { orderType: 'market', priceInCents: null } as const;
  refused(check(market, { customer: { crossing } }), 'wash_trade_risk');
  assert.deepEqual(refused(check({}, { customer: { crossing } }), 'wash_trade_risk'), {
    orderId: 'ord_2',
    itsLimitPriceInCents: 17_990,
    limitPriceInCents: 18_000,
  });
  assert.deepEqual(asked, [18_746, 18_000]);
});

test('a buy needs its price and its fee, a sell its shares', () => {
  const available = (asset: string) => (asset === 'USD' ? 180_017 : 9);
  assert.deepEqual(refused(check({}, { customer: { available } }), 'insufficient_buying_power'), {
    neededInCents: 180_018,
    availableInCents: 180_017,
  });
  const sell = check({ side: 'sell' }, { customer: { available } });
  assert.deepEqual(refused(sell, 'insufficient_shares'), { neededShares: 10, availableShares: 9 });
});
