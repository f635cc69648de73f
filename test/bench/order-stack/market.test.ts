import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Market } from '../../../bench/peers/order-stack/market.ts';
import type { OrderBody } from '../../../bench/peers/order-stack/order-body.ts';
import { NO_SESSION_PRICES } from '../../../src/domain/session-prices.ts';
import type { PriceFrame } from '../../../src/exchange/port.ts';

const SESSION = { sessionId: 's1', state: 'open', tradingDate: '2026-01-05' } as const;

const SNAPSHOT: PriceFrame = {
  kind: 'snapshot',
  epoch: 'e',
  seq: 1,
  session: SESSION,
  symbols: [listed('IBM', 10_000), listed('NEW', null)],
};

function listed(symbol: string, lastPriceInCents: number | null) {
  return {
    symbol,
    company: symbol,
    instrumentType: 'equity',
    tickInCents: 5,
    lastPriceInCents,
    lastTradedAtMs: lastPriceInCents,
    session: NO_SESSION_PRICES,
    halted: false,
  } as const;
}

const MARKET_BUY: OrderBody = {
  position: 'buy',
  symbol: 'IBM',
  type: 'market',
  numShares: 5,
  priceInCents: null,
  timeInForce: 'day',
};
const BUY = { ...MARKET_BUY, type: 'limit', priceInCents: 10_500 } as const;
const SELL = { ...BUY, position: 'sell' } as const;

function open(): Market {
  const market = new Market();
  market.take(SNAPSHOT);
  return market;
}

test('a market order goes 3 % beyond the last price, on the tick', () => {
  const market = open();
  const reference = { referencePriceInCents: 10_000 };
  assert.deepEqual(market.check(MARKET_BUY), { limitPriceInCents: 10_300, ...reference });
  const sell = { ...MARKET_BUY, position: 'sell' } as const;
  assert.deepEqual(market.check(sell), { limitPriceInCents: 9_700, ...reference });
  const frame = { epoch: 'e', seq: 2, numShares: 1, exchangeAtMs: 1 };
  market.take({ kind: 'tick', ...frame, symbol: 'IBM', priceInCents: 10_001 });
  const moved = { limitPriceInCents: 10_300, referencePriceInCents: 10_001 };
  assert.deepEqual(market.check(MARKET_BUY), moved);
});

test('the collar holds on the aggressive side only', () => {
  const market = open();
  assert.equal(market.check({ ...BUY, priceInCents: 11_005 }), 'price_outside_collar');
  assert.equal(typeof market.check({ ...BUY, priceInCents: 5_000 }), 'object');
  assert.equal(market.check({ ...SELL, priceInCents: 8_995 }), 'price_outside_collar');
  assert.equal(typeof market.check({ ...SELL, priceInCents: 20_000 }), 'object');
});

test('what the market does not take is refused with its code', () => {
  const market = open();
  assert.equal(market.check({ ...BUY, symbol: 'NOPE' }), 'unknown_symbol');
  assert.equal(market.check({ ...BUY, symbol: 'NEW' }), 'no_reference_price');
  assert.equal(market.check({ ...BUY, priceInCents: 10_001 }), 'price_not_on_tick');
  assert.equal(market.check({ ...BUY, numShares: 10_001 }), 'order_too_large');
  const dear = new Market();
  dear.take({ ...SNAPSHOT, symbols: [listed('IBM', 10_000_000)] });
  const large = { ...MARKET_BUY, numShares: 50 };
  assert.equal(dear.check(large), 'order_value_too_large');
});

test('halts and the session are followed', () => {
  const market = open();
  const frame = { epoch: 'e', seq: 2, exchangeAtMs: 1 } as const;
  market.take({ kind: 'halt', ...frame, symbol: 'IBM', halted: true });
  assert.equal(market.check(BUY), 'symbol_halted');
  market.take({ kind: 'halt', ...frame, symbol: 'IBM', halted: false });
  assert.equal(typeof market.check(BUY), 'object');
  market.take({ kind: 'session', ...frame, session: { ...SESSION, state: 'closed' } });
  assert.equal(market.check(BUY), 'market_closed');
});
