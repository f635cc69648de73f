// Refused input, over real HTTP and beside the real files: the code, the sentence, what to do, and
// databases in which not a byte of a row has changed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Api } from './api.ts';
import { startOutcry } from './outcry.ts';
import { dumpTables } from './table-dump.ts';

interface Refusal {
  readonly name: string;
  readonly send: (who: Who) => Promise<Answer>;
  readonly status: number;
  readonly code: string;
  readonly retry: 'no' | 'same_key' | 'new_key';
  readonly sentence: RegExp;
  /** What the answer names beside that. */
  readonly names?: Readonly<Record<string, unknown>>;
}

interface Who {
  readonly alice: Api;
  readonly admin: Api;
  readonly aliceId: string;
}

const LIMIT = { position: 'buy', symbol: 'IBM', type: 'limit', numShares: 5, priceInCents: 100 };
const KEY = { 'idempotency-key': 'taken' };
const UNKNOWN_ORDER = 'ord_00000000000aaaaa';

const refusal = (
  name: string,
  send: Refusal['send'],
  [status, code, retry = 'no']: [status: number, code: string, retry?: Refusal['retry']],
  sentence: RegExp,
  names: Refusal['names'] = {},
): Refusal => ({ name, send, status, code, retry, sentence, names });

/** A field of the body is wrong; the problem names it. */
const badField = (name: string, body: object, field: string, message: RegExp): Refusal => ({
  ...refusal(name, ({ alice }) => alice.place({ ...body }), [400, 'invalid_body'], /see `errors`/),
  names: { errors: [field, message] },
});

const without = (field: keyof typeof LIMIT) => {
  const { [field]: _left, ...rest } = LIMIT;
  return rest;
};

const REFUSALS: readonly Refusal[] = [
  badField('quantity 0', { ...LIMIT, numShares: 0 }, 'numShares', />= 1/),
  badField('a negative quantity', { ...LIMIT, numShares: -5 }, 'numShares', />= 1/),
  badField('a fraction of a share', { ...LIMIT, numShares: 1.5 }, 'numShares', /integer/),
  badField('a quantity in words', { ...LIMIT, numShares: '5' }, 'numShares', /integer/),
  badField('a price with a fraction', { ...LIMIT, priceInCents: 100.5 }, 'priceInCents', /integer/),
  badField('price 0', { ...LIMIT, priceInCents: 0 }, 'priceInCents', />= 1/),
  badField('limit without price', without('priceInCents'), 'priceInCents', /is required/),
  badField('market with price', { ...LIMIT, type: 'market' }, 'priceInCents', /must be left out/),
  badField('no symbol', without('symbol'), 'symbol', /is required/),
  badField('a field of another name', { ...LIMIT, price: 100 }, 'price', /is not known/),
  badField('an unknown side', { ...LIMIT, position: 'short' }, 'position', /buy, sell/),
  badField(
    'a market order good till cancelled',
    { ...without('priceInCents'), type: 'market', timeInForce: 'gtc' },
    'timeInForce',
    /day or ioc/,
  ),
  refusal(
    'a sell of shares not owned',
    ({ admin }) => admin.place({ ...LIMIT, position: 'sell', priceInCents: 90_000 }),
    [422, 'insufficient_shares'],
    /Fewer shares are available/,
    { neededShares: 5, availableShares: 0 },
  ),
  refusal(
    'a buy without cash',
    ({ admin }) => admin.place(LIMIT),
    [422, 'insufficient_buying_power'],
    /cash does not suffice/,
    { availableInCents: 0 },
  ),
  refusal(
    'an unknown symbol',
    ({ alice }) => alice.place({ ...LIMIT, symbol: 'NOPE' }),
    [422, 'unknown_symbol'],
    /does not list/,
    { symbol: 'NOPE' },
  ),
  refusal(
    'more shares than an order may have',
    ({ alice }) => alice.place({ ...LIMIT, numShares: 10_001 }),
    [422, 'order_too_large'],
    /More shares/,
    { orderSharesMax: 10_000 },
  ),
  refusal(
    'a price far from the last one',
    ({ alice }) => alice.place({ ...LIMIT, numShares: 1, priceInCents: 100_000 }),
    [422, 'price_outside_collar'],
    /Too far from the last price/,
  ),
  refusal(
    'E02 a key with another body',
    ({ alice }) => alice.place({ ...LIMIT, numShares: 6 }, KEY),
    [422, 'idempotency_mismatch', 'new_key'],
    /belongs to/,
    { fields: ['numShares'] },
  ),
  refusal(
    'a key that is no key',
    ({ alice }) => alice.place(LIMIT, { 'idempotency-key': 'a b' }),
    [400, 'invalid_header'],
    /see `errors`/,
    { errors: ['Idempotency-Key', /visible ASCII/] },
  ),
  refusal(
    'a wait that is no number',
    ({ alice }) => alice.place(LIMIT, { prefer: 'wait=long' }),
    [400, 'invalid_header'],
    /see `errors`/,
    { errors: ['Prefer', /whole number/] },
  ),
  refusal(
    'a cancel of an order that is not there',
    ({ alice }) => alice.cancel(UNKNOWN_ORDER),
    [404, 'order_not_found'],
    /no such order/,
  ),
  refusal(
    "a cancel of another user's order",
    async ({ admin, alice }) => {
      const { body } = await alice.get('/orders?limit=1');
      return admin.cancel(body.orders[0].id);
    },
    [404, 'order_not_found'],
    /no such order/,
  ),
  refusal(
    'a withdrawal of more than is available',
    ({ admin, aliceId }) =>
      admin.request('POST', `/admin/users/${aliceId}/withdrawals`, {
        asset: 'USD',
        amount: 1_000_000_000,
      }),
    [422, 'insufficient_buying_power'],
    /cash does not suffice/,
    { neededInCents: 1_000_000_000 },
  ),
  refusal(
    'a withdrawal of shares',
    ({ admin, aliceId }) =>
      admin.request('POST', `/admin/users/${aliceId}/withdrawals`, { asset: 'IBM', amount: 1 }),
    [400, 'invalid_body'],
    /see `errors`/,
    { errors: ['asset', /USD/] },
  ),
  refusal(
    'a deposit whose key has another body',
    ({ admin, aliceId }) =>
      admin.request('POST', `/admin/users/${aliceId}/deposits`, { asset: 'USD', amount: 9 }, KEY),
    [422, 'idempotency_mismatch', 'new_key'],
    /belongs to/,
    { fields: ['amount'] },
  ),
  refusal(
    'a deposit to nobody',
    ({ admin }) =>
      admin.request('POST', '/admin/users/usr_00nobody/deposits', { asset: 'USD', amount: 9 }),
    [404, 'user_not_found'],
    /no such user/,
  ),
  refusal(
    'a deposit by a customer',
    ({ alice, aliceId }) =>
      alice.request('POST', `/admin/users/${aliceId}/deposits`, { asset: 'USD', amount: 9 }),
    [403, 'forbidden'],
    /admin role/,
  ),
];

test('what is refused says why and changes nothing in any database', async (t) => {
  const outcry = await startOutcry(t);
  const aliceId = outcry.demo.users[0]?.userId ?? '';
  const who: Who = { alice: outcry.user(0), admin: outcry.admin(), aliceId };
  const untouched = dumpTables(outcry.dataDir);
  const resting = await who.alice.place(LIMIT, KEY);
  assert.notDeepEqual(dumpTables(outcry.dataDir), untouched, 'an order that is taken is seen');
  assert.deepEqual([resting.status, resting.body.status], [201, 'submitted']);
  const deposit = { asset: 'USD', amount: 5 };
  const path = `/admin/users/${aliceId}/deposits`;
  assert.equal((await who.admin.request('POST', path, deposit, KEY)).status, 201);

  for (const { name, send, status, code, retry, sentence, names } of REFUSALS) {
    await t.test(name, async () => {
      const before = dumpTables(outcry.dataDir);
      assert(before.size > 15, 'the databases are where this test looks for them');
      const { body, ...answer } = await send(who);
      assert.deepEqual(
        [answer.status, body.code, body.retry, body.outcome],
        [status, code, retry, 'rejected'],
        JSON.stringify(body),
      );
      assert.match(body.detail, sentence);
      assertNames(body, names);
      assert.deepEqual(dumpTables(outcry.dataDir), before);
    });
  }

  await t.test('E01 a replay is no refusal, and changes nothing either', async () => {
    const before = dumpTables(outcry.dataDir);
    const again = await who.alice.place(LIMIT, KEY);
    assert.deepEqual([again.status, again.body.id], [200, resting.body.id]);
    const funded = await who.admin.request('POST', path, deposit, KEY);
    assert.deepEqual([funded.status, funded.headers.get('idempotency-replayed')], [200, 'true']);
    assert.deepEqual(dumpTables(outcry.dataDir), before);
  });
});

/** `errors` is `[field, message]`; everything else is as it is. */
function assertNames(body: Answer['body'], names: Refusal['names'] = {}): void {
  const { errors, ...members } = names;
  for (const [name, value] of Object.entries(members)) assert.deepEqual(body[name], value, name);
  if (!Array.isArray(errors)) return;
  const [field, message] = errors;
  const found = body.errors.find((error: { field: string }) => error.field === field);
  assert.match(found?.message ?? JSON.stringify(body.errors), message);
}
