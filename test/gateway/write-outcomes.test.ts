// The outcome contract: every answer of every write says what became of it, and every refusal how
// to try again. One table over all routes that write.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rejection } from '../../src/domain/reject-codes.ts';
import type { JsonAnswer, Route } from '../../src/gateway/route.ts';
import { ROUTES } from '../../src/gateway/routes/index.ts';
import { ADMIN, ALICE, anOrder, aWorld, BODY, type CallOptions, ORDER_ID } from './fixtures.ts';

const ACCOUNT = {
  userId: ALICE,
  cashInCents: 5,
  reservedInCents: 0,
  buyingPowerInCents: 5,
  tradingState: 'active',
};
const USER = {
  userId: ALICE,
  email: 'a@b.c',
  name: 'A',
  role: 'customer',
  isDemo: false,
  createdAtMs: 0,
};
const HOUSE_TRADE = {
  epoch: 'e1',
  execId: 'x1',
  externalOrderId: null,
  symbol: 'IBM',
  side: 'buy',
  lastQty: 1,
  lastPriceInCents: 1,
  feeInCents: 0,
  exchangeAtMs: 0,
  state: 'assigning',
  userId: ALICE,
  reason: null,
};
const order = (facts: Parameters<typeof anOrder>[0]) => ({
  outcome: 'order',
  order: anOrder(facts),
  replayed: false,
});
const ACKNOWLEDGED = order({ externalOrderId: 'x' });
const OPEN_IDS = { outcome: 'open_order_ids', orderIds: [ORDER_ID], hasMore: false };
const KNOWN = { GetUser: { outcome: 'user', user: USER } };
const DEPOSITED = { outcome: 'deposited', booked: 1, refused: [], account: ACCOUNT };
const STATE = { version: 2, appliedInMs: 1, notSent: 0, onTheWire: [] };
const FUND = `/admin/users/${ALICE}/deposits`;
const LIMITS_REPLY = { outcome: 'user_limits', own: {}, inForce: {} };

type Outcome = 'accepted' | 'rejected' | 'unknown';

interface Write {
  readonly route: string;
  readonly url: string;
  readonly body?: unknown;
  /** Asked first, and answered well in every case. */
  readonly before?: Readonly<Record<string, object>>;
  /** The ask that carries the write out. */
  readonly ask: string;
  readonly replies: readonly [name: string, reply: object, status: number, outcome: Outcome][];
}

const WRITES: readonly Write[] = [
  {
    route: 'POST /order',
    url: '/order',
    body: BODY,
    ask: 'PlaceOrder',
    replies: [
      ['taken', ACKNOWLEDGED, 201, 'accepted'],
      ['not answered yet', order({}), 202, 'unknown'],
      ['refused by the exchange', order({ venueRejected: 'x' }), 422, 'rejected'],
      ['refused by a check', rejection('order_too_large'), 422, 'rejected'],
    ],
  },
  {
    route: 'DELETE /order/:id',
    url: `/order/${ORDER_ID}`,
    ask: 'CancelOrder',
    replies: [
      ['confirmed', order({ externalOrderId: 'x', cancelled: 'by_user' }), 200, 'accepted'],
      ['on its way', order({ externalOrderId: 'x', cancelsRequested: 1 }), 202, 'unknown'],
      ['too late', order({ cumQty: 10 }), 409, 'rejected'],
      ['not found', rejection('order_not_found'), 404, 'rejected'],
    ],
  },
  {
    route: 'POST /admin/users/:id/deposits',
    url: FUND,
    body: { asset: 'IBM', amount: 5, costInCents: 7 },
    before: KNOWN,
    ask: 'DepositAssets',
    replies: [
      ['booked', DEPOSITED, 201, 'accepted'],
      ['replayed', { ...DEPOSITED, booked: 0 }, 200, 'accepted'],
      [
        'another body',
        { ...DEPOSITED, booked: 0, refused: [rejection('idempotency_mismatch', {}, 'new_key')] },
        422,
        'rejected',
      ],
    ],
  },
  {
    route: 'POST /admin/users/:id/withdrawals',
    url: `/admin/users/${ALICE}/withdrawals`,
    body: { asset: 'USD', amount: 5 },
    before: KNOWN,
    ask: 'WithdrawAssets',
    replies: [
      ['booked', { outcome: 'withdrawn', replayed: false, account: ACCOUNT }, 201, 'accepted'],
      ['replayed', { outcome: 'withdrawn', replayed: true, account: ACCOUNT }, 200, 'accepted'],
      ['too much', rejection('insufficient_buying_power'), 422, 'rejected'],
      ['trades missing', rejection('exchange_unavailable', {}, 'same_key'), 503, 'rejected'],
    ],
  },
  {
    route: 'PUT /admin/trading-state',
    url: '/admin/trading-state',
    body: { scope: 'broker', state: 'halted', reason: 'drill' },
    ask: 'SetTradingState',
    replies: [
      ['in force', { outcome: 'in_force', ...STATE }, 200, 'accepted'],
      ['not by all', { outcome: 'not_applied', version: 2, missing: ['x/0'] }, 504, 'unknown'],
      ['no such symbol', { outcome: 'unknown_symbol' }, 422, 'rejected'],
    ],
  },
  {
    route: 'POST /admin/users',
    url: '/admin/users',
    body: { email: 'a@b.c', name: 'A', role: 'customer', password: 'long enough 1' },
    ask: 'CreateUser',
    replies: [
      ['created', { outcome: 'created', user: USER }, 201, 'accepted'],
      ['known already', { outcome: 'email_taken' }, 409, 'rejected'],
    ],
  },
  {
    route: 'PUT /admin/users/:id/limits',
    url: `/admin/users/${ALICE}/limits`,
    body: { orderSharesMax: 5 },
    before: KNOWN,
    ask: 'SetUserLimits',
    replies: [['set', LIMITS_REPLY, 200, 'accepted']],
  },
  {
    route: 'POST /admin/reconciliation',
    url: '/admin/reconciliation',
    ask: 'RunFullMatch',
    replies: [['begun', { outcome: 'full_match', running: null }, 202, 'accepted']],
  },
  {
    route: 'POST /admin/house-trades/assign',
    url: '/admin/house-trades/assign',
    body: { epoch: 'e1', execId: 'x1', userId: ALICE },
    before: KNOWN,
    ask: 'AssignTrade',
    replies: [
      [
        'assigned',
        { outcome: 'house_trade', trade: HOUSE_TRADE, replayed: false },
        200,
        'accepted',
      ],
      ['not there', { outcome: 'no_such_trade' }, 404, 'rejected'],
      ['decided already', { outcome: 'settled_otherwise', trade: HOUSE_TRADE }, 409, 'rejected'],
    ],
  },
  {
    route: 'POST /admin/house-trades/refuse',
    url: '/admin/house-trades/refuse',
    body: { epoch: 'e1', execId: 'x1', reason: 'not ours' },
    ask: 'RefuseTrade',
    replies: [
      ['refused', { outcome: 'house_trade', trade: HOUSE_TRADE, replayed: false }, 200, 'accepted'],
    ],
  },
];

const FAILURES: Write['replies'] = [
  ['no room', { outcome: 'not_delivered', reason: 'busy' }, 503, 'rejected'],
  ['rolled back', { outcome: 'failed', error: 'x' }, 500, 'rejected'],
  ['never answered', { outcome: 'unknown', reason: 'deadline' }, 504, 'unknown'],
];

const isWrite = ({ method, isWrite: says }: Route) => method !== 'GET' && says !== false;
const nameOf = ({ method, path }: Route) => `${method} ${path}`;

async function send(
  { route, url, body, before = {} }: Write,
  ask: string,
  script: () => unknown,
  more: CallOptions = {},
): Promise<JsonAnswer> {
  const { edge, call, token } = aWorld();
  for (const [kind, reply] of Object.entries(before)) edge.answer(kind, () => reply);
  edge.answer(ask, script);
  const isAdmin = route.includes('/admin');
  const authorization = `Bearer ${isAdmin ? await token(ADMIN, 'admin') : await token(ALICE)}`;
  const options = { userId: null, headers: { authorization, ...more.headers } };
  const [method = ''] = route.split(' ');
  return call(method, url, { ...options, ...(body === undefined ? {} : { body }) });
}

function assertSays({ status, body }: JsonAnswer, wanted: number, outcome: Outcome): void {
  assert.deepEqual([status, body['outcome']], [wanted, outcome], JSON.stringify(body));
  if (status < 400) return;
  assert(['same_key', 'new_key', 'no'].includes(String(body['retry'])), 'whether to try again');
}

test('the table names every route that writes', () => {
  const named = [...WRITES.map(({ route }) => route), 'DELETE /orders'];
  assert.deepEqual(named.sort(), ROUTES.filter(isWrite).map(nameOf).sort());
});

for (const write of WRITES) {
  const cases = [...write.replies, ...FAILURES];
  for (const [name, reply, status, outcome] of cases) {
    test(`${write.route}, ${name}: ${status} ${outcome}`, async () => {
      assertSays(await send(write, write.ask, () => reply), status, outcome);
    });
  }

  test(`${write.route}: refused at the door it is rejected, a fault of ours leaves it unknown`, async () => {
    const badly = (changes: Partial<Write>, headers = {}) =>
      send({ ...write, ...changes }, write.ask, () => ({}), { headers });
    assertSays(await badly({}, { authorization: '' }), 401, 'rejected');
    assertSays(await badly({ url: `${write.url}?x=1` }), 400, 'rejected');
    assertSays(await badly({}, { prefer: 'wait=soon' }), 400, 'rejected');
    if (write.body !== undefined) assertSays(await badly({ body: { x: 1 } }), 400, 'rejected');
    const fails = () => {
      throw new Error('a bug');
    };
    assertSays(await send(write, write.ask, fails), 500, 'unknown');
  });
}

const CANCEL_ALL: Write = {
  route: 'DELETE /orders',
  url: '/orders',
  before: { ListOpenOrderIds: OPEN_IDS },
  ask: 'CancelOrder',
  replies: [],
};
const ENDS: [name: string, reply: object, status: number, outcome: Outcome, result: object][] = [
  [
    'confirmed',
    order({ externalOrderId: 'x', cancelled: 'by_user' }),
    200,
    'accepted',
    { ok: true, status: 'cancelled', outcome: 'accepted' },
  ],
  [
    'on its way',
    order({ externalOrderId: 'x', cancelsRequested: 1 }),
    202,
    'unknown',
    { ok: true, status: 'pending_cancel', outcome: 'unknown' },
  ],
  [
    'filled meanwhile',
    rejection('order_closed', { status: 'filled' }),
    200,
    'accepted',
    { ok: false, status: 'filled', outcome: 'rejected', code: 'order_closed' },
  ],
  [
    'no room',
    { outcome: 'not_delivered', reason: 'busy' },
    200,
    'accepted',
    { ok: false, status: null, outcome: 'rejected', code: 'busy' },
  ],
  [
    'never answered',
    { outcome: 'unknown', reason: 'deadline' },
    202,
    'unknown',
    { ok: false, status: null, outcome: 'unknown', code: 'outcome_unknown' },
  ],
];

for (const [name, reply, status, outcome, result] of ENDS) {
  test(`DELETE /orders, ${name}: ${status}, with one result per order`, async () => {
    const answer = await send(CANCEL_ALL, 'CancelOrder', () => reply);
    assertSays(answer, status, outcome);
    assert.deepEqual(answer.body['results'], [{ orderId: ORDER_ID, ...result }]);
    assert.equal(answer.body['hasMore'], false);
  });
}

test('DELETE /orders asks for the open orders of one symbol or side, and for each cancel', async () => {
  const { edge, call } = aWorld();
  edge.answer('ListOpenOrderIds', () => ({ ...OPEN_IDS, hasMore: true }));
  edge.answer('CancelOrder', () => ACKNOWLEDGED);
  const headers = { prefer: 'wait=3' };
  const { body } = await call('DELETE', '/orders?symbol=IBM&position=sell', { headers });
  assert.equal(body['hasMore'], true);
  const [listed] = edge.askedKinds('ListOpenOrderIds');
  const asked = ['symbol', 'side', 'userId'].map((name) => listed?.message[name]);
  assert.deepEqual(asked, ['IBM', 'sell', ALICE]);
  const [cancel] = edge.askedKinds('CancelOrder');
  assert.deepEqual([cancel?.message['orderId'], cancel?.message['waitMs']], [ORDER_ID, 3_000]);
});

test('DELETE /orders for a symbol that nobody lists is refused: an empty list would read as done', async () => {
  const { edge, call } = aWorld();
  const { status, body } = await call('DELETE', '/orders?symbol=ibm');
  assert.deepEqual([status, body['code'], body['symbol']], [422, 'unknown_symbol', 'ibm']);
  assert.deepEqual(edge.askedKinds('ListOpenOrderIds'), []);
});

test('Prefer: wait is acknowledged as it was applied, and only where it means something', async () => {
  const { edge, call } = aWorld();
  edge.answer('PlaceOrder', () => ACKNOWLEDGED).answer('GetAccount', () => ({ account: ACCOUNT }));
  const applied = async (prefer: string, method = 'POST', url = '/order') => {
    const body = method === 'POST' ? { body: BODY } : {};
    const answer = await call(method, url, { ...body, headers: { prefer } });
    return answer.headers['preference-applied'];
  };
  assert.equal(await applied('wait=5'), 'wait=5');
  assert.equal(await applied('respond-async, wait=99'), 'wait=30');
  assert.equal(await applied(''), undefined);
  assert.equal(await applied('respond-async'), undefined);
  assert.equal(await applied('wait=x'), undefined);
  assert.equal(await applied('wait=5', 'GET', '/account'), undefined);
});

test('E02 a replay says so, and the key is echoed', async () => {
  const [, , deposit] = WRITES;
  assert(deposit !== undefined);
  const headers = { 'idempotency-key': 'k1' };
  const replay = { ...DEPOSITED, booked: 0 };
  const answer = await send(deposit, 'DepositAssets', () => replay, { headers });
  assert.equal(answer.headers['idempotency-replayed'], 'true');
  assert.equal(answer.headers['idempotency-key'], 'k1');
});

test('nobody can be funded whom the directory does not know', async () => {
  const [, , deposit, withdrawal] = WRITES;
  for (const write of [deposit, withdrawal]) {
    assert(write !== undefined);
    const unknown = { ...write, before: { GetUser: { outcome: 'no_such_user' } } };
    const { status, body } = await send(unknown, write.ask, () => assert.fail('not asked'));
    assert.deepEqual([status, body['code'], body['outcome']], [404, 'user_not_found', 'rejected']);
  }
});

const BAD_FUNDS: [body: object, status: number, code: string][] = [
  [{ asset: 'USD', amount: 0 }, 400, 'invalid_body'],
  [{ asset: 'USD', amount: 1.5 }, 400, 'invalid_body'],
  [{ asset: 'USD', amount: -5 }, 400, 'invalid_body'],
  [{ asset: 'USD', amount: 2 ** 53 }, 400, 'invalid_body'],
  [{ asset: 'USD', amount: 5, costInCents: 5 }, 400, 'invalid_body'],
  [{ asset: 'NOPE', amount: 5 }, 422, 'unknown_symbol'],
];

for (const [body, status, code] of BAD_FUNDS) {
  test(`a deposit of ${JSON.stringify(body)} is ${status} ${code}`, async () => {
    const [, , deposit] = WRITES;
    assert(deposit !== undefined);
    const fails = () => assert.fail('not asked');
    const answer = await send({ ...deposit, body }, deposit.ask, fails);
    assert.deepEqual([answer.status, answer.body['code']], [status, code]);
  });
}
