// Bad input of every kind, over real sockets: a 4xx problem with its documented code, and no
// command sent to any actor.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { issueToken } from '../../src/gateway/auth.ts';
import { GatewayServer } from '../../src/gateway/gateway-server.ts';
import { PROBLEMS, type ProblemCode } from '../../src/gateway/problem.ts';
import { ALICE, aWorld, BODY, KEY, ORDER_ID, type World } from './fixtures.ts';
import { exchange, type RequestParts, requestBytes } from './http-client.ts';

let world: World;
let server: GatewayServer;
let port = 0;
let token = '';

before(async () => {
  world = aWorld();
  server = new GatewayServer(world.gateway);
  port = await server.listen('127.0.0.1', 0);
  token = await world.token(ALICE);
});
after(() => server.close());

interface Case {
  readonly name: string;
  readonly request: RequestParts;
  readonly status: number;
  readonly code: ProblemCode;
  /** The first field that the problem must name. */
  readonly field?: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const place = (body: string | Buffer, headers: Record<string, string> = {}): RequestParts => ({
  method: 'POST',
  path: '/order',
  headers: { ...JSON_TYPE, ...headers },
  body,
});
const withMember = (member: string, json: string) => {
  const { [member as keyof typeof BODY]: _old, ...rest } = BODY;
  return place(`${JSON.stringify(rest).slice(0, -1)},"${member}":${json}}`);
};
const get = (path: string): RequestParts => ({ method: 'GET', path });

const badBody = (name: string, request: RequestParts, field: string): Case => ({
  name,
  request,
  status: 400,
  code: 'invalid_body',
  field,
});
const badQuery = (path: string, field: string): Case => ({
  name: `GET ${path}`,
  request: get(path),
  status: 400,
  code: 'invalid_query',
  field,
});
const other = (name: string, request: RequestParts, status: number, code: ProblemCode): Case => ({
  name,
  request,
  status,
  code,
});

const NUMBERS = ['1e21', '1520.5', '"1520"', '-1', '0', '-0', 'true', '[]', '{}', '1e-3'];
const TOO_MUCH = ['9007199254740993', '1000000000'];

const BODIES: Case[] = [
  other('not JSON', place('position=buy'), 400, 'malformed_json'),
  other('half a JSON', place('{"position":"buy"'), 400, 'malformed_json'),
  other('NaN', place('{"numShares":NaN}'), 400, 'malformed_json'),
  other('not UTF-8', place(Buffer.from([0x7b, 0xff, 0x7d])), 400, 'malformed_json'),
  other('a key twice', place('{"numShares":1,"numShares":9}'), 400, 'malformed_json'),
  other('a key twice, once escaped', place('{"a":1,"\\u0061":9}'), 400, 'malformed_json'),
  other('no body', { method: 'POST', path: '/order', headers: JSON_TYPE }, 400, 'empty_body'),
  other('only spaces', place('  \n '), 400, 'empty_body'),
  other('over 16 KB', place(`"${'x'.repeat(17_000)}"`), 413, 'body_too_large'),
  other(
    'form data',
    place('a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
    415,
    'unsupported_media_type',
  ),
  other('no type', { method: 'POST', path: '/order', body: '{}' }, 415, 'unsupported_media_type'),
  badBody('an array', place('[]'), 'body'),
  badBody('null', place('null'), 'body'),
  badBody('a number', place('5'), 'body'),
  badBody('deep nesting', place('['.repeat(8_000) + ']'.repeat(8_000)), 'body'),
  badBody('nothing in it', place('{}'), 'position'),
  badBody('an unknown field', withMember('leverage', '5'), 'leverage'),
  badBody('__proto__', withMember('__proto__', '{"numShares":1}'), '__proto__'),
  badBody('constructor', withMember('constructor', '{}'), 'constructor'),
  badBody('another position', withMember('position', '"hold"'), 'position'),
  badBody('another type', withMember('type', '"stop"'), 'type'),
  badBody('another time in force', withMember('timeInForce', '"opg"'), 'timeInForce'),
  badBody('a numeric symbol', withMember('symbol', '5'), 'symbol'),
  badBody('an empty symbol', withMember('symbol', '""'), 'symbol'),
  ...[...NUMBERS, ...TOO_MUCH, 'null'].map((json) =>
    badBody(`numShares ${json}`, withMember('numShares', json), 'numShares'),
  ),
  ...[...NUMBERS, ...TOO_MUCH].map((json) =>
    badBody(`priceInCents ${json}`, withMember('priceInCents', json), 'priceInCents'),
  ),
  badBody('a limit with null price', withMember('priceInCents', 'null'), 'priceInCents'),
  badBody(
    'a limit without a price',
    place(JSON.stringify({ ...BODY, priceInCents: undefined })),
    'priceInCents',
  ),
  badBody('a market order with a price', withMember('type', '"market"'), 'priceInCents'),
  badBody(
    'a market order until cancelled',
    place(JSON.stringify({ ...BODY, type: 'market', priceInCents: undefined, timeInForce: 'gtc' })),
    'timeInForce',
  ),
];

const HEADERS: Case[] = ['a b', 'aüb', 'x'.repeat(65)].map((key) => ({
  name: `Idempotency-Key ${key}`,
  request: place(JSON.stringify(BODY), { 'idempotency-key': key }),
  status: 400,
  code: 'invalid_header',
  field: 'Idempotency-Key',
}));
HEADERS.push({
  name: 'Prefer: wait=soon',
  request: place(JSON.stringify(BODY), { prefer: 'wait=soon' }),
  status: 400,
  code: 'invalid_header',
  field: 'Prefer',
});

const QUERIES: Case[] = [
  badQuery('/orders?page=0', 'page'),
  badQuery('/orders?page=-1', 'page'),
  badQuery('/orders?page=1.5', 'page'),
  badQuery('/orders?page=x', 'page'),
  badQuery('/orders?page=', 'page'),
  badQuery('/orders?page=1&page=2', 'page'),
  badQuery('/orders?page=201', 'page'),
  badQuery('/orders?limit=0', 'limit'),
  badQuery('/orders?limit=201', 'limit'),
  badQuery('/orders?status=done', 'status'),
  badQuery('/orders?status=open,', 'status'),
  badQuery('/orders?updatedSince=yesterday', 'updatedSince'),
  badQuery('/orders?updatedSince=2024-13-01T00:00:00Z', 'updatedSince'),
  badQuery('/orders?userId=usr_02bob', 'userId'),
  badQuery('/orders?__proto__=1', '__proto__'),
  badQuery('/orders?status=%zz', 'status'),
  badQuery('/symbols?limit=5001', 'limit'),
  badQuery('/symbols?limit=all', 'limit'),
  badQuery('/account?token=x', 'token'),
  badQuery('/stream', 'symbols'),
  badQuery('/stream?symbols=', 'symbols'),
  badQuery('/stream?orders=yes', 'orders'),
  badQuery('/stream?symbols=IBM&lastEventId=5', 'lastEventId'),
  other('GET /orders?cursor=abc', get('/orders?cursor=abc'), 400, 'invalid_cursor'),
];

const PATHS: Case[] = [
  other('GET /order/1', get('/order/1'), 400, 'invalid_id'),
  other('GET /order/ord_zz', get('/order/ord_zz'), 400, 'invalid_id'),
  other('GET /order/%zz', get('/order/%zz'), 400, 'invalid_id'),
  other(
    'GET /order with an upper case id',
    get(`/order/${ORDER_ID.toUpperCase()}`),
    400,
    'invalid_id',
  ),
  other('GET /order/__proto__', get('/order/__proto__'), 400, 'invalid_id'),
  other('DELETE /order/1', { method: 'DELETE', path: '/order/1' }, 400, 'invalid_id'),
  other('GET /symbol/NOPE', get('/symbol/NOPE'), 404, 'unknown_symbol'),
  other('GET /symbol/ibm', get('/symbol/ibm'), 404, 'unknown_symbol'),
  other('GET /stream of NOPE', get('/stream?symbols=NOPE'), 404, 'unknown_symbol'),
  other('GET /', get('/'), 404, 'not_found'),
  other('GET /nothing', get('/nothing'), 404, 'not_found'),
  other('GET /order/', get('/order/'), 404, 'not_found'),
  other('GET /../etc/passwd', get('/../etc/passwd'), 404, 'not_found'),
  other('GET /constructor', get('/constructor'), 404, 'not_found'),
  other('GET /order', get('/order'), 405, 'method_not_allowed'),
  other(
    'PATCH /order/:id',
    { method: 'PATCH', path: `/order/${ORDER_ID}` },
    405,
    'method_not_allowed',
  ),
  other('BREW /orders', { method: 'BREW', path: '/orders' }, 405, 'method_not_allowed'),
];

for (const { name, request, status, code, field } of [
  ...BODIES,
  ...HEADERS,
  ...QUERIES,
  ...PATHS,
]) {
  test(`${name} is ${status} ${code} and changes nothing`, async () => {
    const askedBefore = changesAsked();
    const headers = { authorization: `Bearer ${token}`, ...request.headers };
    const answer = await exchange(port, requestBytes({ ...request, headers }));
    const body = JSON.parse(answer.text);
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    assert.equal(body.code, code);
    assert.equal(body.status, status);
    assert.equal(body.title, PROBLEMS[code].title);
    assert.equal(body.type, `urn:outcry:problem:${code}`);
    assert(['same_key', 'new_key', 'no'].includes(body.retry));
    if (field !== undefined) assert.equal(body.errors[0].field, field, answer.text);
    if (status === 405) assert.match(answer.headers.get('allow') ?? '', /^[A-Z]+(, [A-Z]+)*$/);
    assert.equal(changesAsked(), askedBefore);
  });
}

const WORDED: readonly (readonly [RequestParts, field: string, message: string])[] = [
  [get('/orders?limit=0'), 'limit', 'must be a whole number from 1'],
  [get('/orders?limit=201'), 'limit', 'must be at most 200'],
  [get('/account/ledger?limit=501'), 'limit', 'must be at most 500'],
  [get('/order/1'), 'id', 'must be an order id, such as ord_1a1ke7938fcdccs6'],
  [place('{}', { 'idempotency-key': '' }), 'Idempotency-Key', 'must not be empty'],
];
for (const [request, field, message] of WORDED) {
  test(`${request.method} ${request.path} says that ${field} ${message}`, async () => {
    const headers = { authorization: `Bearer ${token}`, ...request.headers };
    const answer = await exchange(port, requestBytes({ ...request, headers }));
    assert.deepEqual(JSON.parse(answer.text).errors, [{ field, message }]);
  });
}

function changesAsked(): number {
  const { edge } = world;
  return edge.askedKinds('PlaceOrder').length + edge.askedKinds('CancelOrder').length;
}

const foreign = () =>
  issueToken(Buffer.alloc(32, 9), { userId: ALICE, role: 'admin' }, Date.now(), 1e7);
const expired = () =>
  issueToken(KEY, { userId: ALICE, role: 'customer' }, 1_600_000_000_000, 1_000);
const unsigned = async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'outcry', sub: ALICE, role: 'admin', exp: 9_999_999_999 };
  return `${part({ alg: 'none' })}.${part(claims)}.`;
};
const TOKENS: [name: string, headers: () => Promise<Record<string, string>>][] = [
  ['no token', async () => ({})],
  ['an empty bearer', async () => ({ authorization: 'Bearer' })],
  ['nonsense', async () => ({ authorization: 'Bearer nonsense' })],
  ['another scheme', async () => ({ authorization: `Basic ${token}` })],
  ['two tokens', async () => ({ authorization: `Bearer ${token} ${token}` })],
  ['a token with one letter changed', async () => ({ authorization: `Bearer ${token}x` })],
  ['a token of another key', async () => ({ authorization: `Bearer ${await foreign()}` })],
  ['an expired token', async () => ({ authorization: `Bearer ${await expired()}` })],
  ['an unsigned token', async () => ({ authorization: `Bearer ${await unsigned()}` })],
  ['a bad cookie', async () => ({ cookie: 'outcry_session=nonsense' })],
];

for (const [name, headersOf] of TOKENS) {
  test(`${name} is 401 everywhere`, async () => {
    for (const [method, path] of [
      ['POST', '/order'],
      ['GET', `/order/${ORDER_ID}`],
      ['DELETE', `/order/${ORDER_ID}`],
      ['GET', '/orders'],
      ['GET', '/account'],
      ['GET', '/positions'],
      ['GET', '/stream?orders=true'],
      ['GET', '/symbol/IBM'],
      ['GET', '/symbols'],
      ['GET', '/admin/actors'],
    ] as const) {
      const answer = await exchange(
        port,
        requestBytes({ method, path, headers: await headersOf() }),
      );
      assert.equal(answer.status, 401, `${method} ${path}`);
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
      assert.equal(JSON.parse(answer.text).code, 'unauthenticated');
    }
  });
}

test('a token in the URL is no token', async () => {
  const answer = await exchange(port, requestBytes(get(`/account?access_token=${token}`)));
  assert.equal(answer.status, 401);
});

test('every answer of POST /order echoes the key, a refusal too', async () => {
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'abc' };
  for (const request of [
    place('nonsense', headers),
    place('{}', headers),
    place(`"${'x'.repeat(17_000)}"`, headers),
    place('{}', { 'idempotency-key': 'abc' }),
  ]) {
    const answer = await exchange(port, requestBytes(request));
    assert.equal(answer.headers.get('idempotency-key'), 'abc');
  }
  const made = await exchange(
    port,
    requestBytes(place('{}', { authorization: `Bearer ${token}` })),
  );
  assert.match(made.headers.get('idempotency-key') ?? '', /^gw-[0-9a-z]{9}-[0-9a-z]{12}$/);
});

test('the server is well after all that', async () => {
  const answer = await exchange(port, requestBytes(get('/livez')));
  assert.equal(answer.status, 200);
  assert.deepEqual(world.logged, []);
});
