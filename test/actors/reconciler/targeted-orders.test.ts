import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TargetedOrders } from '../../../src/actors/reconciler/targeted-orders.ts';
import { LIMITS } from '../../../src/limits.ts';

const LOST = { orderId: 'ord_1', externalOrderId: 'x1', venueEpoch: 'e1' };
const WINDOW_MS = LIMITS.settleWindowMs;

test('E41 two absences closer than the settle window prove nothing: it is asked again after it', () => {
  const targets = new TargetedOrders();
  targets.add(LOST, 0);
  assert.deepEqual(targets.takeDue(0, 10), [LOST.orderId]);
  targets.notFound(LOST.orderId, 'e2', 0);
  targets.add(LOST, 500); // the next match misses it too, and would know at once
  assert.deepEqual(targets.takeDue(500, 10), [LOST.orderId]);
  targets.notFound(LOST.orderId, 'e2', 500);
  assert.deepEqual(targets.takeDue(WINDOW_MS, 10), []);
  assert.deepEqual(targets.takeDue(WINDOW_MS + 1, 10), [LOST.orderId]);
  targets.notFound(LOST.orderId, 'e2', WINDOW_MS + 1);
  assert.equal(targets.size, 0);
});

test('an absence in the epoch of the order is told once', () => {
  const targets = new TargetedOrders();
  targets.add(LOST, 0);
  targets.takeDue(0, 10);
  targets.notFound(LOST.orderId, 'e1', 0);
  assert.equal(targets.size, 0);
});
