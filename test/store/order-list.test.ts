import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import type { OrderQuery } from '../../src/domain/order-query.ts';
import { OrderList } from '../../src/store/order-list.ts';
import { ALICE, BOB, ShardRig } from '../actors/order-shard/shard-rig.ts';

const ALL: OrderQuery = {
  userId: ALICE,
  statuses: [],
  symbol: null,
  updatedSinceMs: null,
  limit: 50,
  offset: 0,
  beforeId: null,
};

/** Five orders of Alice, the third one filled, and one of Bob. */
function aShard(t: Pick<TestContext, 'after'>) {
  const rig = new ShardRig(t);
  for (const userId of [ALICE, BOB]) rig.deposit(userId, 'USD', 10_000_000);
  const ids = [1, 2, 3, 4, 5].map((numShares) => rig.submitted({ numShares }).id);
  rig.submitted({ userId: BOB });
  const third = ids[2] ?? '';
  rig.execute(rig.trade(third, 3, 18_000), third);
  const list = new OrderList(rig.path);
  t.after(() => list.close());
  const idsOf = (query: Partial<OrderQuery>) =>
    list.list({ ...ALL, ...query }).orders.map(({ id }) => id);
  return { rig, list, ids, newestFirst: ids.toReversed(), third, idsOf };
}

test("a user's orders come newest first, and nobody else's", (t) => {
  const { idsOf, newestFirst, rig, list } = aShard(t);
  assert.deepEqual(idsOf({}), newestFirst);
  assert.deepEqual(
    list.list(ALL).orders[0],
    rig.order(newestFirst[0] ?? ''),
    'as the shard has it',
  );
});

test('filters by status, symbol and time of the last change', (t) => {
  const { idsOf, third, newestFirst, rig } = aShard(t);
  assert.deepEqual(idsOf({ statuses: ['filled'] }), [third]);
  assert.deepEqual(idsOf({ statuses: ['filled', 'submitted'] }), newestFirst);
  assert.deepEqual(idsOf({ symbol: 'AIG' }), []);
  assert.deepEqual(idsOf({ updatedSinceMs: rig.actor.ctx.nowMs() + 1 }), []);
});

test('pages tell of more, and a cursor is stable while orders are added (S62)', (t) => {
  const { list, newestFirst, idsOf, rig } = aShard(t);
  const first = list.list({ ...ALL, limit: 2 });
  assert.equal(first.hasMore, true);
  rig.submitted({ numShares: 6 });
  const beforeId = first.orders.at(-1)?.id ?? '';
  assert.deepEqual(idsOf({ limit: 2, beforeId }), newestFirst.slice(2, 4));
  assert.deepEqual(idsOf({ limit: 1, offset: 4 }), [newestFirst[3]]);
  assert.equal(list.list({ ...ALL, limit: 50 }).hasMore, false);
});

test('before the first order, an unknown one or that of somebody else there is nothing', (t) => {
  const { rig, ids, idsOf } = aShard(t);
  assert.deepEqual(idsOf({ beforeId: ids[0] ?? '' }), []);
  assert.deepEqual(idsOf({ beforeId: 'ord_00nosuchorder00' }), []);
  assert.deepEqual(idsOf({ beforeId: rig.submitted({ userId: BOB }).id }), []);
  assert.deepEqual(idsOf({ userId: 'usr_00nobody' }), []);
});

test('a page is a walk along the chain that ends with the page, without a scan or a sort', (t) => {
  const { rig, idsOf } = aShard(t);
  const db = new Database(rig.path, { readonly: true });
  t.after(() => db.close());
  const { mock } = t.mock.method(Database.prototype, 'prepare');
  idsOf({ statuses: ['filled'], symbol: 'IBM' });
  idsOf({ beforeId: rig.submitted({}).id });
  const statements = mock.calls.map((call) => String(call.arguments[0]));
  mock.restore();
  const lists = statements.filter((sql) => sql.includes('RECURSIVE walk(order_no)'));
  assert.equal(new Set(lists).size, 2, 'from the newest, and from a cursor');
  for (const sql of lists) {
    const values = [...sql.matchAll(/\?/g)].map(() => 1);
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[];
    const details = plan.map(({ detail }) => detail).join('\n');
    assert.match(details, /CO-ROUTINE walk/, 'made step by step, as the page is read');
    assert.match(details, /SEARCH orders USING INTEGER PRIMARY KEY/);
    assert.doesNotMatch(details, /TEMP B-TREE|SCAN (?!walk)/);
  }
});
