// What the ledger, the timeline and the trades of an order look like over HTTP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LedgerEntry } from '../../src/actors/read-pool/protocol.ts';
import { rejection } from '../../src/domain/reject-codes.ts';
import { ALICE, aWorld, ORDER_ID } from './fixtures.ts';

const AT_MS = 1_700_000_000_000;
const AT = '2023-11-14T22:13:20.000Z';

const ENTRY: LedgerEntry = {
  postingNo: 12,
  seq: 5,
  atMs: AT_MS,
  kind: 'order_traded',
  orderId: ORDER_ID,
  account: 'available',
  asset: 'IBM',
  amount: 4,
};

test('the ledger shows each posting with its cause, and a cursor goes on below the last', async () => {
  const { edge, call } = aWorld();
  edge.answer('ListLedger', () => ({ outcome: 'ledger', entries: [ENTRY], hasMore: true }));
  const { body } = await call('GET', '/account/ledger?limit=1');
  const { postingNo: id, atMs: _, ...rest } = ENTRY;
  assert.deepEqual(body['entries'], [{ id, at: AT, ...rest }]);
  const { hasMore, nextCursor } = body['pagination'] as { hasMore: boolean; nextCursor: string };
  assert.equal(hasMore, true);
  await call('GET', `/account/ledger?cursor=${nextCursor}`);
  assert.deepEqual(
    edge.askedKinds('ListLedger').map(({ to, message }) => [to, message]),
    [
      ['read-pool/0', { kind: 'ListLedger', userId: ALICE, before: null, limit: 1 }],
      [
        'read-pool/0',
        { kind: 'ListLedger', userId: ALICE, before: { seq: 5, postingNo: 12 }, limit: 50 },
      ],
    ],
  );
});

const BAD_PAGES: [query: string, code: string][] = [
  ['limit=0', 'invalid_query'],
  ['limit=501', 'invalid_query'],
  ['page=2', 'invalid_query'],
  ['cursor=nonsense', 'invalid_cursor'],
  [`cursor=${Buffer.from('{"seq":0,"postingNo":1}').toString('base64url')}`, 'invalid_cursor'],
  [`cursor=${Buffer.from('null').toString('base64url')}`, 'invalid_cursor'],
];

for (const [query, code] of BAD_PAGES) {
  test(`the ledger refuses ${query} as ${code}`, async () => {
    const { status, body } = await aWorld().call('GET', `/account/ledger?${query}`);
    assert.deepEqual([status, body['code']], [400, code]);
  });
}

test('the timeline is told in order, and goes on after an event', async () => {
  const { edge, call } = aWorld();
  const told = { source: 'exchange', kind: 'order_submitted', cause: null, text: 'Accepted.' };
  const entries = [{ seq: 2, atMs: AT_MS, exchangeAtMs: null, ...told }];
  edge.answer('GetTimeline', () => ({ outcome: 'timeline', entries, nextAfterSeq: 2 }));
  const { body } = await call('GET', `/order/${ORDER_ID}/timeline?after=1`);
  assert.deepEqual(body, {
    orderId: ORDER_ID,
    timeline: [{ seq: 2, at: AT, exchangeAt: null, ...told }],
    nextAfter: 2,
  });
  const [asked] = edge.askedKinds('GetTimeline');
  const expected = { kind: 'GetTimeline', userId: ALICE, orderId: ORDER_ID, afterSeq: 1 };
  assert.deepEqual(asked?.message, expected);
});

test('trades show what became of them', async () => {
  const { edge, call } = aWorld();
  const terms = { lastQty: 4, lastPriceInCents: 18_169 };
  const change = { kind: 'busted', seq: 4, previous: terms };
  const trade = { execId: 'x1', seq: 3, state: 'busted', ...terms, feeInCents: 0 };
  const times = { atMs: AT_MS, exchangeAtMs: AT_MS };
  const trades = [{ ...trade, ...times, changes: [{ ...change, ...times }] }];
  edge.answer('ListTrades', () => ({ outcome: 'trades', trades, hasMore: false }));
  const { body } = await call('GET', `/order/${ORDER_ID}/trades`);
  const shown = { at: AT, exchangeAt: AT };
  assert.deepEqual(body, {
    orderId: ORDER_ID,
    trades: [{ ...trade, ...shown, changes: [{ ...change, ...shown }] }],
    hasMore: false,
  });
});

test("I21 another user's order has no timeline and no trades", async () => {
  const { edge, call } = aWorld();
  for (const [kind, path] of [
    ['GetTimeline', 'timeline'],
    ['ListTrades', 'trades'],
  ] as const) {
    edge.answer(kind, () => rejection('order_not_found', { orderId: ORDER_ID }));
    const { status, body } = await call('GET', `/order/${ORDER_ID}/${path}`);
    assert.deepEqual([status, body['code']], [404, 'order_not_found']);
  }
});
