// GET /admin/incidents over a fake edge: what it asks of the read pool, and what it shows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IncidentEntry } from '../../src/domain/incident.ts';
import { incidentCursorOf, readIncidentCursor } from '../../src/gateway/incident-cursor.ts';
import { LIMITS } from '../../src/limits.ts';
import { ADMIN, ALICE, aWorld, ORDER_ID, type World } from './fixtures.ts';

const INCIDENT: IncidentEntry = {
  incidentId: '01-7',
  kind: 'overfill',
  atMs: 1_700_000_000_000,
  userId: ALICE,
  orderId: ORDER_ID,
  detail: { overfillShares: 2 },
};

async function asOperator(world: World, query: string) {
  const authorization = `Bearer ${await world.token(ADMIN, 'admin')}`;
  return world.call('GET', `/admin/incidents${query}`, { headers: { authorization } });
}

test('each incident is shown with whose it is, and the cursor goes on in every shard', async () => {
  const world = aWorld();
  const next = [
    { shard: 0, below: 40 },
    { shard: 1, below: 7 },
  ];
  world.edge.answer('ListIncidents', () => ({ outcome: 'incidents', incidents: [INCIDENT], next }));
  const { status, body } = await asOperator(world, `?kind=overfill&userId=${ALICE}&limit=1`);
  assert.equal(status, 200);
  const { atMs: _, ...rest } = INCIDENT;
  assert.deepEqual(body['incidents'], [{ ...rest, at: '2023-11-14T22:13:20.000Z' }]);
  const { hasMore, nextCursor } = body['pagination'] as { hasMore: boolean; nextCursor: string };
  assert.equal(hasMore, true);
  await asOperator(world, `?cursor=${nextCursor}`);
  const asked = { kind: 'ListIncidents', incident: 'overfill', userId: ALICE };
  assert.deepEqual(
    world.edge.askedKinds('ListIncidents').map(({ to, message }) => [to, message]),
    [
      ['read-pool/0', { ...asked, limit: 1, before: null }],
      ['read-pool/0', { ...asked, incident: null, userId: null, limit: 50, before: next }],
    ],
  );
});

test('the last page says that it is the last', async () => {
  const world = aWorld();
  world.edge.answer('ListIncidents', () => ({ outcome: 'incidents', incidents: [], next: null }));
  const { body } = await asOperator(world, '');
  assert.deepEqual(body, { incidents: [], pagination: { hasMore: false, nextCursor: null } });
});

test('operators only', async () => {
  const world = aWorld();
  const { status } = await world.call('GET', '/admin/incidents');
  assert.equal(status, 403);
  assert.deepEqual(world.edge.askedKinds('ListIncidents'), []);
});

const BAD: [query: string, code: string][] = [
  ['?kind=nonsense', 'invalid_query'],
  ['?userId=nobody', 'invalid_query'],
  ['?limit=0', 'invalid_query'],
  [`?limit=${LIMITS.incidentsPageMax + 1}`, 'invalid_query'],
  ['?cursor=nonsense', 'invalid_cursor'],
  ['?cursor=0-1.', 'invalid_cursor'],
];

for (const [query, code] of BAD) {
  test(`GET /admin/incidents${query} is refused as ${code}`, async () => {
    const { status, body } = await asOperator(aWorld(), query);
    assert.deepEqual([status, body['code']], [400, code]);
  });
}

test('the cursor of the largest broker fits into a query', () => {
  const below = 10_000_000_000;
  const places = Array.from({ length: 64 }, (_, shard) => ({ shard, below }));
  const cursor = incidentCursorOf(places);
  assert(cursor.length <= LIMITS.cursorMax, `${cursor.length} characters`);
  assert.deepEqual(readIncidentCursor(cursor), places);
});
