import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_FACTS } from '../../src/domain/order.ts';
import {
  type ChangedTrade,
  type Origin,
  orderAt,
  orderDetail,
} from '../../src/store/event-detail.ts';
import { anOrder } from './an-order.ts';

const AWKWARD = 'it said "no\\yes"\n\u2028\u{1f40c}';
const KEPT = { updatedAtMs: 5, version: 3 };
const OURS: Origin = { cause: null, exchangeAtMs: null };
const TRADE: ChangedTrade = {
  execId: 'x1',
  lastQty: 2,
  lastPriceInCents: 99,
  feeInCents: 1,
  previous: { lastQty: 3, lastPriceInCents: 98 },
};

/** A value of each fact that is not its default. */
function otherThan(usual: string | number | null): string | number {
  return typeof usual === 'number' ? 7 : AWKWARD;
}

test('each fact of an order comes back from its event, whatever the exchange calls it', () => {
  for (const [fact, usual] of Object.entries(NO_FACTS)) {
    const order = anOrder('k1', { [fact]: otherThan(usual) }, KEPT);
    const detail = JSON.parse(orderDetail(order, OURS, null));
    assert.deepEqual(orderAt(order, detail, 5), order, fact);
  }
});

test('all facts at once come back, with fee, cancel, cause, time and trade beside them', () => {
  const facts = Object.entries(NO_FACTS).map(([fact, usual]) => [fact, otherThan(usual)]);
  const order = anOrder('k1', Object.fromEntries(facts), {
    ...KEPT,
    feeInCents: 9,
    cancelRequestedAtMs: 4,
  });
  const origin = { cause: AWKWARD, exchangeAtMs: 1_700_000_000_123 };
  const detail = JSON.parse(orderDetail(order, origin, TRADE));
  assert.deepEqual(orderAt(order, detail, 5), order);
  const { cause, exchangeAtMs, trade } = detail;
  assert.deepEqual({ cause, exchangeAtMs, trade }, { ...origin, trade: TRADE });
});

test('what an order has not is not written, nor what its row has for ever', () => {
  assert.equal(orderDetail(anOrder('k1', {}, KEPT), OURS, null), '{"version":3}');
  const order = anOrder('k1', { externalOrderId: 'X-1', venueEpoch: 'e1', cumQty: 2 }, KEPT);
  assert.equal(
    orderDetail(order, OURS, null),
    '{"version":3,"externalOrderId":"","venueEpoch":"","cumQty":2}',
  );
});
