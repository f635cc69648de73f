import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '../../src/domain/order.ts';
import { RecentOrders } from '../../src/store/recent-orders.ts';

function stored(id: string, version: number) {
  return { orderNo: 1, accountNo: 1, order: { id, version } as Order };
}

test('the orders written last are kept as they were written, so many and no more', () => {
  const recent = new RecentOrders(2);
  for (const [id, version] of [
    ['a', 1],
    ['b', 1],
    ['a', 2],
    ['c', 1],
  ] as const) {
    recent.keep(stored(id, version));
  }
  assert.deepEqual(
    ['a', 'b', 'c'].map((id) => recent.get(id)?.order.version),
    [2, undefined, 1],
  );
});
