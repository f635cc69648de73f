// Readiness over a fake edge: it names what is missing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aWorld, LINKED, SHARDS } from './fixtures.ts';

const ready = () => {
  const world = aWorld();
  world.edge
    .answer('GetConnectionState', () => LINKED)
    .answer('GetShardState', () => ({
      outcome: 'shard_state',
      open: true,
      linked: true,
      controlsKnown: true,
      usersReconciling: 0,
    }))
    .answer('GetDirectoryState', () => ({
      outcome: 'directory_state',
      users: 3,
      symbols: 3,
      grantsOpen: 0,
    }));
  world.edge.deliver({ kind: 'StartupCompleted' });
  return world;
};

test('/readyz is 200 when an order can be taken, and needs no token', async () => {
  const { call, edge } = ready();
  const answer = await call('GET', '/readyz', { userId: null });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, { ready: true });
  assert.equal(edge.askedKinds('GetShardState').length, new Set(SHARDS).size);
});

test('/readyz names what is missing', async () => {
  const { call, edge } = aWorld();
  edge
    .answer('GetConnectionState', () => ({
      ...LINKED,
      link: { ...LINKED.link, linked: false, priceFeedLive: false },
    }))
    .answer('GetShardState', ({ to }) =>
      to === 'order-shard/01'
        ? { outcome: 'unknown', reason: 'deadline' }
        : {
            outcome: 'shard_state',
            open: true,
            linked: true,
            controlsKnown: true,
            usersReconciling: 0,
          },
    )
    .answer('GetDirectoryState', () => ({
      outcome: 'directory_state',
      users: 3,
      symbols: 3,
      grantsOpen: 2,
    }));
  const { status, body } = await call('GET', '/readyz', { userId: null });
  assert.equal(status, 503);
  assert.deepEqual(body['missing'], [
    'exchange_link',
    'price_feed',
    'order_shard_01',
    'demo_grants',
    'startup',
  ]);
});

test('readiness rounds that overlap are one round', async () => {
  const { call, edge } = ready();
  await Promise.all(Array.from({ length: 20 }, () => call('GET', '/readyz', { userId: null })));
  assert.equal(edge.askedKinds('GetConnectionState').length, 1);
});
