import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  mergeChanges,
  mergeTicks,
  type PriceChanged,
  type PriceTicked,
} from '../../../src/actors/symbol-fanout/protocol.ts';
import { type Message, SymbolFanout } from '../../../src/actors/symbol-fanout/symbol-fanout.ts';
import { joinSpans, spanOf } from '../../../src/domain/price-span.ts';
import { NO_SESSION_PRICES } from '../../../src/domain/session-prices.ts';
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

  test('a watcher that asks again is told the prints since it was told last, none twice', () => {
    const rig = watched();
    rig.receive(ticked(100, 1), ticked(101, 2), { kind: 'WatchSymbol', watcher: GATEWAY });
    assert.deepEqual(updates(rig), [
      changed(GATEWAY, 100, 1, { merged: 1 }),
      changed(GATEWAY, 101, 2, { merged: 1 }),
    ]);
    rig.receive({ kind: 'WatchSymbol', watcher: OTHER });
    assert.deepEqual(updates(rig), [changed(OTHER, 101, 2, { merged: 0 })]);
    rig.receive(ticked(102, 3));
    rig.advance(LIMITS.priceThrottleMs);
    assert.deepEqual(updates(rig), [
      changed(GATEWAY, 102, 3, { merged: 1 }),
      changed(OTHER, 102, 3, { merged: 1 }),
    ]);
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
    rig.receive({ ...ticked(100, 9), exchangeAtMs: 1, span: null });
    assert.deepEqual(rig.sent(), []);
  });

  test('windows of all symbols end together, also of one that began in the middle', () => {
    const rig = watched();
    rig.advance(LIMITS.priceThrottleMs - 5);
    rig.receive(ticked(100, 1), ticked(101, 2));
    assert.deepEqual(updates(rig), [changed(GATEWAY, 100, 1, { merged: 1 })]);
    rig.advance(5);
    assert.deepEqual(updates(rig), [changed(GATEWAY, 101, 2, { merged: 1 })]);
    rig.receive(ticked(102, 3));
    assert.deepEqual(updates(rig), []);
  });

  test('a new session is told to the watchers before anything is printed in it', () => {
    const rig = watched();
    rig.receive(ticked(100, 1));
    rig.advance(LIMITS.priceThrottleMs);
    rig.sent();
    const session = { ...NO_SESSION_PRICES, previousCloseInCents: 100 };
    rig.receive({ ...ticked(100, 1), span: null, session });
    assert.deepEqual(updates(rig), [changed(GATEWAY, 100, 1, { session })]);
  });

  test('an insignificant change is held back, a significant one goes with all that was held', () => {
    const rig = watched(10);
    rig.receive(ticked(100_000, 1));
    rig.advance(LIMITS.priceThrottleMs);
    rig.sent();
    rig.receive(ticked(100_099, 2), ticked(100_050, 3));
    rig.advance(LIMITS.priceThrottleMs);
    assert.deepEqual(updates(rig), []);
    rig.receive(ticked(100_100, 4));
    assert.deepEqual(updates(rig), [changed(GATEWAY, 100_100, 4, { merged: 3 })]);
  });

  test('what is held back is sent in the end, so that no price is wrong for ever', () => {
    const rig = watched(10);
    rig.receive(ticked(100_000, 1));
    rig.advance(LIMITS.priceThrottleMs);
    rig.sent();
    rig.receive(ticked(100_001, 2));
    rig.advance(4_899);
    assert.deepEqual(updates(rig), []);
    rig.advance(1);
    assert.deepEqual(updates(rig), [changed(GATEWAY, 100_001, 2, { merged: 1 })]);
  });

  test('a clock that is set back holds nothing back for longer', () => {
    const rig = watched(10);
    rig.receive(ticked(100_000, 1));
    rig.advance(LIMITS.priceThrottleMs);
    rig.sent();
    rig.ctx.clockMs -= 3_600_000;
    rig.receive(ticked(100_001, 2));
    assert.deepEqual(updates(rig), [changed(GATEWAY, 100_001, 2, { merged: 1 })]);
  });

  test('while the exchange-connection is gone prices are stale, until its feed is fresh', () => {
    const rig = watched();
    rig.receive(ticked(100, 1));
    rig.advance(LIMITS.priceThrottleMs);
    rig.sent();
    rig.life('exchange-connection/0', 'down');
    rig.life('exchange-connection/0', 'up');
    assert.deepEqual(updates(rig), [changed(GATEWAY, 100, 1, { stale: true })]);
    rig.receive({ kind: 'FeedFreshness', stale: false });
    rig.advance(LIMITS.priceThrottleMs);
    assert.deepEqual(updates(rig), [changed(GATEWAY, 100, 1, {})]);
  });

  test('that the feed is stale is always significant', () => {
    const rig = watched(10);
    rig.receive(ticked(100_000, 1));
    rig.advance(LIMITS.priceThrottleMs);
    rig.sent();
    rig.receive({ kind: 'FeedFreshness', stale: true });
    assert.deepEqual(updates(rig), [changed(GATEWAY, 100_000, 1, { stale: true })]);
  });

  test('what is printed is told to the price-history minute by minute, none left out', () => {
    const rig = newRig();
    const second = { ...ticked(120, 59_999), exchangeAtMs: 59_999 };
    const third = { ...ticked(90, 60_000), exchangeAtMs: 60_000 };
    rig.receive(ticked(100, 1), second, third);
    const printed = (minuteStartMs: number, span: object) => ({
      via: 'tell',
      to: 'price-history/0',
      message: { kind: 'PricesPrinted', symbol: 'IBM', minuteStartMs, span },
    });
    const both = joinSpans(spanOf(100, 100), spanOf(120, 100));
    assert.deepEqual(rig.sent(), [printed(0, both)]);
    rig.advance(LIMITS.candleEveryMs);
    assert.deepEqual(rig.sent(), [printed(60_000, spanOf(90, 100))]);
    rig.advance(LIMITS.candleEveryMs);
    assert.deepEqual(rig.sent(), []);
  });

  test('of messages that wait for room none is lost: spans are joined, prints summed', () => {
    const merged = mergeTicks(ticked(100, 1), ticked(90, 2));
    assert.deepEqual(merged.span, joinSpans(spanOf(100, 100), spanOf(90, 100)));
    const repeated = { ...ticked(90, 2), span: null };
    assert.deepEqual(mergeTicks(ticked(100, 1), repeated).span, spanOf(100, 100));
    assert.deepEqual(mergeTicks(repeated, ticked(91, 3)), ticked(91, 3));
    const change = { ...changedMessage(100, 1), merged: 2 };
    assert.equal(mergeChanges(change, { ...changedMessage(101, 2), merged: 3 }).merged, 5);
  });

  test('made after the print, it answers with the price in the shared table', () => {
    const rig = newRig();
    const price = { priceInCents: 777, lastTradedAtMs: 5, seq: 9 };
    rig.ctx.prices.set('IBM', { tickInCents: 1, halted: false, price, session: NO_SESSION_PRICES });
    rig.receive({ kind: 'WatchSymbol', watcher: GATEWAY });
    assert.deepEqual(rig.sent(), [changed(GATEWAY, 777, 9, { merged: 0, lastTradedAtMs: 5 })]);
  });
});

function newRig(significanceBps = 0): ActorRig<Message> {
  const options = { symbol: 'IBM', significanceBps, insignificantMsMax: 5_000 };
  return new ActorRig<Message>('symbol-fanout/IBM', (ctx) => new SymbolFanout(options, ctx));
}

function watched(significanceBps = 0): ActorRig<Message> {
  const rig = newRig(significanceBps);
  rig.receive({ kind: 'WatchSymbol', watcher: GATEWAY });
  assert.deepEqual(rig.sent(), [], 'nothing is known yet');
  return rig;
}

/** What went to watchers. */
function updates(rig: ActorRig<Message>): Sent[] {
  return rig.sent().filter(({ via }) => via === 'conflate');
}

/** The exchange's time of a print is its sequence number here. */
function ticked(priceInCents: number, feedSeq: number, prints = 1): PriceTicked {
  const span = { ...spanOf(priceInCents, 100), prints };
  const session = NO_SESSION_PRICES;
  return { kind: 'PriceTicked', priceInCents, exchangeAtMs: feedSeq, feedSeq, span, session };
}

function changedMessage(priceInCents: number, seq: number): PriceChanged {
  const fields = { priceInCents, lastTradedAtMs: seq, seq, merged: 0, stale: false };
  return { kind: 'PriceChanged', symbol: 'IBM', ...fields, session: NO_SESSION_PRICES };
}

function changed(
  to: Address,
  priceInCents: number,
  seq: number,
  rest: Partial<PriceChanged>,
): Sent {
  const fields = {
    ...{ priceInCents, lastTradedAtMs: seq, seq, merged: 0, stale: false },
    session: NO_SESSION_PRICES,
    ...rest,
  };
  const message: PriceChanged = { kind: 'PriceChanged', symbol: 'IBM', ...fields };
  return { via: 'conflate', to, key: 'IBM', message };
}
