// The open orders in memory against a list that is searched from end to end.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Side } from '../../src/domain/order.ts';
import { openDatabase } from '../../src/store/database.ts';
import { OpenOrders } from '../../src/store/open-orders.ts';
import type { StoredOrder } from '../../src/store/order-store.ts';
import { SHARD_MIGRATIONS } from '../../src/store/shard-schema.ts';
import { tempDirectory } from '../temp-directory.ts';

const ORDERS = fc.array(
  fc.record({
    accountNo: fc.integer({ min: 1, max: 3 }),
    symbol: fc.constantFrom('IBM', 'AIG'),
    side: fc.constantFrom<Side>('buy', 'sell'),
    limitPriceInCents: fc.integer({ min: 1, max: 5 }),
    closes: fc.boolean(),
  }),
  { maxLength: 40 },
);

test('what a new order could meet, and what is open, is what a search of all finds', (t) => {
  const path = join(tempDirectory(t), 'shard-00.db');
  const options = { migrations: SHARD_MIGRATIONS, changesPerCheckpoint: 1_000 };
  const db = openDatabase(path, { synchronous: 'FULL', ...options });
  t.after(() => db.close());
  fc.assert(
    fc.property(ORDERS, (rows) => {
      const open = new OpenOrders(db); // none in the file
      const all = rows.map(({ accountNo, ...order }, index): StoredOrder => {
        const known = { ...order, id: `ord_${index}` };
        return { orderNo: index, accountNo, order: known as unknown as StoredOrder['order'] };
      });
      for (const stored of all) open.add(stored);
      const left = all.filter((_, index) => !rows[index]?.closes);
      for (const stored of all) if (!left.includes(stored)) open.remove(stored);
      for (const accountNo of [1, 2, 3]) check(open, left, accountNo);
    }),
  );
});

function check(open: OpenOrders, left: readonly StoredOrder[], accountNo: number): void {
  const own = left.filter((stored) => stored.accountNo === accountNo);
  const ids = open.list(accountNo, { symbol: null, side: null }).map(({ orderId }) => orderId);
  assert.deepEqual(
    ids,
    own.map(({ order }) => order.id),
  );
  for (const limit of [0, 1, 3, 5, 6]) {
    const sells = own.filter(({ order }) => order.symbol === 'IBM' && order.side === 'sell');
    const met = sells.filter(({ order }) => order.limitPriceInCents <= limit);
    const lowest = Math.min(...met.map(({ order }) => order.limitPriceInCents));
    const found = open.crossing(accountNo, 'IBM', 'buy', limit);
    assert.equal(found?.limitPriceInCents ?? Number.POSITIVE_INFINITY, lowest);
    const buys = own.filter(({ order }) => order.symbol === 'IBM' && order.side === 'buy');
    const meets = buys.filter(({ order }) => order.limitPriceInCents >= limit);
    const highest = Math.max(...meets.map(({ order }) => order.limitPriceInCents));
    const other = open.crossing(accountNo, 'IBM', 'sell', limit);
    assert.equal(other?.limitPriceInCents ?? Number.NEGATIVE_INFINITY, highest);
  }
}
