// GET /symbol/:name/candles: what it asks, what it shows, and what it refuses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Candle } from '../../src/actors/read-pool/protocol.ts';
import { aWorld } from './fixtures.ts';

const FROM = '2024-03-11T14:30:00Z';
const TO = '2024-03-11T20:00:00Z';
const START_MS = Date.parse(FROM);

const CANDLE: Candle = {
  startMs: START_MS,
  openInCents: 100,
  highInCents: 120,
  lowInCents: 90,
  closeInCents: 110,
  volume: 101,
  vwapInCents: 102,
  prints: 4,
  gap: true,
  source: 'live',
};
const GAPS = [
  { fromMs: START_MS - 5_000, untilMs: START_MS + 1_000 },
  { fromMs: START_MS + 60_000, untilMs: null },
];
const REPLY = { outcome: 'candles', isKnown: true, candles: [CANDLE], hasMore: true, gaps: GAPS };

function aWorldWithCandles(more: object = {}) {
  const world = aWorld();
  world.edge.answer('ListCandles', () => ({ ...REPLY, ...more }));
  const lastAsked = () => world.edge.askedKinds('ListCandles').at(-1);
  return { ...world, lastAsked };
}

test('a page shows candles and gaps, and its cursor goes on behind the last candle', async () => {
  const { call, lastAsked } = aWorldWithCandles();
  const path = '/symbol/IBM/candles';
  const { status, body } = await call('GET', `${path}?interval=1m&from=${FROM}&to=${TO}&limit=1`);
  assert.equal(status, 200);
  const { startMs: _, ...rest } = CANDLE;
  const { pagination, ...shown } = body;
  assert.deepEqual(shown, {
    symbol: 'IBM',
    interval: '1m',
    candles: [{ start: '2024-03-11T14:30:00.000Z', ...rest }],
    gaps: [
      { from: '2024-03-11T14:29:55.000Z', until: '2024-03-11T14:30:01.000Z' },
      { from: '2024-03-11T14:31:00.000Z', until: null },
    ],
  });
  const question = { kind: 'ListCandles', symbol: 'IBM', interval: '1m', toMs: Date.parse(TO) };
  assert.equal(lastAsked()?.to, 'read-pool/0');
  assert.deepEqual(lastAsked()?.message, { ...question, fromMs: START_MS, limit: 1 });
  const { hasMore, nextCursor } = pagination as { hasMore: boolean; nextCursor: string };
  assert.equal(hasMore, true);
  for (const repeated of ['', `&interval=1m&from=${FROM}&to=${TO}`]) {
    assert.equal((await call('GET', `${path}?cursor=${nextCursor}${repeated}`)).status, 200);
    const next = { ...question, fromMs: START_MS + 1, limit: 500 };
    assert.deepEqual(lastAsked()?.message, next, 'the default limit, behind the last candle');
  }
});

test('without from and to it is everything, and the last page has no cursor', async () => {
  const { call, lastAsked } = aWorldWithCandles({ hasMore: false });
  const { body } = await call('GET', '/symbol/IBM/candles?interval=1d');
  assert.deepEqual(body['pagination'], { hasMore: false, nextCursor: null });
  const asked = lastAsked()?.message;
  const toMs = Date.parse('9999-12-31T23:59:59.999Z');
  assert.deepEqual([asked?.['fromMs'], asked?.['toMs']], [0, toMs]);
});

const BAD: [query: string, code: string, field: string | null][] = [
  ['', 'invalid_query', 'interval'],
  ['interval=2m', 'invalid_query', 'interval'],
  ['interval=1m&from=yesterday', 'invalid_query', 'from'],
  ['interval=1m&from=2024-02-30T00:00:00Z', 'invalid_query', 'from'],
  ['interval=1m&to=2024-03-11', 'invalid_query', 'to'],
  [`interval=1m&from=${TO}&to=${FROM}`, 'invalid_query', 'to'],
  [`interval=1m&from=${FROM}&to=${FROM}`, 'invalid_query', 'to'],
  ['interval=1m&limit=0', 'invalid_query', 'limit'],
  ['interval=1m&limit=1001', 'invalid_query', 'limit'],
  ['interval=1m&page=2', 'invalid_query', 'page'],
  ['cursor=nonsense', 'invalid_cursor', null],
  [`cursor=${Buffer.from('null').toString('base64url')}`, 'invalid_cursor', null],
];

for (const [query, code, field] of BAD) {
  test(`candles by "${query}" are ${code}`, async () => {
    const { call, edge } = aWorldWithCandles();
    const { status, body } = await call('GET', `/symbol/IBM/candles?${query}`);
    assert.deepEqual([status, body['code']], [400, code]);
    const [error] = (body['errors'] ?? []) as { field: string }[];
    assert.equal(error?.field ?? null, field);
    assert.deepEqual(edge.askedKinds('ListCandles'), []);
  });
}

test('a cursor of another symbol, interval or stretch is refused', async () => {
  const { call } = aWorldWithCandles();
  const first = await call('GET', `/symbol/IBM/candles?interval=1m&from=${FROM}`);
  const { nextCursor } = first.body['pagination'] as { nextCursor: string };
  for (const url of [
    `/symbol/BAC/candles?cursor=${nextCursor}`,
    `/symbol/IBM/candles?cursor=${nextCursor}&interval=5m&from=${FROM}`,
    `/symbol/IBM/candles?cursor=${nextCursor}&interval=1m&from=${TO}`,
    `/symbol/IBM/candles?cursor=${nextCursor}&interval=1m&from=${FROM}&to=${TO}`,
    `/symbol/IBM/candles?cursor=${nextCursor}&from=${FROM}`,
  ]) {
    const { status, body } = await call('GET', url);
    assert.deepEqual([status, body['code']], [400, 'invalid_query'], url);
  }
});

test('a symbol with a history that does not trade is served, one without either is unknown', async () => {
  const nothing = { isKnown: false, candles: [], gaps: [], hasMore: false };
  const daily = aWorldWithCandles();
  assert.equal((await daily.call('GET', '/symbol/GOOG/candles?interval=1d')).status, 200);
  const unknown = aWorldWithCandles(nothing);
  const { status, body } = await unknown.call('GET', '/symbol/NONE/candles?interval=1d');
  assert.deepEqual([status, body['code'], body['symbol']], [404, 'unknown_symbol', 'NONE']);
  const listed = await unknown.call('GET', '/symbol/AIG/candles?interval=1d');
  assert.deepEqual([listed.status, listed.body['candles']], [200, []], 'listed, not traded yet');
});

test('candles are for those who are signed in, and a full pool is busy', async () => {
  const { call, edge } = aWorldWithCandles();
  const url = '/symbol/IBM/candles?interval=1d';
  assert.equal((await call('GET', url, { userId: null })).status, 401);
  edge.answer('ListCandles', () => ({ outcome: 'not_delivered', reason: 'busy' }));
  assert.equal((await call('GET', url)).status, 503);
});
