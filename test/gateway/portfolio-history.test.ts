// GET /portfolio/history: what it asks, what it shows, and what it refuses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PortfolioValue } from '../../src/actors/read-pool/protocol.ts';
import { ALICE, aWorld } from './fixtures.ts';

const AT_MS = 1_700_000_000_000;
const AT = '2023-11-14T22:13:20.000Z';
const WORTH = { cashInCents: 500, positionsInCents: null, totalInCents: null };
const POSITION = { symbol: 'IBM', numShares: 4, closePriceInCents: null, valueInCents: null };

const VALUE: PortfolioValue = {
  ...WORTH,
  sessionNo: 9,
  sessionId: 'e1-s9',
  tradingDate: '2013-10-07',
  closedAtMs: AT_MS,
  late: true,
  netDepositsInCents: -20,
  positions: [{ ...POSITION, pricedAtMs: null }],
  amendedAtMs: AT_MS,
  asTaken: { cashInCents: 600, positionsInCents: 0, totalInCents: 600 },
};

const ASKED = {
  kind: 'ListPortfolioValues',
  userId: ALICE,
  fromMs: 0,
  toMs: Number.MAX_SAFE_INTEGER,
  beforeSessionNo: Number.MAX_SAFE_INTEGER,
  limit: 50,
};

test('a value is shown with its session, its positions and what it was before it was amended', async () => {
  const { edge, call } = aWorld();
  const reply = { outcome: 'portfolio_values', values: [VALUE], hasMore: false };
  edge.answer('ListPortfolioValues', () => reply);
  const { status, body } = await call('GET', '/portfolio/history');
  assert.equal(status, 200);
  assert.deepEqual(body, {
    values: [
      {
        ...WORTH,
        date: '2013-10-07',
        sessionId: 'e1-s9',
        closedAt: AT,
        late: true,
        netDepositsInCents: -20,
        positions: [{ ...POSITION, pricedAt: null }],
        amendedAt: AT,
        asTaken: VALUE.asTaken,
      },
    ],
    pagination: { hasMore: false, nextCursor: null },
  });
  assert.deepEqual(
    edge.askedKinds('ListPortfolioValues').map(({ to, message }) => [to, message]),
    [['read-pool/0', ASKED]],
  );
});

test('a range is half open, and its cursor carries it on below the last value', async () => {
  const { edge, call } = aWorld();
  const reply = { outcome: 'portfolio_values', values: [VALUE], hasMore: true };
  edge.answer('ListPortfolioValues', () => reply);
  const range = `from=${AT}&to=2023-11-14T23:13:20.5%2B01:00`;
  const { body } = await call('GET', `/portfolio/history?${range}&limit=1`);
  const { nextCursor } = body['pagination'] as { nextCursor: string };
  await call('GET', `/portfolio/history?cursor=${nextCursor}`);
  await call('GET', `/portfolio/history?cursor=${nextCursor}&${range}&limit=2`);
  const asked = { ...ASKED, fromMs: AT_MS, toMs: AT_MS + 500 };
  assert.deepEqual(
    edge.askedKinds('ListPortfolioValues').map(({ message }) => message),
    [
      { ...asked, limit: 1 },
      { ...asked, beforeSessionNo: 9 },
      { ...asked, beforeSessionNo: 9, limit: 2 },
    ],
  );
  const { status, body: refused } = await call(
    'GET',
    `/portfolio/history?cursor=${nextCursor}&from=${AT}`,
  );
  assert.deepEqual([status, refused['code']], [400, 'invalid_query'], 'of another range');
});

const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const RANGE = { fromMs: null, toMs: null };

const BAD: [query: string, code: string, field: string | null][] = [
  ['from=yesterday', 'invalid_query', 'from'],
  ['from=2024-01-01', 'invalid_query', 'from'],
  ['to=1700000000000', 'invalid_query', 'to'],
  ['to=2024-02-30T25:00:00Z', 'invalid_query', 'to'],
  [`from=${AT}&to=${AT}`, 'invalid_query', 'to'],
  ['from=2024-01-02T00:00:00Z&to=2024-01-01T00:00:00Z', 'invalid_query', 'to'],
  ['limit=0', 'invalid_query', 'limit'],
  ['limit=201', 'invalid_query', 'limit'],
  ['limit=ten', 'invalid_query', 'limit'],
  ['userId=usr_00bob', 'invalid_query', 'userId'],
  ['cursor=', 'invalid_query', 'cursor'],
  ['cursor=nonsense', 'invalid_cursor', null],
  [`cursor=${cursor(null)}`, 'invalid_cursor', null],
  [`cursor=${cursor({ range: RANGE, beforeSessionNo: 0 })}`, 'invalid_cursor', null],
  [
    `cursor=${cursor({ range: { ...RANGE, fromMs: -1 }, beforeSessionNo: 1 })}`,
    'invalid_cursor',
    null,
  ],
];

for (const [query, code, field] of BAD) {
  test(`the portfolio history refuses ${query} as ${code}`, async () => {
    const { edge, call } = aWorld();
    const { status, body } = await call('GET', `/portfolio/history?${query}`);
    assert.deepEqual([status, body['code']], [400, code]);
    const errors = (body['errors'] ?? []) as { field: string }[];
    assert.equal(errors[0]?.field ?? null, field);
    assert.deepEqual(edge.askedKinds('ListPortfolioValues'), []);
  });
}
