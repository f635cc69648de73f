import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveOrder } from '../../src/domain/derive-order.ts';
import { NO_FACTS, type OrderFacts, type OrderStatus } from '../../src/domain/order.ts';
import { isAllowedMove } from '../../src/domain/transitions.ts';

type Fact = (facts: OrderFacts) => OrderFacts;

const acknowledged: Fact = (facts) => ({ ...facts, externalOrderId: 'ext-1' });
const traded =
  (qty: number): Fact =>
  (facts) => ({ ...facts, cumQty: facts.cumQty + qty });
const cancelRequested: Fact = (f) => ({ ...f, cancelsRequested: f.cancelsRequested + 1 });
const cancelRefused: Fact = (f) => ({
  ...f,
  cancelsRefused: f.cancelsRefused + 1,
  cancelRefusal: 'too_late',
});
const cancelled: Fact = (facts) => ({ ...facts, cancelled: 'by_user' });
const expired: Fact = (facts) => ({ ...facts, expired: 'day_end' });
const rejected: Fact = (facts) => ({ ...facts, venueRejected: 'invalid_price' });
const notFound: Fact = (facts) => ({ ...facts, ourVerdict: 'not_found_at_exchange' });
const notSent: Fact = (facts) => ({ ...facts, ourVerdict: 'not_sent' });

// An order for 10 shares: what is known about it, and where it must stand.
const CASES: [name: string, facts: Fact[], status: OrderStatus, cumQty: number][] = [
  ['nothing is known yet', [], 'pending', 0],
  ['the exchange took it', [acknowledged], 'submitted', 0],
  ['a part is filled', [acknowledged, traded(4)], 'partially_filled', 4],
  ['all is filled', [acknowledged, traded(4), traded(6)], 'filled', 10],
  ['E05 the fill is there before the acknowledgement', [traded(10)], 'filled', 10],
  ['the acknowledgement crosses the cancel', [cancelRequested, acknowledged], 'pending_cancel', 0],
  [
    'E07 a part fill does not end a cancel',
    [acknowledged, cancelRequested, traded(4)],
    'pending_cancel',
    4,
  ],
  [
    'E07 a full fill wins against the cancel',
    [acknowledged, cancelRequested, traded(10)],
    'filled',
    10,
  ],
  [
    'E08 a late trade after the cancel counts',
    [acknowledged, cancelled, traded(2)],
    'cancelled',
    2,
  ],
  ['E11 it never reached the exchange', [notFound], 'failed', 0],
  ['E12 a late acknowledgement overrules us', [notFound, acknowledged], 'submitted', 0],
  [
    'E13 a refused cancel leaves the order working',
    [acknowledged, cancelRequested, cancelRefused],
    'submitted',
    0,
  ],
  ['E14 absent, and a cancel was asked', [cancelRequested, notFound], 'cancelled', 0],
  ['E15 withdrawn from the queue', [cancelRequested, notSent], 'cancelled', 0],
  ['E20 a part fill, then cancelled', [acknowledged, traded(4), cancelled], 'cancelled', 4],
  ['E21 an overfill is booked', [acknowledged, traded(8), traded(3)], 'filled', 11],
  ['E23 the day ends', [acknowledged, expired], 'expired', 0],
  ['E24 rejected after it was taken', [acknowledged, rejected], 'failed', 0],
  ['E24 rejected after a part fill', [acknowledged, traded(4), rejected], 'cancelled', 4],
];

for (const [name, facts, status, cumQty] of CASES) {
  test(`${name}, whatever the order of arrival`, () => {
    for (const arrival of permutations(facts)) {
      const known = arrival.reduce((so, fact) => fact(so), NO_FACTS);
      const derived = deriveOrder({ numShares: 10 }, known);
      assert.deepEqual({ status: derived.status, cumQty: known.cumQty }, { status, cumQty });
    }
  });
}

test('every move that an arriving fact can cause is on the list', () => {
  const executed = (fact: Fact) => [acknowledged, fact]; // an execution names its order first
  const ours = [acknowledged, cancelRequested, cancelRefused, notSent].map((fact) => [fact]);
  const theirs = [traded(4), traded(10)].map(executed);
  const lastWords = [cancelled, expired].map(executed); // the exchange says one of them
  for (const arrival of lastWords.flatMap((last) => permutations([...ours, ...theirs, last]))) {
    let known = NO_FACTS;
    let status: OrderStatus = 'pending';
    for (const fact of arrival.flat()) {
      known = fact(known);
      const next = deriveOrder({ numShares: 10 }, known).status;
      assert(isAllowedMove(status, next), `${status} to ${next}`);
      status = next;
    }
  }
});

test('leaves are what can still trade: nothing once the order is closed', () => {
  const part = traded(4)(acknowledged(NO_FACTS));
  assert.equal(deriveOrder({ numShares: 10 }, part).leavesQty, 6);
  assert.equal(deriveOrder({ numShares: 10 }, cancelled(part)).leavesQty, 0);
});

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}
