import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bucketOf,
  isOrderId,
  isUserId,
  newUserId,
  OrderIds,
  timeOf,
} from '../../src/domain/ids.ts';

const NOW_MS = Date.UTC(2026, 0, 5);

test('an order id names its bucket and its time', () => {
  const id = new OrderIds().next(0xa7, NOW_MS, Math.random);
  assert(isOrderId(id), id);
  assert.equal(bucketOf(id), 0xa7);
  assert.equal(timeOf(id), NOW_MS);
});

test('I27 ids of one bucket rise when the clock stands still, jumps back, or the process restarts', () => {
  const ids = new OrderIds();
  const clock = [NOW_MS, NOW_MS, NOW_MS - 60_000, NOW_MS - 60_000, NOW_MS + 1];
  const made = clock.map((nowMs) => ids.next(3, nowMs, Math.random));
  const restarted = new OrderIds();
  restarted.seen(made.at(-1) ?? '');
  made.push(restarted.next(3, NOW_MS - 120_000, Math.random));
  assert.deepEqual([...made].sort(), made);
  assert.equal(new Set(made).size, made.length);
});

test('a user id names its bucket', () => {
  const id = newUserId(0x0f, Math.random);
  assert(isUserId(id), id);
  assert.equal(bucketOf(id), 0x0f);
});

test('what is no id is told apart', () => {
  for (const text of ['', 'ord_', 'ord_zz0123456789abcde', 'usr_', 'usr_0', '../../etc/passwd']) {
    assert.equal(isOrderId(text), false, text);
    assert.equal(isUserId(text), false, text);
  }
});
