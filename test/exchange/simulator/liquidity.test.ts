// The rules by which the tape's quotes and prints trade with customers, one by one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anEngine, anOrder, aQuote, executionsIn, NOW, ticksIn } from './an-engine.ts';

const SECOND = 1_000;

test('the best price goes first, be it the quote or a customer', () => {
  const engine = anEngine();
  engine.place([anOrder('s', { side: 'sell', priceInCents: 10_110 })], NOW);
  engine.take();
  engine.place([anOrder('b', { priceInCents: 10_110, numShares: 250 })], NOW);
  assert.deepEqual(executionsIn(engine.take()), [
    'b accepted cum 0',
    'b trade 200@10100 cum 200',
    'b trade 50@10110 cum 250',
    's trade 50@10110 cum 50',
  ]);
});

test('at one price customers go before the quote', () => {
  const engine = anEngine();
  engine.place([anOrder('s', { side: 'sell', priceInCents: 10_100 })], NOW);
  engine.take();
  engine.place([anOrder('b', { priceInCents: 10_100, numShares: 150 })], NOW);
  assert.deepEqual(executionsIn(engine.take()), [
    'b accepted cum 0',
    'b trade 100@10100 cum 100',
    's trade 100@10100 cum 100',
    'b trade 50@10100 cum 150',
  ]);
});

test('a used up quote is gone until a second has passed', () => {
  const engine = anEngine();
  const ioc = { timeInForce: 'ioc', priceInCents: 10_100, numShares: 200 } as const;
  engine.place([anOrder('a', ioc), anOrder('b', ioc)], NOW);
  engine.take();
  assert.equal(engine.nextDueMs(), NOW + SECOND);
  engine.advance(NOW + SECOND - 1);
  engine.place([anOrder('c', ioc)], NOW + SECOND - 1);
  engine.advance(NOW + SECOND);
  engine.place([anOrder('d', ioc)], NOW + SECOND);
  assert.deepEqual(executionsIn(engine.take()), [
    'c accepted cum 0',
    'c cancelled no_liquidity cum 0',
    'd accepted cum 0',
    'd trade 200@10100 cum 200',
  ]);
});

for (const [name, refresh] of [
  ['quote', (engine: ReturnType<typeof anEngine>) => engine.quote('IBM', aQuote(), NOW + 1)],
  ['print', (engine: ReturnType<typeof anEngine>) => engine.print('IBM', 10_050, 7, NOW + 1)],
] as const) {
  test(`the next ${name} brings the size back at once`, () => {
    const engine = anEngine();
    const ioc = { timeInForce: 'ioc', priceInCents: 10_100, numShares: 200 } as const;
    engine.place([anOrder('a', ioc)], NOW);
    engine.take();
    refresh(engine);
    engine.place([anOrder('b', ioc)], NOW + 1);
    assert.deepEqual(executionsIn(engine.take()).at(-1), 'b trade 200@10100 cum 200');
  });
}

test('what is left of an order at the quote goes on at the quote when its size is back', () => {
  const engine = anEngine();
  engine.place([anOrder('b', { priceInCents: 10_500, numShares: 300 })], NOW);
  engine.take();
  engine.advance(NOW + SECOND);
  assert.deepEqual(executionsIn(engine.take()), ['b trade 100@10100 cum 300']);
});

test('a resting order fills at its price when the quote reaches it, up to that size', () => {
  const engine = anEngine();
  engine.place([anOrder('b', { priceInCents: 10_050, numShares: 150 })], NOW);
  engine.take();
  engine.quote('IBM', aQuote({ bid: 10_030, ask: 10_051 }), NOW);
  assert.deepEqual(executionsIn(engine.take()), []);
  engine.quote('IBM', aQuote({ bid: 10_030, ask: 10_040, askShares: 100 }), NOW);
  const output = engine.take();
  assert.deepEqual(executionsIn(output), ['b trade 100@10050 cum 100']);
  assert.deepEqual(ticksIn(output), ['10050x100']);
});

test('a resting order fills when a print goes through it, up to the size of the print', () => {
  const engine = anEngine();
  engine.place([anOrder('b', { priceInCents: 10_050, numShares: 150 })], NOW);
  engine.place([anOrder('s', { side: 'sell', priceInCents: 10_080, numShares: 10 })], NOW);
  engine.take();
  engine.print('IBM', 10_050, 500, NOW);
  assert.deepEqual(executionsIn(engine.take()), [], 'a print at the limit does not go through it');
  engine.print('IBM', 10_049, 120, NOW);
  const output = engine.take();
  assert.deepEqual(executionsIn(output), ['b trade 120@10050 cum 120']);
  assert.deepEqual(ticksIn(output), ['10050x120', '10049x120']);
  engine.print('IBM', 10_081, 500, NOW);
  assert.deepEqual(executionsIn(engine.take()), ['s trade 10@10080 cum 10']);
});

test('without quotes on the tape there is one around each print', () => {
  const engine = anEngine({ quoted: false });
  engine.print('BAC', 50_000, 100, NOW);
  const bac = { symbol: 'BAC', timeInForce: 'ioc', numShares: 10 } as const;
  engine.place(
    [
      anOrder('b', { ...bac, priceInCents: 51_500 }),
      anOrder('s', { ...bac, side: 'sell', priceInCents: 48_500 }),
    ],
    NOW,
  );
  assert.deepEqual(executionsIn(engine.take()), [
    'b accepted cum 0',
    'b trade 10@50010 cum 10',
    's accepted cum 0',
    's trade 10@49990 cum 10',
  ]);
});

test('a crossed or one-sided quote is left out, a locked one is taken', () => {
  const engine = anEngine();
  engine.quote('IBM', aQuote({ bid: 10_200, ask: 10_100 }), NOW);
  engine.quote('IBM', aQuote({ ask: 9_000, bid: 8_999, askShares: 0 }), NOW);
  const ioc = { timeInForce: 'ioc', numShares: 10 } as const;
  engine.place([anOrder('b', { ...ioc, priceInCents: 10_100 })], NOW);
  engine.quote('IBM', aQuote({ bid: 10_070, ask: 10_070 }), NOW);
  engine.place([anOrder('s', { ...ioc, side: 'sell', priceInCents: 10_070 })], NOW);
  const trades = executionsIn(engine.take()).filter((words) => words.includes('trade'));
  assert.deepEqual(trades, ['b trade 10@10100 cum 10', 's trade 10@10070 cum 10']);
});

test('a quote that the prints have left behind is replaced, so that market orders find one', () => {
  const engine = anEngine();
  engine.print('IBM', 11_000, 3, NOW);
  const protective = Math.floor((11_000 * 10_300) / 10_000);
  const market = { timeInForce: 'ioc', priceInCents: protective, numShares: 10 } as const;
  engine.place([anOrder('b', market)], NOW);
  assert.deepEqual(executionsIn(engine.take()).at(-1), 'b trade 10@11002 cum 10');
});
