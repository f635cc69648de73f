import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mixedOrder } from '../../bench/load/order-mix.ts';

const SYMBOLS = [
  { name: 'AIG', priceInCents: 4_891 },
  { name: 'BAC', priceInCents: 1_399 },
  { name: 'IBM', priceInCents: 18_190 },
];
const ORDERS = Array.from({ length: 1_200 }, (_, index) => mixedOrder(index, SYMBOLS));

test('half limit and half market, half buys and half sells, all symbols alike', () => {
  const count = (of: (order: (typeof ORDERS)[number]) => boolean): number =>
    ORDERS.filter(of).length;
  assert.equal(
    count(({ type }) => type === 'limit'),
    600,
  );
  assert.equal(
    count(({ type, position }) => type === 'market' && position === 'buy'),
    300,
  );
  assert.equal(
    count(({ type, position }) => type === 'limit' && position === 'sell'),
    300,
  );
  for (const { name } of SYMBOLS) {
    assert.equal(
      count(({ symbol }) => symbol === name),
      400,
    );
  }
});

test('limit orders stand far on the passive side, in whole cents; market orders have no price', () => {
  for (const { type, position, symbol, priceInCents } of ORDERS) {
    const market = SYMBOLS.find(({ name }) => name === symbol)?.priceInCents ?? 0;
    if (type === 'market') assert.equal(priceInCents, undefined);
    else if (position === 'buy') assert.ok((priceInCents ?? market) <= market * 0.6);
    else assert.ok((priceInCents ?? market) >= market * 1.4);
    assert.ok(priceInCents === undefined || Number.isSafeInteger(priceInCents));
  }
});

test('no two of a hundred orders in a row are alike', () => {
  const texts = ORDERS.map((order) => JSON.stringify(order));
  for (let first = 0; first + 100 <= texts.length; first++) {
    assert.equal(new Set(texts.slice(first, first + 100)).size, 100, `from ${first}`);
  }
});
