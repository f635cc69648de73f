// What a customer of the exchange can rely on: priority, times in force, refusals, repeats, the end
// of the day.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlaceRequest } from '../../../src/exchange/port.ts';
import { Engine } from '../../../src/exchange/simulator/engine.ts';
import { LIMITS } from '../../../src/limits.ts';
import {
  anEngine,
  anOrder,
  aQuote,
  byClientOrderId,
  executionsIn,
  NOW,
  ticksIn,
} from './an-engine.ts';

test('the best price trades first, and at one price the oldest order', () => {
  const engine = anEngine({ quoted: false });
  engine.place(
    [
      anOrder('late', { priceInCents: 10_010 }),
      anOrder('best', { priceInCents: 10_020 }),
      anOrder('later', { priceInCents: 10_010 }),
    ],
    NOW,
  );
  engine.take();
  engine.place([anOrder('s', { side: 'sell', priceInCents: 10_000, numShares: 250 })], NOW);
  const output = engine.take();
  assert.deepEqual(executionsIn(output), [
    's accepted cum 0',
    's trade 100@10020 cum 100',
    'best trade 100@10020 cum 100',
    's trade 100@10010 cum 200',
    'late trade 100@10010 cum 100',
    's trade 50@10010 cum 250',
    'later trade 50@10010 cum 50',
  ]);
  assert.deepEqual(ticksIn(output), ['10020x100', '10010x100', '10010x50']);
});

test('a cancelled order gives up its place and a part filled one keeps it', () => {
  const engine = anEngine({ quoted: false });
  engine.place([anOrder('a'), anOrder('b'), anOrder('c')], NOW);
  engine.place([anOrder('s1', { side: 'sell', numShares: 40 })], NOW);
  engine.cancel([{ cancelId: 'b.c1', clientOrderId: 'b', externalOrderId: null }], NOW);
  engine.take();
  engine.place([anOrder('s2', { side: 'sell', numShares: 100 })], NOW);
  assert.deepEqual(executionsIn(engine.take()), [
    's2 accepted cum 0',
    's2 trade 60@10050 cum 60',
    'a trade 60@10050 cum 100',
    's2 trade 40@10050 cum 100',
    'c trade 40@10050 cum 40',
  ]);
});

test('an ioc order trades what it can and the rest is cancelled', () => {
  const engine = anEngine();
  engine.place([anOrder('i', { timeInForce: 'ioc', priceInCents: 10_100, numShares: 300 })], NOW);
  assert.deepEqual(executionsIn(engine.take()), [
    'i accepted cum 0',
    'i trade 200@10100 cum 200',
    'i cancelled no_liquidity cum 200',
  ]);
});

test('a fok order trades wholly, against customers and quote together, or not at all', () => {
  const engine = anEngine();
  engine.place([anOrder('s', { side: 'sell', priceInCents: 10_100, numShares: 100 })], NOW);
  engine.take();
  const fok = { timeInForce: 'fok', priceInCents: 10_100 } as const;
  engine.place([anOrder('f1', { ...fok, numShares: 301 })], NOW);
  assert.deepEqual(executionsIn(engine.take()), [
    'f1 accepted cum 0',
    'f1 cancelled no_liquidity cum 0',
  ]);
  engine.place([anOrder('f2', { ...fok, numShares: 300 })], NOW);
  assert.deepEqual(executionsIn(engine.take()), [
    'f2 accepted cum 0',
    'f2 trade 100@10100 cum 100',
    's trade 100@10100 cum 100',
    'f2 trade 200@10100 cum 300',
  ]);
});

const REFUSED: [reason: string, order: Partial<PlaceRequest>][] = [
  ['too_late', { notAfterMs: NOW - 1 }],
  ['unknown_symbol', { symbol: 'GOOG' }],
  ['symbol_halted', { symbol: 'BAC' }],
  ['invalid_quantity', { numShares: 0 }],
  ['invalid_quantity', { numShares: 1.5 }],
  ['invalid_quantity', { numShares: LIMITS.numSharesMax + 1 }],
  ['invalid_price', { priceInCents: 0 }],
  ['invalid_price', { priceInCents: 10_000.5 }],
  ['invalid_price', { priceInCents: -1 }],
  ['invalid_price', { priceInCents: 1e21 }],
];

for (const [reason, order] of REFUSED) {
  test(`${JSON.stringify(order)} is refused: ${reason}`, () => {
    const engine = anEngine();
    engine.halt('BAC', true, NOW);
    engine.take();
    const clientOrderId = 'r';
    assert.deepEqual(engine.place([anOrder(clientOrderId, order)], NOW), [
      { outcome: 'refused', clientOrderId, reason },
    ]);
    assert.deepEqual(executionsIn(engine.take()), []);
    const [answer] = engine.query([byClientOrderId(clientOrderId)]);
    assert(answer?.outcome === 'found');
    assert.deepEqual([answer.order.status, answer.order.reason], ['rejected', reason]);
  });
}

test('a price off the tick is refused', () => {
  const engine = new Engine({
    epoch: 'e1',
    listings: [{ symbol: 'IBM', company: 'IBM', tickInCents: 5 }],
  });
  engine.openSession('e1-s1', NOW);
  const [off, on] = engine.place(
    [anOrder('off', { priceInCents: 10_001 }), anOrder('on', { priceInCents: 10_005 })],
    NOW,
  );
  assert.deepEqual([off?.outcome, on?.outcome], ['refused', 'accepted']);
});

test('a clientOrderId is used up by its first order, taken, refused or closed', () => {
  const engine = anEngine();
  engine.place([anOrder('open'), anOrder('refused', { numShares: 0 }), anOrder('closed')], NOW);
  engine.cancel([{ cancelId: 'closed.c1', clientOrderId: 'closed', externalOrderId: null }], NOW);
  engine.take();
  for (const clientOrderId of ['open', 'refused', 'closed']) {
    const [answer] = engine.place([anOrder(clientOrderId)], NOW);
    assert.deepEqual(answer, { outcome: 'duplicate_client_order_id', clientOrderId });
  }
  assert.deepEqual(engine.take().records, []);
});

test('a repeated cancel repeats its first answer, whatever has happened since', () => {
  const engine = anEngine();
  const early = { cancelId: 'a.c1', clientOrderId: 'a', externalOrderId: null };
  const unknown = { outcome: 'refused', cancelId: 'a.c1', reason: 'unknown_order', cumQty: null };
  assert.deepEqual(engine.cancel([early], NOW), [unknown]);
  engine.place([anOrder('a', { numShares: 300, priceInCents: 10_100 })], NOW);
  assert.deepEqual(engine.cancel([early], NOW), [unknown]);

  const second = { ...early, cancelId: 'a.c2' };
  const cancelled = { outcome: 'cancelled', cancelId: 'a.c2', cumQty: 200 };
  assert.deepEqual(engine.cancel([second], NOW), [cancelled]);
  engine.take();
  assert.deepEqual(engine.cancel([second], NOW), [cancelled]);
  assert.deepEqual(engine.take().records, []);

  const tooLate = { outcome: 'refused', cancelId: 'a.c3', reason: 'too_late', cumQty: 200 };
  assert.deepEqual(engine.cancel([{ ...early, cancelId: 'a.c3' }], NOW), [tooLate]);
});

test('E41 a cancel whose two ids are not of one order touches neither', () => {
  const engine = anEngine();
  engine.place([anOrder('a'), anOrder('b')], NOW);
  const cancels = [
    { cancelId: '1', clientOrderId: 'a', externalOrderId: 'sim-2' },
    { cancelId: '2', clientOrderId: 'a', externalOrderId: 'sim-1' },
    { cancelId: '3', clientOrderId: 'of-a-lost-book', externalOrderId: 'sim-2' },
    { cancelId: '4', clientOrderId: 'b', externalOrderId: null },
  ];
  const outcomes = engine
    .cancel(cancels, NOW)
    .map((result) => (result.outcome === 'refused' ? result.reason : result.outcome));
  assert.deepEqual(outcomes, ['unknown_order', 'cancelled', 'unknown_order', 'cancelled']);
});

test('the end of a session expires day orders, keeps gtc orders, and takes no new ones', () => {
  const engine = anEngine();
  engine.place([anOrder('d'), anOrder('g', { timeInForce: 'gtc' })], NOW);
  engine.take();
  engine.closeSession(NOW + 1);
  const output = engine.take();
  assert.deepEqual(executionsIn(output), ['d expired end_of_session cum 0']);
  const states = output.prices.flatMap((frame) =>
    frame.kind === 'session' ? [frame.session] : [],
  );
  assert.deepEqual(states, [{ sessionId: 'e1-s1', state: 'closed', tradingDate: '2023-11-14' }]);
  const [refused] = engine.place([anOrder('n')], NOW + 2);
  assert(refused?.outcome === 'refused' && refused.reason === 'market_closed');
  assert.deepEqual(
    engine.openOrders(null, 10).orders.map((order) => order.clientOrderId),
    ['g'],
  );
});

test('open orders come in pages, oldest first', () => {
  const engine = anEngine();
  engine.place(
    ['a', 'b', 'c'].map((id) => anOrder(id)),
    NOW,
  );
  const first = engine.openOrders(null, 2);
  const second = engine.openOrders(first.orders.at(-1)?.externalOrderId ?? null, 2);
  const idsOf = (page: typeof first) => page.orders.map((order) => order.clientOrderId);
  assert.deepEqual([idsOf(first), first.hasMore], [['a', 'b'], true]);
  assert.deepEqual([idsOf(second), second.hasMore], [['c'], false]);
});

test('the fills of an order are those of the feed', () => {
  const engine = anEngine();
  engine.place([anOrder('a', { priceInCents: 10_100, numShares: 300 })], NOW);
  engine.quote('IBM', aQuote(), NOW + 5);
  const trades = engine
    .take()
    .records.filter((record) => record.kind === 'execution' && record.execKind === 'trade');
  assert.deepEqual(engine.fills('sim-1'), trades);
  assert.equal(trades.length, 2);
  assert.equal(engine.fills('sim-2'), null);
});
