import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXCHANGE_CONNECTION } from '../../../src/actors/addresses.ts';
import { LINK_DOWN } from '../../../src/actors/exchange-connection/protocol.ts';
import { USD } from '../../../src/domain/ledger.ts';
import { ALICE, BOB, LINKED, ShardRig } from './shard-rig.ts';

const DOLLARS = 100;

test('an order is pending, reserved and sent in one turn, and answered when the exchange has taken it', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 5_000 * DOLLARS);
  assert.equal(rig.place(), null, 'nothing is answered before the exchange has spoken');
  const [submit] = rig.actor.openAsks('SubmitOrder');
  const { id } = rig.lastOrder();
  assert.deepEqual(submit, {
    kind: 'SubmitOrder',
    orderId: id,
    userId: ALICE,
    symbol: 'IBM',
    side: 'buy',
    timeInForce: 'day',
    priceInCents: 18_000,
    numShares: 10,
    notAfterMs: rig.actor.ctx.nowMs() + 5_000,
    sandboxFault: null,
  });
  assert.deepEqual(rig.account(), {
    userId: ALICE,
    cashInCents: 500_000,
    reservedInCents: 180_018, // 10 x 180.00 and the fee of 1 bp
    buyingPowerInCents: 319_982,
    tradingState: 'active',
  });
  rig.actor.sent();
  rig.actor.answer('SubmitOrder', { outcome: 'handed_over' });
  assert.deepEqual(rig.actor.sent(), [], 'handed over is not yet acknowledged');
  rig.acknowledge(id);
  const replies = rig.actor.sent().filter((sent) => sent.via === 'reply');
  assert.deepEqual(
    replies.map(({ reply }) => (reply as { outcome: string }).outcome),
    ['order', 'booked'],
  );
  assert.equal(rig.order(id).status, 'submitted');
});

test('a market order is an immediate-or-cancel limit 3 % beyond the last price (E36)', (t) => {
  for (const [side, limit] of [
    ['buy', 18_746],
    ['sell', 17_654],
  ] as const) {
    const rig = new ShardRig(t);
    rig.deposit(ALICE, USD, 5_000 * DOLLARS);
    rig.deposit(ALICE, 'IBM', 10);
    rig.place({ side, orderType: 'market', priceInCents: null });
    const submit = rig.actor.openAsks('SubmitOrder').at(-1);
    assert.deepEqual(
      { ...submit, orderId: '', notAfterMs: 0 },
      {
        kind: 'SubmitOrder',
        orderId: '',
        userId: ALICE,
        symbol: 'IBM',
        side,
        timeInForce: 'ioc',
        priceInCents: limit,
        numShares: 10,
        notAfterMs: 0,
        sandboxFault: null,
      },
    );
  }
});

test('E01 the same key and body is the same order, whatever became of it', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 5_000 * DOLLARS);
  rig.place({ idempotencyKey: 'k' });
  assert.equal(rig.place({ idempotencyKey: 'k' }), null, 'the second waits with the first');
  assert.equal(rig.actor.openAsks('SubmitOrder').length, 1);
  rig.actor.sent();
  rig.acknowledge(rig.lastOrder().id);
  const answers = rig.actor
    .sent()
    .flatMap((sent) => (sent.via === 'reply' ? [sent.reply as { replayed?: boolean }] : []));
  assert.deepEqual(
    answers.filter(({ replayed }) => replayed !== undefined).map(({ replayed }) => replayed),
    [false, false, true], // the look-up of this test, then the two that waited
  );
  const replay = rig.place({ idempotencyKey: 'k' });
  assert(replay?.outcome === 'order');
  assert.equal(replay.replayed, true);
});

test('E02 the same key with another body is refused with the fields that differ', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 5_000 * DOLLARS);
  rig.place({ idempotencyKey: 'k' });
  const { id } = rig.lastOrder();
  assert.deepEqual(rig.place({ idempotencyKey: 'k', numShares: 11, side: 'sell' }), {
    outcome: 'rejected',
    code: 'idempotency_mismatch',
    detail: { orderId: id, fields: ['position', 'numShares'] },
    retry: 'new_key',
  });
});

test('E02 every word of the body counts', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 5_000 * DOLLARS);
  rig.place({ idempotencyKey: 'k' });
  for (const [field, change] of [
    ['symbol', { symbol: 'AIG' }],
    ['position', { side: 'sell' }],
    ['type', { orderType: 'market' }],
    ['timeInForce', { timeInForce: 'gtc' }],
    ['priceInCents', { priceInCents: 17_999 }],
    ['numShares', { numShares: 9 }],
  ] as const) {
    const reply = rig.place({ idempotencyKey: 'k', ...change });
    assert(reply?.outcome === 'rejected', `another ${field} was answered as a replay`);
    assert.deepEqual(reply.detail['fields'], [field]);
  }
});

test('E03 two users may use the same key', (t) => {
  const rig = new ShardRig(t);
  for (const userId of [ALICE, BOB]) {
    rig.deposit(userId, USD, 5_000 * DOLLARS);
    rig.place({ userId, idempotencyKey: 'k' });
  }
  assert.notEqual(rig.lastOrder(ALICE).id, rig.lastOrder(BOB).id);
});

test('refusals by a check store nothing, reserve nothing and consume no key', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 1_000 * DOLLARS);
  rig.deposit(ALICE, 'IBM', 9);
  const before = { account: rig.account(), holdings: rig.holdings(), events: rig.events() };
  const cases = [
    [{ symbol: 'NOPE' }, 'unknown_symbol'],
    [{ numShares: 10_001 }, 'order_too_large'],
    [{ numShares: 10_000, priceInCents: 50_001 }, 'order_value_too_large'],
    [{ numShares: 6 }, 'insufficient_buying_power'],
    [{ side: 'sell' }, 'insufficient_shares'],
  ] as const;
  for (const [changes, code] of cases) {
    const refusal = rig.place({ idempotencyKey: 'k', ...changes });
    assert(refusal?.outcome === 'rejected', code);
    assert.equal(refusal.code, code);
  }
  assert.deepEqual(
    { account: rig.account(), holdings: rig.holdings(), events: rig.events() },
    before,
  );
  rig.place({ idempotencyKey: 'k', numShares: 1 });
  assert.equal(rig.lastOrder().numShares, 1, 'the key was free');
});

test('E25 with the link down an order is not taken, and the key may be used again', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 5_000 * DOLLARS);
  rig.link(LINK_DOWN);
  const refusal = rig.place({ idempotencyKey: 'k' });
  assert.deepEqual(refusal, {
    outcome: 'rejected',
    code: 'exchange_unavailable',
    detail: {},
    retry: 'same_key',
  });
  rig.link(LINKED);
  assert.equal(rig.place({ idempotencyKey: 'k' }), null);
});

test('a closed session refuses orders as market_closed (S17)', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 5_000 * DOLLARS);
  rig.link({ ...LINKED, session: { sessionId: 's1', state: 'closed', tradingDate: '2026-01-05' } });
  const refusal = rig.place();
  assert(refusal?.outcome === 'rejected');
  assert.equal(refusal.code, 'market_closed');
});

test('without room towards the exchange an order is not taken: busy', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 5_000 * DOLLARS);
  rig.actor.ctx.windowFreeValue = 0;
  const refusal = rig.place();
  assert(refusal?.outcome === 'rejected');
  assert.deepEqual([refusal.code, refusal.retry], ['busy', 'same_key']);
});

test('orders above the rate of a second are refused and say how long to wait', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 5_000_000 * DOLLARS);
  for (let i = 0; i < 1_000; i++) assert.equal(rig.place({ numShares: 1 }), null);
  const refusal = rig.place({ numShares: 1 });
  assert(refusal?.outcome === 'rejected');
  assert.equal(refusal.code, 'rate_limited');
  assert.deepEqual(refusal.detail, { ordersPerSecondMax: 1_000, retryAfterMs: 1_000 });
  rig.actor.advance(1_000);
  assert.equal(rig.place({ numShares: 1 }), null);
});

test('100 orders against cash for 7 are 7 orders', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 7 * 18_002); // a share at 180.00 and a fee of 2 cents (1 bp, rounded up)
  const answers = Array.from({ length: 100 }, () => rig.place({ numShares: 1 }));
  assert.equal(answers.filter((answer) => answer === null).length, 7);
  assert.equal(rig.account().buyingPowerInCents, 0);
});

test('a refusal by the exchange ends the order failed and gives everything back', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 5_000 * DOLLARS);
  rig.place();
  const { id } = rig.lastOrder();
  rig.actor.answer('SubmitOrder', { outcome: 'refused', reason: 'invalid_price' });
  const order = rig.order(id);
  assert.deepEqual([order.status, order.failCode], ['failed', 'rejected_by_exchange']);
  assert.equal(rig.account().buyingPowerInCents, 500_000);
});

test('a submit that never reached a socket ends the order failed: not_sent', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 5_000 * DOLLARS);
  rig.place();
  const { id } = rig.lastOrder();
  rig.actor.answer('SubmitOrder', { outcome: 'not_sent', reason: 'queue_timeout' });
  assert.deepEqual([rig.order(id).status, rig.order(id).failCode], ['failed', 'not_sent']);
});

test('E09 silence proves nothing: the order stays pending, its money reserved, its client told', (t) => {
  for (const silence of [
    { outcome: 'outcome_unknown', reason: 'no_answer' },
    { outcome: 'unknown', reason: 'deadline' },
    { outcome: 'unknown', reason: 'stopped' },
    { outcome: 'failed', error: 'a bug' },
  ] as const) {
    const rig = new ShardRig(t);
    rig.deposit(ALICE, USD, 5_000 * DOLLARS);
    rig.place();
    const order = rig.lastOrder();
    rig.actor.sent();
    rig.actor.answer('SubmitOrder', silence);
    const [told] = rig.actor.sent();
    assert(told?.via === 'reply');
    assert.deepEqual(told.reply, { outcome: 'order', order, replayed: false });
    assert.equal(rig.order(order.id).status, 'pending', JSON.stringify(silence));
    assert.equal(rig.account().reservedInCents, 180_018);
  }
});

test('a client is told what is known when its wait is over', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 5_000 * DOLLARS);
  rig.place({ waitMs: 700 });
  rig.actor.sent();
  rig.actor.advance(699);
  assert.deepEqual(rig.actor.sent(), []);
  rig.actor.advance(1);
  assert.equal(rig.actor.sent().length, 1);
  rig.acknowledge(rig.lastOrder().id);
  assert.equal(rig.lastOrder().status, 'submitted');
});

test('the exchange-connection is asked for the link whenever it comes up', (t) => {
  const rig = new ShardRig(t);
  rig.actor.life(EXCHANGE_CONNECTION, 'down');
  assert.equal(rig.place()?.outcome, 'rejected');
  rig.actor.sent();
  rig.actor.life(EXCHANGE_CONNECTION, 'up');
  assert.deepEqual(rig.actor.sent(), [
    {
      via: 'tell',
      to: EXCHANGE_CONNECTION,
      message: { kind: 'WatchLink', watcher: 'order-shard/00' },
    },
  ]);
});
