// GET /orders: pages, cursors and filters.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALICE, anOrder, aWorld, ORDER_ID } from './fixtures.ts';

function aWorldWithOrders(hasMore = true) {
  const world = aWorld();
  world.edge.answer('ListOrders', () => ({ outcome: 'orders', orders: [anOrder()], hasMore }));
  const lastAsked = () => world.edge.askedKinds('ListOrders').at(-1)?.message;
  return { ...world, lastAsked };
}

test('without parameters it is the newest fifty', async () => {
  const { call, lastAsked, edge } = aWorldWithOrders(false);
  const { body } = await call('GET', '/orders');
  assert.deepEqual(lastAsked(), {
    kind: 'ListOrders',
    userId: ALICE,
    statuses: [],
    symbol: null,
    updatedSinceMs: null,
    limit: 50,
    offset: 0,
    beforeId: null,
  });
  assert.equal(edge.askedKinds('ListOrders')[0]?.to, 'read-pool/0');
  assert.deepEqual(body['pagination'], { page: 1, hasMore: false, nextCursor: null });
  assert.equal((body['orders'] as { id: string }[])[0]?.id, ORDER_ID);
});

test('a page passes over those before it', async () => {
  const { call, lastAsked } = aWorldWithOrders();
  const { body } = await call('GET', '/orders?page=3&limit=20');
  assert.equal(lastAsked()?.['offset'], 40);
  assert.equal((body['pagination'] as { page: number }).page, 3);
});

for (const [status, expected] of [
  ['open', ['pending', 'submitted', 'partially_filled', 'pending_cancel']],
  ['closed', ['filled', 'cancelled', 'expired', 'failed']],
  ['filled,failed', ['filled', 'failed']],
  ['failed,open', ['pending', 'submitted', 'partially_filled', 'pending_cancel', 'failed']],
] as const) {
  test(`status=${status} means ${expected.join(', ')}`, async () => {
    const { call, lastAsked } = aWorldWithOrders();
    await call('GET', `/orders?status=${status}`);
    assert.deepEqual(lastAsked()?.['statuses'], expected);
  });
}

test('a cursor goes on after the last order, with the filters it was made for', async () => {
  const { call, lastAsked } = aWorldWithOrders();
  const since = '2024-01-15T10:30:00Z';
  const first = await call('GET', `/orders?status=open&symbol=IBM&updatedSince=${since}&limit=1`);
  const { nextCursor } = first.body['pagination'] as { nextCursor: string };
  assert.match(nextCursor, /^[\w-]+$/);
  const second = await call('GET', `/orders?cursor=${nextCursor}&limit=7`);
  assert.deepEqual(lastAsked(), {
    kind: 'ListOrders',
    userId: ALICE,
    statuses: ['pending', 'submitted', 'partially_filled', 'pending_cancel'],
    symbol: 'IBM',
    updatedSinceMs: Date.parse(since),
    limit: 7,
    offset: 0,
    beforeId: ORDER_ID,
  });
  assert.equal((second.body['pagination'] as { page: null }).page, null);
  const same = `status=open&symbol=IBM&updatedSince=${since}`;
  assert.equal((await call('GET', `/orders?cursor=${nextCursor}&${same}`)).status, 200);
});

test('a cursor with other filters, or with a page, is refused', async () => {
  const { call } = aWorldWithOrders();
  const first = await call('GET', '/orders?status=open');
  const { nextCursor } = first.body['pagination'] as { nextCursor: string };
  for (const more of ['status=closed', 'symbol=IBM', 'page=1']) {
    const { status, body } = await call('GET', `/orders?cursor=${nextCursor}&${more}`);
    assert.equal(status, 400);
    assert.equal(body['code'], 'invalid_query');
  }
});

test('page x limit may reach 10,000 and no more', async () => {
  const { call } = aWorldWithOrders();
  assert.equal((await call('GET', '/orders?page=50&limit=200')).status, 200);
  assert.equal((await call('GET', '/orders?page=51&limit=200')).status, 400);
});

test('a forged cursor is refused, whatever it holds', async () => {
  const { call } = aWorldWithOrders();
  for (const forged of ['null', '{}', '[1]', '{"filter":{},"beforeId":"x"}']) {
    const cursor = Buffer.from(forged).toString('base64url');
    const { body } = await call('GET', `/orders?cursor=${cursor}`);
    assert.equal(body['code'], 'invalid_cursor', forged);
  }
});
