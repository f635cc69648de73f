// Frames of a feed that are not what the protocol says are errors that name the field, never
// guesses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_SESSION_PRICES } from '../../src/domain/session-prices.ts';
import { decodeCapabilities } from '../../src/exchange/decode.ts';
import { decodeExecutionFrame, decodePriceFrame } from '../../src/exchange/decode-frame.ts';
import { DecodeError } from '../../src/exchange/errors.ts';
import type { JsonObject } from '../../src/exchange/json-fields.ts';
import type { Execution, PriceSnapshot, Tick } from '../../src/exchange/port.ts';
import { ENGINE_ABILITIES } from '../../src/exchange/simulator/abilities.ts';

const TRADE: Execution = {
  kind: 'execution',
  epoch: 'e',
  seq: 1,
  execKind: 'trade',
  execId: 'x',
  clientOrderId: null,
  externalOrderId: 'o',
  symbol: 'IBM',
  side: 'buy',
  cumQty: 5,
  lastQty: 5,
  lastPriceInCents: 100,
  execRef: null,
  reason: null,
  exchangeAtMs: 1,
};
const TICK: Tick = {
  kind: 'tick',
  epoch: 'e',
  seq: 1,
  symbol: 'IBM',
  priceInCents: 100,
  numShares: 1,
  exchangeAtMs: 1,
};

test('sound frames come out as they went in, without fields that we do not know', () => {
  assert.deepEqual(decodeExecutionFrame(JSON.stringify({ ...TRADE, extra: 1 })), TRADE);
  assert.deepEqual(decodePriceFrame(JSON.stringify({ ...TICK, extra: 1 })), TICK);
});

test('only equities are taken from a snapshot', () => {
  const listing = {
    symbol: 'IBM',
    company: 'IBM',
    instrumentType: 'equity' as const,
    tickInCents: 1,
    lastPriceInCents: null,
    lastTradedAtMs: null,
    session: { ...NO_SESSION_PRICES, openInCents: 5, volume: 7 },
    halted: false,
  };
  const snapshot: PriceSnapshot = {
    kind: 'snapshot',
    epoch: 'e',
    seq: 3,
    session: { sessionId: 's', state: 'open', tradingDate: '2013-10-07' },
    symbols: [listing],
  };
  const symbols = [listing, { ...listing, symbol: 'SPY', instrumentType: 'etf' }];
  assert.deepEqual(decodePriceFrame(JSON.stringify({ ...snapshot, symbols })), snapshot);
});

const MALFORMED: [name: string, frame: object, field: RegExp][] = [
  ['a fraction of a share', { ...TRADE, lastQty: 0.5 }, /lastQty/],
  ['a trade of nothing', { ...TRADE, lastQty: 0 }, /lastQty/],
  ['a trade without a price', { ...TRADE, lastPriceInCents: null }, /lastPriceInCents/],
  ['a negative sum', { ...TRADE, cumQty: -1 }, /cumQty/],
  ['a sequence beyond 2^53', { ...TRADE, seq: 2 ** 53 }, /seq/],
  ['no execId', { ...TRADE, execId: undefined }, /execId/],
  ['an unheard-of kind of execution', { ...TRADE, execKind: 'gift' }, /execKind/],
  ['a bust of nothing', { ...TRADE, execKind: 'bust' }, /execRef/],
  ['a list', [], /object/],
];

for (const [name, frame, field] of MALFORMED) {
  test(`${name} is malformed`, () => {
    assert.throws(
      () => decodeExecutionFrame(JSON.stringify(frame)),
      (error: unknown) => error instanceof DecodeError && field.test(error.message),
    );
  });
}

test('what an exchange says it can do comes out as it went in', () => {
  const capabilities = { ...ENGINE_ABILITIES, epoch: 'e', echo: true };
  assert.deepEqual(decodeCapabilities({ ...capabilities, extra: 1 }), { capabilities });
});

const CALENDARS: [name: string, calendar: unknown, field: RegExp][] = [
  ['no calendar', undefined, /calendar/],
  ['a time zone that nobody knows', { timeZone: 'America/Gotham' }, /timeZone/],
  ['an hour too many', { opensAt: '24:00' }, /opensAt/],
  ['a time without minutes', { closesAt: '16' }, /closesAt/],
  ['money that is not ours', { currency: 'EUR' }, /currency/],
];

for (const [name, changed, field] of CALENDARS) {
  test(`${name} is malformed: such an exchange is not connected`, () => {
    const { calendar: sound, ...abilities } = ENGINE_ABILITIES;
    const calendar = changed === undefined ? undefined : { ...sound, ...Object(changed) };
    const answer: JsonObject = { ...abilities, epoch: 'e', echo: true, calendar };
    assert.throws(
      () => decodeCapabilities(answer),
      (error: unknown) => error instanceof DecodeError && field.test(error.message),
    );
  });
}
