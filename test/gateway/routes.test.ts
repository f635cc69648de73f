// What each route asks of the actors, and how their replies become answers. No socket.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rejection } from '../../src/domain/reject-codes.ts';
import { eventJson } from '../../src/gateway/json.ts';
import { ADMIN, ALICE, anOrder, aWorld, BOB, BODY, events, LINKED, ORDER_ID } from './fixtures.ts';

const ACCEPTED = anOrder({ externalOrderId: 'x1' });
const order = (facts: Parameters<typeof anOrder>[0], replayed = false) => ({
  outcome: 'order',
  order: anOrder(facts),
  replayed,
});

const PLACED: [name: string, reply: object, status: number, code: string | null, retry?: string][] =
  [
    ['the exchange accepted it', order({ externalOrderId: 'x1' }), 201, null],
    ['it is filled already', order({ externalOrderId: 'x1', cumQty: 10 }), 201, null],
    ['the exchange has not spoken', order({}), 202, null],
    ['it was withdrawn unsent', order({ ourVerdict: 'not_sent', cancelsRequested: 1 }), 202, null],
    [
      'the exchange refused it',
      order({ venueRejected: 'too_late' }),
      422,
      'rejected_by_exchange',
      'new_key',
    ],
    ['it was never sent', order({ ourVerdict: 'not_sent' }), 422, 'not_sent', 'new_key'],
    ['a replay', order({ externalOrderId: 'x1' }, true), 200, null],
    ['a replay of a failed order', order({ venueRejected: 'too_late' }, true), 200, null],
    [
      'a check refused it',
      rejection('insufficient_buying_power'),
      422,
      'insufficient_buying_power',
    ],
    ['the symbol is not known', rejection('unknown_symbol'), 422, 'unknown_symbol', 'no'],
    [
      'the exchange is out of reach',
      rejection('exchange_unavailable', {}, 'same_key'),
      503,
      'exchange_unavailable',
      'same_key',
    ],
    ['too many', rejection('rate_limited', {}, 'same_key'), 429, 'rate_limited', 'same_key'],
    ['no room', { outcome: 'not_delivered', reason: 'busy' }, 503, 'busy', 'same_key'],
    ['the turn was poison', { outcome: 'failed', error: 'x' }, 500, 'internal_error', 'same_key'],
    [
      'the shard died',
      { outcome: 'unknown', reason: 'stopped' },
      504,
      'outcome_unknown',
      'same_key',
    ],
  ];

for (const [name, reply, status, code, retry] of PLACED) {
  test(`POST /order answers ${status} when ${name}`, async () => {
    const { edge, call } = aWorld();
    edge.answer('PlaceOrder', () => reply);
    const headers = { 'idempotency-key': 'my-key' };
    const answer = await call('POST', '/order', { body: BODY, headers });
    assert.equal(answer.status, status);
    assert.equal(answer.body['code'] ?? null, code);
    assert.equal(answer.headers['idempotency-key'], 'my-key');
    if (retry !== undefined) assert.equal(answer.body['retry'], retry);
    if (status === 503) assert.match(answer.headers['retry-after'] ?? '', /^\d+$/);
    if (status === 504) assert.equal(answer.body['outcome'], 'unknown');
    assert.equal(answer.headers['idempotency-replayed'] === 'true', name.startsWith('a replay'));
  });
}

test('POST /order sends one command to the shard of the caller', async () => {
  const { edge, call } = aWorld();
  edge.answer('PlaceOrder', () => ({ outcome: 'order', order: ACCEPTED, replayed: false }));
  const headers = { 'idempotency-key': 'k1', prefer: 'respond-async, wait=5' };
  const answer = await call('POST', '/order', { body: BODY, headers, userId: BOB });
  const [sent, ...more] = edge.askedKinds('PlaceOrder');
  assert.equal(more.length, 0);
  assert.deepEqual(sent, {
    to: 'order-shard/02',
    message: {
      kind: 'PlaceOrder',
      userId: BOB,
      idempotencyKey: 'k1',
      symbol: 'IBM',
      side: 'buy',
      orderType: 'limit',
      timeInForce: 'day',
      priceInCents: 18_500,
      numShares: 10,
      waitMs: 5_000,
      sandboxFault: null,
    },
    deadlineMs: 7_000,
  });
  assert.equal(answer.headers['location'], `/order/${ORDER_ID}`);
  assert.deepEqual(answer.body, {
    id: ORDER_ID,
    status: 'submitted',
    createdAt: '2023-11-14T22:13:20.000Z',
    updatedAt: '2023-11-14T22:13:20.123Z',
    position: 'buy',
    symbol: 'IBM',
    type: 'limit',
    timeInForce: 'day',
    numShares: 10,
    priceInCents: 18_500,
    cumQty: 0,
    leavesQty: 10,
    avgPriceInCents: null,
    feeInCents: 0,
    failCode: null,
    cancel: null,
    externalOrderId: 'x1',
    outcome: 'accepted',
  });
});

test('a refused order names itself in the problem', async () => {
  const { edge, call } = aWorld();
  edge.answer('PlaceOrder', () => order({ venueRejected: 'market_closed' }));
  const { body } = await call('POST', '/order', { body: BODY });
  assert.equal(body['orderId'], ORDER_ID);
  assert.equal(body['reason'], 'market_closed');
  assert.equal(body['instance'], `/order/${ORDER_ID}`);
});

test('a check says what to change, and cannot overwrite the standard members', async () => {
  const { edge, call } = aWorld();
  edge.answer('PlaceOrder', () => rejection('order_too_large', { sharesMax: 5, status: 'x' }));
  const { body } = await call('POST', '/order', { body: BODY });
  assert.equal(body['sharesMax'], 5);
  assert.equal(body['status'], 422);
});

test('keys made by the gateway rise and are never the same', async () => {
  const { edge, call } = aWorld();
  edge.answer('PlaceOrder', () => order({}));
  const keys: string[] = [];
  for (let i = 0; i < 5; i++) {
    const { headers } = await call('POST', '/order', { body: BODY });
    keys.push(headers['idempotency-key'] ?? '');
  }
  assert.deepEqual([...keys].sort(), keys);
  assert.equal(new Set(keys).size, 5);
  const sent = edge.askedKinds('PlaceOrder').map(({ message }) => message['idempotencyKey']);
  assert.deepEqual(sent, keys);
});

const CANCELLED: [name: string, reply: object, status: number, expected: object][] = [
  [
    'confirmed',
    order({ externalOrderId: 'x', cancelled: 'user' }),
    200,
    { ok: true, status: 'cancelled', outcome: 'accepted' },
  ],
  [
    'expired already',
    order({ externalOrderId: 'x', expired: 'session_end' }),
    200,
    { ok: true, status: 'expired', outcome: 'accepted' },
  ],
  [
    'on its way',
    order({ externalOrderId: 'x', cancelsRequested: 1 }),
    202,
    { ok: true, status: 'pending_cancel', outcome: 'unknown' },
  ],
  ['overtaken by the fill', order({ cumQty: 10 }), 409, { code: 'order_closed' }],
  ['closed', rejection('order_closed', { status: 'filled' }), 409, { orderStatus: 'filled' }],
  ['unknown here', rejection('order_not_found'), 404, { code: 'order_not_found' }],
  [
    'refused by the exchange',
    order({ externalOrderId: 'x', cancelsRequested: 1, cancelsRefused: 1, cancelRefusal: 'busy' }),
    409,
    { code: 'cancel_rejected', orderStatus: 'submitted', reason: 'busy' },
  ],
  ['lost', { outcome: 'unknown', reason: 'deadline' }, 504, { code: 'outcome_unknown' }],
];

for (const [name, reply, status, expected] of CANCELLED) {
  test(`DELETE /order/:id answers ${status} when the cancel is ${name}`, async () => {
    const { edge, call } = aWorld();
    edge.answer('CancelOrder', () => reply);
    const answer = await call('DELETE', `/order/${ORDER_ID}`);
    assert.equal(answer.status, status);
    for (const [member, value] of Object.entries(expected)) {
      assert.equal(answer.body[member], value);
    }
  });
}

test("an order is asked for at the caller's shard, whatever shard its id names", async () => {
  const { edge, call } = aWorld();
  edge.answer('GetOrder', () => rejection('order_not_found'));
  const answer = await call('GET', `/order/${ORDER_ID}`, { userId: BOB });
  assert.equal(answer.status, 404);
  const [sent] = edge.askedKinds('GetOrder');
  assert.equal(sent?.to, 'order-shard/02');
  assert.equal(sent?.message['userId'], BOB);
});

test('an order shows its average price and why it was cancelled', async () => {
  const { edge, call } = aWorld();
  edge.answer('GetOrder', () =>
    order({
      externalOrderId: 'x',
      cumQty: 3,
      cumNotionalInCents: 55_501,
      cancelled: 'no_liquidity',
    }),
  );
  const { body } = await call('GET', `/order/${ORDER_ID}`);
  assert.equal(body['avgPriceInCents'], 18_500);
  assert.equal('outcome' in body, false);
  assert.deepEqual(body['cancel'], {
    state: 'confirmed',
    requestedAt: null,
    reason: 'no_liquidity',
  });
});

test('the account comes from the shard, positions from the read pool', async () => {
  const { edge, call } = aWorld();
  const account = {
    userId: ALICE,
    cashInCents: 100,
    reservedInCents: 30,
    buyingPowerInCents: 70,
    tradingState: 'active',
  };
  edge.answer('GetAccount', () => ({ outcome: 'account', account }));
  const earned = { costInCents: 1_004, averageCostInCents: 100, realisedProfitInCents: -7 };
  edge.answer('ListPositions', () => ({
    outcome: 'positions',
    positions: [{ symbol: 'IBM', numShares: 10, reservedShares: 4, ...earned }],
  }));
  assert.deepEqual((await call('GET', '/account')).body, account);
  assert.deepEqual((await call('GET', '/positions')).body, {
    positions: [{ symbol: 'IBM', numShares: 10, reservedShares: 4, availableShares: 6, ...earned }],
  });
});

test('a read that is not answered is 503 and can be repeated', async () => {
  const { edge, call } = aWorld();
  edge.answer('GetAccount', () => ({ outcome: 'unknown', reason: 'deadline' }));
  const answer = await call('GET', '/account');
  assert.equal(answer.status, 503);
  assert.equal(answer.body['retry'], 'same_key');
});

test('a symbol shows its last print, stale until the feed is live', async () => {
  const { edge, call } = aWorld();
  const expected = {
    name: 'IBM',
    company: 'International Business Machines',
    priceInCents: 18_500,
    lastUpdated: '1970-01-01T00:00:00.000Z',
    openInCents: null,
    highInCents: null,
    lowInCents: null,
    volume: 0,
    previousCloseInCents: null,
    source: 'SIM',
    stale: true,
  };
  assert.deepEqual((await call('GET', '/symbol/IBM')).body, expected);
  edge.deliver({ kind: 'LinkChanged', link: LINKED.link } as { kind: string });
  assert.deepEqual((await call('GET', '/symbol/IBM')).body, { ...expected, stale: false });
  edge.live('exchange-connection/0', 'down');
  assert.equal((await call('GET', '/symbol/IBM')).body['stale'], true);
  assert.equal((await call('GET', '/symbol/BAC')).body['priceInCents'], null);
  const unknown = await call('GET', '/symbol/NOPE');
  assert.equal(unknown.status, 404);
  assert.equal(unknown.body['code'], 'unknown_symbol');
});

test('symbols are found by the beginning of the name or a part of the company', async () => {
  const { call } = aWorld();
  const names = async (url: string) =>
    ((await call('GET', url)).body['symbols'] as { name: string }[]).map(({ name }) => name);
  assert.deepEqual(await names('/symbols'), ['AIG', 'BAC', 'IBM']);
  assert.deepEqual(await names('/symbols?query=b'), ['BAC', 'IBM']);
  assert.deepEqual(await names('/symbols?query=international'), ['AIG', 'IBM']);
  assert.deepEqual(await names('/symbols?query=i&limit=1'), ['IBM']);
});

test('the catalogue is asked for at the start and whenever the directory is back', () => {
  const { edge } = aWorld();
  const before = edge.toldKinds('WatchCatalogue').length;
  assert(before >= 1);
  edge.live('directory/0', 'up');
  const [first, ...more] = edge.toldKinds('WatchCatalogue');
  assert.equal(more.length, before);
  assert.deepEqual(first?.message, { kind: 'WatchCatalogue', watcher: 'gateway/0' });
});

test('/admin is 401 without a token, 403 without the role, also where nothing is', async () => {
  const { call, gateway, token, edge } = aWorld();
  edge.deliver({ kind: 'ThreadReported', thread: 'orders', snapshot: { turns: 5 } } as {
    kind: string;
  });
  for (const path of ['/admin/actors', '/admin/nothing', '/admin']) {
    assert.equal((await call('GET', path, { userId: null })).status, 401, path);
    assert.equal((await call('GET', path)).status, 403, path);
  }
  const authorization = `Bearer ${await token(ADMIN, 'admin')}`;
  const asAdmin = { userId: null, headers: { authorization } };
  const { status, body } = await call('GET', '/admin/actors', asAdmin);
  assert.equal(status, 200);
  assert.deepEqual(body, { threads: { orders: { turns: 5 } } });
  assert.equal((await call('GET', '/admin/nothing', asAdmin)).status, 404);
  gateway.close();
});

test('a route that throws is a 500 that says nothing of the inside', async () => {
  const { call, edge, logged } = aWorld();
  edge.answer('GetAccount', () => {
    throw new Error('secret');
  });
  const answer = await call('GET', '/account');
  assert.equal(answer.status, 500);
  assert.equal(JSON.stringify(answer.body).includes('secret'), false);
  assert.match(logged.join(), /secret/);
});

test('the stream refuses what it cannot serve', async () => {
  const { call } = aWorld();
  const many = Array.from({ length: 201 }, (_, i) => `S${i}`).join(',');
  assert.equal((await call('GET', '/stream')).body['code'], 'invalid_query');
  assert.equal((await call('GET', '/stream?orders=false')).body['code'], 'invalid_query');
  assert.equal((await call('GET', `/stream?symbols=${many}`)).status, 400);
  const unknown = await call('GET', '/stream?symbols=IBM,NOPE,XX');
  assert.equal(unknown.status, 404);
  assert.deepEqual(unknown.body['symbols'], ['NOPE', 'XX']);
});

test('an event of each topic is shown as the order or account it is about', async () => {
  const [created] = events(4, 4);
  assert(created?.topic === 'order');
  const data = eventJson(created);
  assert.deepEqual(Object.keys(data), ['seq', 'kind', 'at', 'order']);
  assert.equal(data.at, '2023-11-14T22:13:20.000Z');
});
