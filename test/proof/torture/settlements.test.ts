// How long the exchange's word was missing after a kill, from the log of events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settlementsOf } from '../../../proof/torture/settlements.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { UserEvent } from '../../../src/domain/user-event.ts';

type Move = readonly [atMs: number, status: string, id?: string];

function truthOf(...moves: Move[]) {
  const events = moves.map(([atMs, status, id = 'ord_1'], index): UserEvent => {
    const order = { id, status } as Order;
    return { seq: index + 1, atMs, topic: 'order', kind: 'order_created', order };
  });
  return [{ events }];
}

test('an order that a kill caught pending counts from the kill', () => {
  const truths = truthOf([100, 'pending'], [700, 'submitted']);
  assert.deepEqual(settlementsOf(truths, [300]), { settledAfterMs: [400], open: 0 });
});

test('an order that was settled before the kill, or came after it, does not count', () => {
  const settled = truthOf([100, 'pending'], [120, 'submitted'], [200, 'filled']);
  const later = truthOf([500, 'pending'], [510, 'submitted']);
  assert.deepEqual(settlementsOf([...settled, ...later], [300]), { settledAfterMs: [], open: 0 });
});

test('of several kills the first counts', () => {
  const truths = truthOf([100, 'submitted'], [200, 'pending_cancel'], [900, 'cancelled']);
  assert.deepEqual(settlementsOf(truths, [150, 300, 500]), { settledAfterMs: [600], open: 0 });
});

test('each order for itself, and each time that it is in the middle', () => {
  const truths = truthOf(
    [100, 'pending'],
    [110, 'pending', 'ord_2'],
    [250, 'submitted'],
    [300, 'pending_cancel'],
    [480, 'cancelled'],
  );
  assert.deepEqual(settlementsOf(truths, [200, 400]), { settledAfterMs: [50, 80], open: 1 });
});
