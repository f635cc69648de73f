// The open orders in memory against a list that is searched from end to end.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Prng } from '../../src/runtime/simulation/prng.ts';
import { openDatabase } from '../../src/store/database.ts';
import { OpenOrders } from '../../src/store/open-orders.ts';
import type { StoredOrder } from '../../src/store/order-store.ts';
import { SHARD_MIGRATIONS } from '../../src/store/shard-schema.ts';
import { tempDirectory } from '../temp-directory.ts';

const ROUNDS = 300;
const ORDERS_MAX = 40;

test('what a new order could meet, and what is open, is what a search of all finds', (t) => {
  const seed = process.env['SEED'] ?? String(Date.now());
  t.diagnostic(`SEED=${seed}`);
  const chance = new Prng(seed).stream('open orders');
  const path = join(tempDirectory(t), 'shard-00.db');
  const options = { migrations: SHARD_MIGRATIONS, changesPerCheckpoint: 1_000 };
  const db = openDatabase(path, { synchronous: 'FULL', ...options });
  t.after(() => db.close());
  for (let round = 0; round < ROUNDS; round++) {
    const open = new OpenOrders(db); // none in the file
    const all = Array.from({ length: chance.int(ORDERS_MAX) }, (_, index) => {
      const order = {
        id: `ord_${index}`,
        symbol: chance.int(2) === 0 ? 'IBM' : 'AIG',
        side: chance.int(2) === 0 ? 'buy' : 'sell',
        limitPriceInCents: 1 + chance.int(5),
      };
      const stored = { orderNo: index, accountNo: 1 + chance.int(3), order };
      return stored as unknown as StoredOrder;
    });
    for (const stored of all) open.add(stored);
    const left = all.filter(() => chance.int(2) === 0);
    for (const stored of all) if (!left.includes(stored)) open.remove(stored);
    for (const accountNo of [1, 2, 3]) check(open, left, accountNo);
  }
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
