// What may trade when: sessions and halts, and what orders do that ask the exchange to go wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlaceRequest } from '../../../src/exchange/port.ts';
import { Engine } from '../../../src/exchange/simulator/engine.ts';
import { newYorkDateOf } from '../../../src/exchange/simulator/trading-date.ts';
import {
  anEngine,
  anOrder,
  aQuote,
  byClientOrderId,
  executionsIn,
  NOW,
  ticksIn,
} from './an-engine.ts';

test('a halt is published, stops orders, trades and prints, and ends with the quote whole', () => {
  const engine = anEngine();
  engine.place([anOrder('half', { priceInCents: 10_100, numShares: 300 })], NOW);
  engine.take();
  assert.equal(engine.halt('IBM', true, NOW), true);
  const halted = engine.take();
  assert.deepEqual(
    halted.prices.map((frame) => frame.kind === 'halt' && [frame.symbol, frame.halted]),
    [['IBM', true]],
  );
  engine.quote('IBM', aQuote({ ask: 9_000 }), NOW + 1);
  engine.print('IBM', 9_000, 500, NOW + 1);
  engine.advance(NOW + 5_000);
  const [refused] = engine.place([anOrder('late')], NOW + 2);
  assert(refused?.outcome === 'refused' && refused.reason === 'symbol_halted');
  const quiet = engine.take();
  assert.deepEqual([executionsIn(quiet), ticksIn(quiet)], [[], []]);
  assert.equal(engine.priceSnapshot().symbols[0]?.halted, true);

  engine.halt('IBM', false, NOW + 3);
  assert.deepEqual(executionsIn(engine.take()), ['half trade 100@10100 cum 300']);
});

test('a halt lets cancels pass, is kept over a restart, and knows its symbols', () => {
  const engine = anEngine();
  engine.place([anOrder('a')], NOW);
  engine.halt('IBM', true, NOW);
  const { records } = engine.take();
  const cancel = { cancelId: 'a.c1', clientOrderId: 'a', externalOrderId: null };
  assert.equal(engine.cancel([cancel], NOW)[0]?.outcome, 'cancelled');
  assert.equal(engine.halt('GHOST', true, NOW), false);

  const listings = [{ symbol: 'IBM', company: 'IBM', tickInCents: 1 }];
  const restored = new Engine({ epoch: 'e1', listings });
  for (const record of records) restored.restore(record);
  assert.equal(restored.priceSnapshot().symbols[0]?.halted, true);
});

test('a log from before there was a trading date has the day on which its session began', () => {
  const restored = new Engine({ epoch: 'e1', listings: [] });
  const session = { sessionId: 'e1-s1', state: 'open' } as const;
  restored.restore({ kind: 'session', session, atMs: NOW });
  assert.deepEqual(restored.priceSnapshot().session, {
    ...session,
    tradingDate: newYorkDateOf(NOW),
  });
});

test('a gtc order rests over the close, does not trade while it is, and trades on after', () => {
  const engine = anEngine();
  const terms = { priceInCents: 10_100, numShares: 300 } as const;
  engine.place([anOrder('g', { ...terms, timeInForce: 'gtc' })], NOW);
  engine.closeSession(NOW + 1);
  engine.take();
  engine.advance(NOW + 10_000);
  assert.deepEqual(executionsIn(engine.take()), [], 'the quote does not come back while closed');
  engine.openSession('e1-s2', NOW + 20_000, '2013-10-08');
  assert.deepEqual(executionsIn(engine.take()), ['g trade 100@10100 cum 300']);
  assert.deepEqual(engine.session, {
    sessionId: 'e1-s2',
    state: 'open',
    tradingDate: '2013-10-08',
  });
});

test('the trading date is the day in New York unless the tape names one', () => {
  assert.equal(newYorkDateOf(Date.parse('2026-01-06T04:59:59Z')), '2026-01-05');
  assert.equal(newYorkDateOf(Date.parse('2026-01-06T05:00:00Z')), '2026-01-06');
  assert.equal(newYorkDateOf(Date.parse('2026-07-06T04:00:00Z')), '2026-07-06');
});

const KILLED: [timeInForce: 'ioc' | 'fok', said: string[]][] = [
  ['ioc', ['k accepted cum 0', 'k trade 200@10100 cum 200', 'k cancelled no_liquidity cum 200']],
  ['fok', ['k accepted cum 0', 'k cancelled no_liquidity cum 0']],
];

for (const [timeInForce, said] of KILLED) {
  test(`what a ${timeInForce} order cannot get ends it with no_liquidity`, () => {
    const engine = anEngine();
    engine.place([anOrder('k', { timeInForce, priceInCents: 10_100, numShares: 300 })], NOW);
    assert.deepEqual(executionsIn(engine.take()), said);
  });
}

const WISHES: [name: string, order: Partial<PlaceRequest>, said: string[], status: string][] = [
  ['reject', { sandboxFault: 'reject' }, [], 'rejected exchange_option'],
  [
    'late-reject',
    { sandboxFault: 'late-reject', priceInCents: 10_100 },
    ['w accepted cum 0', 'w rejected exchange_option cum 0'],
    'rejected exchange_option',
  ],
  [
    'partial, at the quote',
    { sandboxFault: 'partial', priceInCents: 10_200 },
    ['w accepted cum 0', 'w trade 50@10100 cum 50'],
    'open null',
  ],
  [
    'partial, away from the quote',
    { sandboxFault: 'partial', priceInCents: 9_000, numShares: 11 },
    ['w accepted cum 0', 'w trade 5@9000 cum 5'],
    'open null',
  ],
  [
    'partial of an ioc order',
    { sandboxFault: 'partial', timeInForce: 'ioc', priceInCents: 10_200 },
    ['w accepted cum 0', 'w trade 50@10100 cum 50', 'w cancelled no_liquidity cum 50'],
    'cancelled no_liquidity',
  ],
  [
    'partial of a fok order',
    { sandboxFault: 'partial', timeInForce: 'fok', priceInCents: 10_200 },
    ['w accepted cum 0', 'w cancelled no_liquidity cum 0'],
    'cancelled no_liquidity',
  ],
];

for (const [name, order, said, status] of WISHES) {
  test(`sandbox fault ${name}: it ends as asked, stays so, and a restart agrees`, () => {
    const engine = anEngine();
    engine.place([anOrder('w', order)], NOW);
    const output = engine.take();
    assert.deepEqual([executionsIn(output), ticksIn(output)], [said, []]);
    const stand = (one: Engine) => {
      one.quote('IBM', aQuote({ bid: 8_000, ask: 8_100 }), NOW + 1);
      const [answer] = one.query([byClientOrderId('w')]);
      assert(answer?.outcome === 'found');
      return `${answer.order.status} ${answer.order.reason}`;
    };
    const restored = new Engine({ epoch: 'e1', listings: [] });
    for (const record of output.records) restored.restore(record);
    assert.deepEqual([stand(engine), stand(restored)], [status, status]);
  });
}
