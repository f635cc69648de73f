import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveOrder } from '../../src/domain/derive-order.ts';
import { NO_FACTS, type Order, type OrderFacts, orderOf } from '../../src/domain/order.ts';
import {
  type ChangedTrade,
  type Origin,
  orderAt,
  orderDetail,
} from '../../src/store/event-detail.ts';

const INTENT = {
  id: 'ord_00000000001abcde',
  userId: 'usr_00ada',
  idempotencyKey: 'k1',
  venue: 'SIM',
  symbol: 'IBM',
  side: 'buy',
  orderType: 'limit',
  timeInForce: 'day',
  priceInCents: 100,
  limitPriceInCents: 100,
  referencePriceInCents: 101,
  numShares: 10,
  createdAtMs: 1,
  sendAttemptedAtMs: 1,
  notAfterMs: 2,
} as const;
const AWKWARD = 'it said "no\\yes"\n\u2028\u{1f40c}';
const OURS: Origin = { cause: null, exchangeAtMs: null };
const TRADE: ChangedTrade = {
  execId: 'x1',
  lastQty: 2,
  lastPriceInCents: 99,
  feeInCents: 1,
  previous: { lastQty: 3, lastPriceInCents: 98 },
};

function anOrder(facts: Partial<OrderFacts>, keeping: Partial<Order> = {}): Order {
  const all = { ...NO_FACTS, ...facts };
  return orderOf(INTENT, all, deriveOrder(INTENT, all), {
    feeInCents: 0,
    cancelRequestedAtMs: null,
    updatedAtMs: 5,
    version: 3,
    ...keeping,
  });
}

/** A value of each fact that is not its default. */
function otherThan(usual: string | number | null): string | number {
  return typeof usual === 'number' ? 7 : AWKWARD;
}

test('each fact of an order comes back from its event, whatever the exchange calls it', () => {
  for (const [fact, usual] of Object.entries(NO_FACTS)) {
    const order = anOrder({ [fact]: otherThan(usual) });
    const detail = JSON.parse(orderDetail(order, OURS, null));
    assert.deepEqual(orderAt(order, detail, 5), order, fact);
  }
});

test('all facts at once come back, with fee, cancel, cause, time and trade beside them', () => {
  const facts = Object.entries(NO_FACTS).map(([fact, usual]) => [fact, otherThan(usual)]);
  const order = anOrder(Object.fromEntries(facts), { feeInCents: 9, cancelRequestedAtMs: 4 });
  const origin = { cause: AWKWARD, exchangeAtMs: 1_700_000_000_123 };
  const detail = JSON.parse(orderDetail(order, origin, TRADE));
  assert.deepEqual(orderAt(order, detail, 5), order);
  const { cause, exchangeAtMs, trade } = detail;
  assert.deepEqual({ cause, exchangeAtMs, trade }, { ...origin, trade: TRADE });
});

test('what an order has not is not written, nor what its row has for ever', () => {
  assert.equal(orderDetail(anOrder({}), OURS, null), '{"version":3}');
  const order = anOrder({ externalOrderId: 'X-1', venueEpoch: 'e1', cumQty: 2 });
  assert.equal(
    orderDetail(order, OURS, null),
    '{"version":3,"externalOrderId":"","venueEpoch":"","cumQty":2}',
  );
});
