// The timeline and the trades of real orders, read beside the shard that wrote them.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { timelineReply, tradesReply } from '../../src/read-pool/order-story.ts';
import { ShardReader } from '../../src/store/shard-reader.ts';
import { ALICE, BOB, ShardRig } from '../actors/order-shard/shard-rig.ts';

function aShard(t: Pick<TestContext, 'after'>) {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, 'USD', 100_000_000);
  const reader = new ShardReader(rig.path);
  t.after(() => reader.close());
  const story = (orderId: string, afterSeq = 0, userId = ALICE) => {
    const question = { kind: 'GetTimeline', userId, orderId, afterSeq } as const;
    const reply = timelineReply(question, reader);
    return reply.outcome === 'timeline' ? reply.entries : null;
  };
  const trades = (orderId: string, userId = ALICE) => {
    const reply = tradesReply({ kind: 'ListTrades', userId, orderId }, reader);
    return reply.outcome === 'trades' ? reply.trades : null;
  };
  return { rig, story, trades };
}

test('an order that trades in part, is corrected, busted and cancelled is told step by step', (t) => {
  const { rig, story, trades } = aShard(t);
  const { id } = rig.submitted({ numShares: 10, priceInCents: 18_200 });
  const first = rig.trade(id, 4, 18_169, 't1');
  rig.execute({ ...first, cumQty: 4 }, id);
  const terms = { lastQty: 4, lastPriceInCents: 18_100 };
  rig.execute(rig.execution(id, { execKind: 'correct', execRef: 't1', cumQty: 4, ...terms }), id);
  rig.execute({ ...rig.trade(id, 1, 18_150, 't2'), cumQty: 5 }, id);
  rig.execute(rig.execution(id, { execKind: 'bust', execRef: 't2', cumQty: 4 }), id);
  rig.cancel(id);
  const ended = { execKind: 'cancelled', reason: 'requested', cumQty: 4 } as const;
  rig.execute(rig.execution(id, ended), id);

  const told = story(id) ?? [];
  assert.deepEqual(
    told.map(({ source, text }) => `${source}: ${text}`),
    [
      'customer: You asked to buy 10 shares of IBM for at most $182.00 each (day); we sent it to the exchange.',
      `exchange: The exchange accepted your order as ext-${id}.`,
      'exchange: 4 of 10 shares were bought at $181.69; fee $0.08.',
      'exchange: The exchange corrected a trade: 4 shares at $181.00 instead of 4 shares at $181.69.',
      'exchange: 1 of 10 shares was bought at $181.50; fee $0.02.',
      'exchange: The exchange took back a trade of 1 share at $181.50; cash, shares and fee were put back.',
      'customer: You asked to cancel the order.',
      'exchange: The exchange confirmed the cancel; 6 of 10 shares were not bought.',
    ],
  );
  const seqs = told.map(({ seq }) => seq ?? 0);
  assert.deepEqual(
    seqs,
    [...seqs].sort((a, b) => a - b),
  );
  assert.equal(told[2]?.exchangeAtMs, first.exchangeAtMs);
  const [, second] = told;
  assert.deepEqual(story(id, second?.seq ?? 0), told.slice(2), 'a page goes on after an event');

  assert.deepEqual(
    trades(id)?.map((trade) => [
      trade.execId,
      trade.state,
      trade.lastPriceInCents,
      trade.feeInCents,
    ]),
    [
      ['t1', 'corrected', 18_100, 8],
      ['t2', 'busted', 18_150, 0],
    ],
  );
  const fees = (trades(id) ?? []).reduce((sum, { feeInCents }) => sum + feeInCents, 0);
  assert.equal(fees, rig.order(id).feeInCents);
});

test('E27 a bust before its trade is told while it waits, and both are told when the trade is there', (t) => {
  const { rig, story, trades } = aShard(t);
  const { id } = rig.submitted({ numShares: 10, priceInCents: 18_200 });
  rig.execute(rig.execution(id, { execKind: 'bust', execRef: 't9', cumQty: 0 }), id);
  const kinds = () => (story(id) ?? []).map(({ kind }) => kind).slice(2);
  assert.deepEqual(kinds(), ['bust_before_trade']);
  assert.deepEqual(trades(id), []);
  rig.execute(rig.trade(id, 4, 18_169, 't9'), id);
  assert.deepEqual(kinds(), ['order_traded', 'trade_busted']);
  assert.deepEqual(
    trades(id)?.map(({ state }) => state),
    ['busted'],
  );
});

test('an incident is told in calm words', (t) => {
  const { rig, story } = aShard(t);
  const { id } = rig.submitted({ numShares: 10, priceInCents: 18_200 });
  rig.execute({ ...rig.trade(id, 4, 18_169, 't1'), cumQty: 4 }, id);
  rig.execute({ ...rig.trade(id, 4, 18_170, 't1'), cumQty: 4 }, id);
  const incident = (story(id) ?? []).find(({ kind }) => kind === 'incident');
  assert.equal(incident?.cause, 'trade_conflict');
  assert.equal(
    incident?.text,
    'The exchange repeated a trade with other terms; the first ones hold meanwhile. We are looking into it.',
  );
});

test("I21 another user's order is not found", (t) => {
  const { rig, story, trades } = aShard(t);
  const { id } = rig.submitted();
  assert.equal(story(id, 0, BOB), null);
  assert.equal(trades(id, BOB), null);
});
