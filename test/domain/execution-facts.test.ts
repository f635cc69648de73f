import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveOrder } from '../../src/domain/derive-order.ts';
import { answeredEndOf, endOf } from '../../src/domain/execution-facts.ts';
import { NO_FACTS, type OrderFacts, venueCumQtyAtEnd } from '../../src/domain/order.ts';
import { anExecution } from '../actors/venue-messages.ts';

const WORKING: OrderFacts = { ...NO_FACTS, externalOrderId: 'x1', venueEpoch: 'e1' };

function ended(known: OrderFacts, seq: number, execKind: 'cancelled' | 'expired', cumQty: number) {
  const terms = { lastQty: null, lastPriceInCents: null, reason: 'day_end' };
  return { ...known, ...endOf(known, anExecution(seq, { execKind, cumQty, ...terms })) };
}

test('I9 the first last word stands: a second one only counts', () => {
  const once = ended(WORKING, 2, 'expired', 0);
  const twice = ended(once, 3, 'cancelled', 4);
  assert.equal(deriveOrder({ numShares: 10 }, twice).status, 'expired');
  assert.equal(twice.cancelled, null);
  assert.equal(venueCumQtyAtEnd(twice), 4, 'what it has counted is believed');
});

test('I9 an answer changes nothing about an order that the feed has ended', () => {
  const once = ended(WORKING, 2, 'expired', 0);
  assert.deepEqual(answeredEndOf(once, 'cancelled', { reason: 'requested', cumQty: 4 }), {});
});
