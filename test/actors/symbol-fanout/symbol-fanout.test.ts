import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PriceChanged } from '../../../src/actors/symbol-fanout/protocol.ts';
import { type Message, SymbolFanout } from '../../../src/actors/symbol-fanout/symbol-fanout.ts';
import { LIMITS } from '../../../src/limits.ts';
import type { Address } from '../../../src/runtime/actor.ts';
import { ActorRig, type Sent } from '../test-context.ts';

const GATEWAY = 'gateway/0';
const OTHER = 'gateway/1';

describe('symbol-fanout', () => {
  test('the first price goes out at once, the last of a window when it ends', () => {
    const rig = watched();
    for (const [index, price] of [100, 101, 102, 103].entries()) rig.receive(ticked(price, index));
    assert.deepEqual(rig.sent(), [changed(GATEWAY, 100, 0, { merged: 1 })]);
    rig.advance(LIMITS.priceThrottleMs - 1);
    assert.deepEqual(rig.sent(), []);
    rig.advance(1);
    assert.deepEqual(rig.sent(), [changed(GATEWAY, 103, 3, { merged: 3 })]);
  });

  test('the release of the throttle begins the next window', () => {
    const rig = watched();
    rig.receive(ticked(100, 1), ticked(101, 2));
    rig.advance(LIMITS.priceThrottleMs);
    rig.sent();
    rig.receive(ticked(102, 3));
    assert.deepEqual(rig.sent(), []);
    rig.advance(LIMITS.priceThrottleMs);
    assert.deepEqual(rig.sent(), [changed(GATEWAY, 102, 3, { merged: 1 })]);
  });

  test('after a quiet window the next price goes out at once', () => {
    const rig = watched();
    rig.receive(ticked(100, 1));
    rig.advance(LIMITS.priceThrottleMs);
    rig.sent();
    rig.receive(ticked(101, 2, 4));
    assert.deepEqual(rig.sent(), [changed(GATEWAY, 101, 2, { merged: 4 })]);
  });

  test('a new watcher hears the last known price at once, whatever the throttle', () => {
    const rig = watched();
    rig.receive(ticked(100, 1), ticked(101, 2));
    rig.sent();
    rig.receive({ kind: 'WatchSymbol', watcher: OTHER });
    assert.deepEqual(rig.sent(), [changed(OTHER, 101, 2, { merged: 0 })]);
  });

  test('watching twice is watching once, and unwatching ends it', () => {
    const rig = watched();
    rig.receive({ kind: 'WatchSymbol', watcher: GATEWAY }, ticked(100, 1));
    assert.deepEqual(rig.sent(), [changed(GATEWAY, 100, 1, { merged: 1 })]);
    rig.receive({ kind: 'UnwatchSymbol', watcher: GATEWAY }, ticked(101, 2));
    rig.advance(LIMITS.priceThrottleMs);
    assert.deepEqual(rig.sent(), []);
  });

  test('a stale feed is flagged to every watcher, and a fresh one again', () => {
    const rig = watched();
    rig.receive(ticked(100, 1));
    rig.advance(LIMITS.priceThrottleMs);
    rig.sent();
    rig.receive({ kind: 'FeedFreshness', stale: true }, { kind: 'FeedFreshness', stale: true });
    assert.deepEqual(rig.sent(), [changed(GATEWAY, 100, 1, { merged: 0, stale: true })]);
    rig.receive({ kind: 'FeedFreshness', stale: false });
    rig.advance(LIMITS.priceThrottleMs);
    assert.deepEqual(rig.sent(), [changed(GATEWAY, 100, 1, { merged: 0 })]);
  });

  test('a snapshot that repeats the known print is no news', () => {
    const rig = watched();
    rig.receive(ticked(100, 1));
    rig.advance(LIMITS.priceThrottleMs);
    rig.sent();
    rig.receive({ ...ticked(100, 9, 0), exchangeAtMs: 1 });
    assert.deepEqual(rig.sent(), []);
  });

  test('made after the print, it answers with the price in the shared table', () => {
    const rig = newRig();
    const price = { priceInCents: 777, lastTradedAtMs: 5, seq: 9 };
    rig.ctx.prices.set('IBM', { tickInCents: 1, halted: false, price });
    rig.receive({ kind: 'WatchSymbol', watcher: GATEWAY });
    assert.deepEqual(rig.sent(), [changed(GATEWAY, 777, 9, { merged: 0, lastTradedAtMs: 5 })]);
  });
});

function newRig(): ActorRig<Message> {
  return new ActorRig<Message>('symbol-fanout/IBM', (ctx) => {
    return new SymbolFanout({ symbol: 'IBM' }, ctx);
  });
}

function watched(): ActorRig<Message> {
  const rig = newRig();
  rig.receive({ kind: 'WatchSymbol', watcher: GATEWAY });
  assert.deepEqual(rig.sent(), [], 'nothing is known yet');
  return rig;
}

/** The exchange's time of a print is its sequence number here. */
function ticked(priceInCents: number, feedSeq: number, ticks = 1) {
  return { kind: 'PriceTicked', priceInCents, exchangeAtMs: feedSeq, feedSeq, ticks } as const;
}

function changed(
  to: Address,
  priceInCents: number,
  seq: number,
  rest: Partial<PriceChanged>,
): Sent {
  const fields = { priceInCents, lastTradedAtMs: seq, seq, merged: 0, stale: false, ...rest };
  const message: PriceChanged = { kind: 'PriceChanged', symbol: 'IBM', ...fields };
  return { via: 'conflate', to, key: 'IBM', message };
}
