import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOrderBody } from '../../../bench/peers/order-stack/order-body.ts';

const LIMIT = { position: 'buy', symbol: 'IBM', type: 'limit', numShares: 5, priceInCents: 100 };
const { priceInCents: _, ...MARKET } = { ...LIMIT, type: 'market' };

test('a limit order and a market order are read with their defaults', () => {
  assert.deepEqual(readOrderBody(JSON.stringify(LIMIT)), { ...LIMIT, timeInForce: 'day' });
  const market = { ...MARKET, priceInCents: null, timeInForce: 'day' };
  assert.deepEqual(readOrderBody(JSON.stringify(MARKET)), market);
  const gtc = { ...LIMIT, timeInForce: 'gtc' };
  assert.deepEqual(readOrderBody(JSON.stringify(gtc)), gtc);
});

const WRONG: Readonly<Record<string, object>> = {
  'a side that is none': { ...LIMIT, position: 'hold' },
  'a type that is none': { ...LIMIT, type: 'stop' },
  'no symbol': { ...LIMIT, symbol: 7 },
  'a symbol that is too long': { ...LIMIT, symbol: 'X'.repeat(33) },
  'no shares': { ...LIMIT, numShares: 0 },
  'half a share': { ...LIMIT, numShares: 0.5 },
  'too many shares': { ...LIMIT, numShares: 1_000_001 },
  'a limit order without a price': { ...MARKET, type: 'limit' },
  'a limit order with a price in words': { ...LIMIT, priceInCents: '100' },
  'a market order with a price': { ...LIMIT, type: 'market' },
  'a market order until cancelled': { ...MARKET, timeInForce: 'gtc' },
  'a time in force that is none': { ...LIMIT, timeInForce: 'week' },
};

for (const [what, body] of Object.entries(WRONG)) {
  test(`the body is refused: ${what}`, () => {
    assert.equal(readOrderBody(JSON.stringify(body)), 'invalid_body');
  });
}

test('what is no JSON or no object is refused', () => {
  assert.equal(readOrderBody('{'), 'malformed_json');
  assert.equal(readOrderBody('null'), 'invalid_body');
  assert.equal(readOrderBody('7'), 'invalid_body');
});
