// What becomes of prints: candles of every interval, once each, over restarts and a full disk, and
// only as long as is configured.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANDLE_INTERVALS } from '../../../src/domain/candle.ts';
import { LIMITS } from '../../../src/limits.ts';
import { PriceStore } from '../../../src/store/price-store.ts';
import { FOR_EVER, MINUTE_MS, PriceRig, span } from './price-rig.ts';

test('prints of a minute become one candle of each interval, weighted by volume', (t) => {
  const rig = PriceRig.live(t);
  rig.print(span([100, 10], [120, 30]));
  rig.print(span([90, 50], [110, 11]));
  rig.settle();
  const nowMs = rig.actor.ctx.nowMs();
  const shared = {
    openInCents: 100,
    highInCents: 120,
    lowInCents: 90,
    closeInCents: 110,
    volume: 101,
    vwapInCents: 102, // 10,310 / 101 = 102.08
    prints: 4,
    gap: false,
    source: 'live',
  };
  assert.deepEqual(rig.candles('1m'), [
    { startMs: Math.floor(nowMs / MINUTE_MS) * MINUTE_MS, ...shared },
  ]);
  for (const interval of CANDLE_INTERVALS) {
    const candles = rig.candles(interval).map(({ startMs: _, ...candle }) => candle);
    assert.deepEqual(candles, [shared], interval);
  }
});

test('minutes are rolled up as they are written, in their order', (t) => {
  const rig = PriceRig.live(t);
  for (const minutes of [0, 1, 4, 5, 61]) {
    rig.print(span([100 + minutes, 1]), { minutes });
    rig.settle();
  }
  const shown = (interval: '1m' | '5m' | '1h' | '1d') =>
    rig.candles(interval).map((c) => [c.openInCents, c.highInCents, c.closeInCents, c.prints]);
  assert.equal(shown('1m').length, 5);
  assert.deepEqual(shown('5m'), [
    [100, 104, 104, 3],
    [105, 105, 105, 1],
    [161, 161, 161, 1],
  ]);
  assert.deepEqual(shown('1h'), [
    [100, 105, 105, 4],
    [161, 161, 161, 1],
  ]);
  assert.deepEqual(shown('1d'), [[100, 161, 161, 5]]);
});

test('a symbol sees nothing of another', (t) => {
  const rig = PriceRig.live(t);
  rig.print(span([100, 1]), { symbol: 'AIG' });
  rig.settle();
  assert.deepEqual(rig.candles('1m'), []);
  assert.equal(rig.read('1m', { symbol: 'AIG' }).candles.length, 1);
});

test('writing is left for a second, and then one transaction', (t) => {
  const rig = PriceRig.live(t);
  rig.print(span([100, 1]));
  rig.print(span([200, 1]), { symbol: 'AIG' });
  rig.actor.advance(LIMITS.candleFlushMs - 1);
  assert.deepEqual(rig.candles('1m'), []);
  const before = rig.actor.ctx.counters.get('candle_spans_written') ?? 0;
  rig.actor.advance(1);
  assert.equal(rig.candles('1m').length, 1);
  assert.equal(rig.actor.ctx.counters.get('candle_spans_written'), before + 2);
});

test('more spans than one transaction takes are written at once', (t) => {
  const rig = PriceRig.live(t);
  for (let n = 0; n < LIMITS.candleFlushMax + 5; n++) {
    rig.print(span([100, 1]), { symbol: `S${n}` });
  }
  const written = () => rig.actor.ctx.counters.get('candle_spans_written');
  assert.equal(written(), LIMITS.candleFlushMax);
  rig.settle();
  assert.equal(written(), LIMITS.candleFlushMax + 5);
});

test('a restart in the middle of a minute goes on with the stored candle, counting nothing twice', (t) => {
  const rig = PriceRig.live(t);
  rig.print(span([100, 10], [130, 1]));
  rig.settle();
  rig.actor.restart();
  rig.feed(true);
  rig.print(span([90, 10]));
  rig.settle();
  for (const interval of CANDLE_INTERVALS) {
    const [candle] = rig.candles(interval);
    assert.deepEqual(
      [candle?.openInCents, candle?.highInCents, candle?.lowInCents, candle?.closeInCents],
      [100, 130, 90, 90],
    );
    assert.deepEqual([candle?.volume, candle?.prints, candle?.gap], [21, 3, true], interval);
  }
});

test('what a crash took with it is no part of a candle, which says that something may be missing', (t) => {
  const rig = PriceRig.live(t);
  rig.print(span([100, 10]));
  rig.settle();
  rig.print(span([500, 10]));
  rig.actor.restart(); // within the second of the flush
  rig.feed(true);
  rig.settle();
  const [candle, ...others] = rig.candles('1m');
  assert.deepEqual([candle?.highInCents, candle?.prints, candle?.gap], [100, 1, true]);
  assert.deepEqual(others, []);
});

test('candles are kept as long as is configured, and some for ever', (t) => {
  const rig = PriceRig.live(t, { ...FOR_EVER, '1m': 2, '5m': 3 });
  rig.print(span([100, 1]));
  rig.settle();
  const days = 24 * 3_600_000;
  const kept = () => CANDLE_INTERVALS.map((interval) => rig.candles(interval).length);
  rig.later(2 * days - MINUTE_MS);
  assert.deepEqual(kept(), [1, 1, 1, 1]);
  rig.later(2 * MINUTE_MS);
  assert.deepEqual(kept(), [0, 1, 1, 1]);
  rig.later(days);
  assert.deepEqual(kept(), [0, 0, 1, 1]);
});

test('old candles go a bounded number at a time', (t) => {
  const rig = PriceRig.live(t, { ...FOR_EVER, '1m': 1 });
  for (let n = 0; n < LIMITS.candlesDeletedMax + 10; n++) {
    rig.print(span([100, 1]), { symbol: `S${n % 3}`, minutes: -n - 1_500 });
  }
  rig.settle();
  const deleted = () => rig.actor.ctx.counters.get('candles_deleted');
  rig.actor.advance(LIMITS.priceUpkeepMs - LIMITS.candleFlushMs);
  assert.equal(deleted(), LIMITS.candlesDeletedMax);
  rig.actor.advance(LIMITS.priceUpkeepMs);
  assert.equal(deleted(), LIMITS.candlesDeletedMax + 10);
  assert.equal(rig.read('1m', { symbol: 'S0' }).candles.length, 0);
  assert(rig.read('1d', { symbol: 'S0' }).candles.length > 0);
});

test('while the file cannot be written nothing is lost, and it is said once', (t) => {
  const rig = PriceRig.live(t);
  const said = 'prices.db was not written';
  const errors = () => rig.actor.ctx.logs.filter(({ text }) => text === said).length;
  const full = { error: 'SQLITE_FULL: database or disk is full' };
  const { mock } = t.mock.method(PriceStore.prototype, 'write', () => full);
  rig.print(span([100, 1]));
  rig.settle();
  rig.print(span([110, 1]));
  rig.settle();
  assert.deepEqual([errors(), rig.candles('1m')], [1, []]);
  mock.restore();
  rig.settle();
  const [candle] = rig.candles('1m');
  assert.deepEqual([candle?.prints, candle?.closeInCents, candle?.gap], [2, 110, false]);
});

test('what finds no room while the file cannot be written is lost, and its candles say so', (t) => {
  const rig = PriceRig.live(t);
  const full = { error: 'SQLITE_FULL: database or disk is full' };
  const { mock } = t.mock.method(PriceStore.prototype, 'write', () => full);
  for (let n = 0; n <= LIMITS.candlesPendingMax; n++) {
    rig.print(span([100, 1]), { symbol: `S${n}` });
  }
  assert.equal(rig.actor.ctx.counters.get('candle_spans_lost'), LIMITS.candlesPendingMax);
  mock.restore();
  rig.print(span([100, 1]));
  rig.settle();
  assert.deepEqual(
    rig.candles('1m').map(({ gap, prints }) => [gap, prints]),
    [[true, 1]],
  );
});
