// The operators' routes over a fake edge: what they ask, of whom, and what they answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN, ALICE, aWorld, type World } from './fixtures.ts';

const USER = {
  userId: ALICE,
  email: 'alice@demo.outcry',
  name: 'Alice',
  role: 'customer',
  isDemo: true,
  createdAtMs: 0,
};
const HALT = { scope: 'broker', state: 'halted', reason: 'drill' };
const IN_FORCE = { version: 7, appliedInMs: 3, notSent: 2, onTheWire: ['ord_1'] };
const LIMITS_PATH = `/admin/users/${ALICE}/limits`;
const OWN = {
  orderSharesMax: 5,
  orderValueMaxInCents: null,
  ordersPerSecondMax: null,
  duplicateWindowMs: 0,
};

/** Calls as an operator. */
async function operator(world: World, method: string, path: string, body?: unknown) {
  const authorization = `Bearer ${await world.token(ADMIN, 'admin')}`;
  return world.call(method, path, { headers: { authorization }, ...(body ? { body } : {}) });
}

test('operators only: a customer is refused before anything is asked', async () => {
  const world = aWorld();
  const asked = world.edge.asked.length;
  for (const [method, path, body] of [
    ['PUT', '/admin/trading-state', HALT],
    ['GET', '/admin/trading-state', undefined],
    ['GET', '/admin/users', undefined],
    ['POST', '/admin/users', {}],
    ['GET', LIMITS_PATH, undefined],
    ['PUT', LIMITS_PATH, {}],
  ] as const) {
    const { status } = await world.call(method, path, { body });
    assert.equal(status, 403, `${method} ${path}`);
  }
  const kinds = world.edge.asked.slice(asked).map(({ message }) => message.kind);
  assert.deepEqual(
    kinds.filter((kind) => kind !== 'GetSigningKey'),
    [],
  );
});

test('PUT /admin/trading-state for the broker asks the directory, in the name of the operator', async () => {
  const world = aWorld();
  world.edge.answer('SetTradingState', () => ({ outcome: 'in_force', ...IN_FORCE }));
  const { status, body } = await operator(world, 'PUT', '/admin/trading-state', HALT);
  assert.equal(status, 200);
  assert.deepEqual(body, { ...HALT, ...IN_FORCE, outcome: 'accepted' });
  const [ask] = world.edge.askedKinds('SetTradingState');
  assert.equal(ask?.to, 'directory/0');
  const command = { kind: 'SetTradingState', symbol: null, state: 'halted', reason: 'drill' };
  assert.deepEqual(ask.message, { ...command, by: ADMIN });
});

test('PUT /admin/trading-state that is not applied by all is 504 and says who is missing', async () => {
  const world = aWorld();
  const missing = ['order-shard/02'];
  world.edge.answer('SetTradingState', () => ({ outcome: 'not_applied', version: 7, missing }));
  const { status, body } = await operator(world, 'PUT', '/admin/trading-state', HALT);
  assert.equal(status, 504);
  assert.deepEqual(
    [body['code'], body['outcome'], body['version'], body['missing']],
    ['outcome_unknown', 'unknown', 7, missing],
  );
});

test('PUT /admin/trading-state for a user asks their shard, if the directory knows them', async () => {
  const world = aWorld();
  const body = { ...HALT, scope: 'user', userId: ALICE };
  world.edge.answer('GetUser', () => ({ outcome: 'no_such_user' }));
  assert.equal((await operator(world, 'PUT', '/admin/trading-state', body)).status, 404);
  world.edge
    .answer('GetUser', () => ({ outcome: 'user', user: USER }))
    .answer('SetUserTradingState', () => ({ outcome: 'in_force', ...IN_FORCE }));
  const answer = await operator(world, 'PUT', '/admin/trading-state', body);
  assert.deepEqual(answer.body, { ...body, ...IN_FORCE, outcome: 'accepted' });
  const [ask] = world.edge.askedKinds('SetUserTradingState');
  assert.equal(ask?.to, 'order-shard/01');
});

test('PUT /admin/trading-state with a symbol that nobody lists is refused', async () => {
  const world = aWorld();
  world.edge.answer('SetTradingState', () => ({ outcome: 'unknown_symbol' }));
  const body = { ...HALT, scope: 'symbol', symbol: 'NOPE' };
  const answer = await operator(world, 'PUT', '/admin/trading-state', body);
  assert.deepEqual([answer.status, answer.body['code']], [422, 'unknown_symbol']);
});

for (const [name, body, field] of [
  ['a symbol for the broker', { ...HALT, symbol: 'IBM' }, 'symbol'],
  ['no symbol for a symbol', { ...HALT, scope: 'symbol' }, 'symbol'],
  ['a user for a symbol', { ...HALT, scope: 'symbol', symbol: 'IBM', userId: ALICE }, 'userId'],
  ['no user for a user', { ...HALT, scope: 'user' }, 'userId'],
  ['no reason', { scope: 'broker', state: 'halted' }, 'reason'],
  ['an unknown state', { ...HALT, state: 'off' }, 'state'],
] as const) {
  test(`PUT /admin/trading-state with ${name} is refused and names the field`, async () => {
    const world = aWorld();
    const answer = await operator(world, 'PUT', '/admin/trading-state', body);
    assert.equal(answer.status, 400);
    const errors = answer.body['errors'] as { field: string }[];
    assert.deepEqual(
      errors.map((error) => error.field),
      [field],
    );
  });
}

test('GET /admin/trading-state gathers the directory and every shard', async () => {
  const world = aWorld();
  const decided = { state: 'halted', reason: 'drill', by: ADMIN, atMs: 0 };
  world.edge
    .answer('GetTradingStates', () => ({
      outcome: 'trading_states',
      version: 7,
      broker: { state: 'active', reason: null, by: null, atMs: null },
      symbols: [{ symbol: 'IBM', ...decided }],
    }))
    .answer('ListRestricted', ({ to }) => ({
      outcome: 'restricted',
      users:
        to === 'order-shard/01' ? [{ userId: ALICE, state: 'reducing', reason: 'overdrawn' }] : [],
    }));
  const { body } = await operator(world, 'GET', '/admin/trading-state');
  assert.deepEqual(body, {
    version: 7,
    broker: { state: 'active', reason: null, by: null, at: null },
    symbols: [
      {
        symbol: 'IBM',
        state: 'halted',
        reason: 'drill',
        by: ADMIN,
        at: '1970-01-01T00:00:00.000Z',
      },
    ],
    users: [{ userId: ALICE, state: 'reducing', reason: 'overdrawn' }],
  });
});

test('GET /admin/users pages by the last id', async () => {
  const world = aWorld();
  world.edge.answer('ListUsers', () => ({ outcome: 'users', users: [USER], hasMore: true }));
  const { body } = await operator(world, 'GET', '/admin/users?limit=1');
  const { createdAtMs: _, ...user } = USER;
  assert.deepEqual(body, {
    users: [{ ...user, createdAt: '1970-01-01T00:00:00.000Z' }],
    pagination: { hasMore: true, nextCursor: ALICE },
  });
  await operator(world, 'GET', `/admin/users?cursor=${ALICE}`);
  const [, second] = world.edge.askedKinds('ListUsers');
  assert.deepEqual(second?.message, { kind: 'ListUsers', afterUserId: ALICE, max: 50 });
  assert.equal((await operator(world, 'GET', '/admin/users?limit=201')).status, 400);
});

test('POST /admin/users hands on a hash, never the password', async () => {
  const world = aWorld();
  const body = { email: 'dan@x.io', name: 'Dan', role: 'customer', password: 'correct horse' };
  world.edge.answer('CreateUser', () => ({ outcome: 'created', user: USER }));
  const { status } = await operator(world, 'POST', '/admin/users', body);
  assert.equal(status, 201);
  const [ask] = world.edge.askedKinds('CreateUser');
  assert.match(String(ask?.message['passwordHash']), /^scrypt\$/);
  assert(!JSON.stringify(ask).includes('correct horse'));
  world.edge.answer('CreateUser', () => ({ outcome: 'email_taken' }));
  const taken = await operator(world, 'POST', '/admin/users', body);
  assert.deepEqual([taken.status, taken.body['code']], [409, 'email_taken']);
  const short = await operator(world, 'POST', '/admin/users', { ...body, password: 'short' });
  assert.equal(short.status, 400);
});

test('PUT /admin/users/:id/limits replaces all four, in the name of the operator', async () => {
  const world = aWorld();
  const inForce = { orderSharesMax: 5, orderValueMaxInCents: 1, ordersPerSecondMax: 1 };
  const reply = { outcome: 'user_limits', own: OWN, inForce };
  world.edge
    .answer('GetUser', () => ({ outcome: 'user', user: USER }))
    .answer('SetUserLimits', () => reply)
    .answer('GetUserLimits', () => reply);
  const put = await operator(world, 'PUT', LIMITS_PATH, {
    orderSharesMax: 5,
    duplicateWindowMs: 0,
  });
  assert.deepEqual(put.body, { userId: ALICE, limits: OWN, inForce, outcome: 'accepted' });
  const [ask] = world.edge.askedKinds('SetUserLimits');
  assert.deepEqual(ask?.message, {
    kind: 'SetUserLimits',
    userId: ALICE,
    limits: OWN,
    by: ADMIN,
  });
  const got = await operator(world, 'GET', LIMITS_PATH);
  assert.deepEqual(got.body, { userId: ALICE, limits: OWN, inForce });
  const bad = await operator(world, 'PUT', LIMITS_PATH, { orderSharesMax: 0 });
  assert.equal(bad.status, 400);
});
