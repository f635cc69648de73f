// When candles say that something may be missing: while the feed was not live, while the broker was
// away, and on the day on which it first ran.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { newYorkDayStart } from '../../../src/domain/new-york-day.ts';
import { LIMITS } from '../../../src/limits.ts';
import { FOR_EVER, MINUTE_MS, PriceRig, span } from './price-rig.ts';

/** How long before it is noticed an outage may have begun, and how long after it may have ended. */
const DOUBT_MS = LIMITS.candleEveryMs + LIMITS.clockSkewMs;
const SKEW_MS = LIMITS.clockSkewMs;

function printEachMinute(rig: PriceRig, minutes: number): void {
  for (let n = 0; n < minutes; n++) {
    rig.print(span([100, 1]));
    rig.later(MINUTE_MS);
  }
}

const gapsIn = (rig: PriceRig) => rig.candles('1m').map(({ gap }) => gap);
const nowOf = (rig: PriceRig) => rig.actor.ctx.nowMs();

test('on its first day the broker has seen no whole candle until the feed was live', (t) => {
  const rig = new PriceRig(t);
  const startedAtMs = nowOf(rig);
  const fromMs = newYorkDayStart(startedAtMs);
  assert.deepEqual(rig.read('1m').gaps, [{ fromMs, untilMs: null }]);
  rig.later(30_000);
  rig.feed(true);
  printEachMinute(rig, 2);
  assert.deepEqual(rig.read('1m').gaps, [{ fromMs, untilMs: startedAtMs + 30_000 + SKEW_MS }]);
  assert.deepEqual(gapsIn(rig), [true, false]);
  assert.deepEqual(
    rig.candles('1d').map(({ gap }) => gap),
    [true],
  );
});

test('a feed that is not live marks the minutes it touches, and no others', (t) => {
  const rig = PriceRig.live(t);
  printEachMinute(rig, 2);
  rig.later(30_000);
  const lostAtMs = nowOf(rig);
  rig.feed(false);
  rig.feed(false);
  rig.later(10_000);
  rig.feed(true);
  rig.feed(true);
  rig.print(span([100, 1]));
  rig.later(20_000);
  printEachMinute(rig, 2);
  assert.deepEqual(gapsIn(rig), [false, false, true, false, false]);
  const gap = { fromMs: lostAtMs - DOUBT_MS, untilMs: lostAtMs + 10_000 + SKEW_MS };
  assert.deepEqual(rig.read('1m', { fromMs: lostAtMs - 5 * MINUTE_MS }).gaps, [gap]);
});

test('an exchange-connection that is gone has taken prints with it, however soon another is live', (t) => {
  const rig = PriceRig.live(t);
  rig.later(30_000);
  const lostAtMs = nowOf(rig);
  rig.actor.life('exchange-connection/0', 'down');
  rig.actor.life('exchange-connection/0', 'up');
  rig.later(1_000);
  rig.feed(true);
  const gap = { fromMs: lostAtMs - DOUBT_MS, untilMs: lostAtMs + 1_000 + SKEW_MS };
  assert.deepEqual(rig.read('1m', { fromMs: lostAtMs - 10_000 }).gaps, [gap]);
});

test('an outage in which nothing was printed is told of all the same', (t) => {
  const rig = PriceRig.live(t);
  rig.later(MINUTE_MS);
  const fromMs = nowOf(rig);
  rig.feed(false);
  rig.later(10 * MINUTE_MS);
  const { candles, gaps } = rig.read('1m', { fromMs, toMs: nowOf(rig) });
  assert.deepEqual([candles, gaps], [[], [{ fromMs: fromMs - DOUBT_MS, untilMs: null }]]);
  assert.deepEqual(rig.read('1m', { fromMs: 1, toMs: 1_000 }).gaps, []);
});

test('while the broker was away is an outage, from the last that was surely stored', (t) => {
  const rig = PriceRig.live(t);
  printEachMinute(rig, 1);
  rig.settle();
  const storedAtMs = nowOf(rig);
  rig.actor.ctx.clockMs += 5 * MINUTE_MS; // as if it had been killed just now
  rig.actor.restart();
  rig.actor.restart(); // and once more before the feed was back
  rig.later(1_000);
  rig.feed(true);
  const [first, ...others] = rig.read('1m', { fromMs: storedAtMs - MINUTE_MS }).gaps;
  assert(first !== undefined && first.untilMs !== null);
  assert.equal(first.untilMs, storedAtMs + 5 * MINUTE_MS + 1_000 + SKEW_MS);
  assert(first.fromMs <= storedAtMs - DOUBT_MS, 'fan-outs may have taken something with them');
  assert(first.fromMs > storedAtMs - DOUBT_MS - 2 * LIMITS.priceUpkeepMs);
  assert.deepEqual(others, []);
});

test('a feed that comes and goes is one outage as long as its parts may touch', (t) => {
  const rig = PriceRig.live(t);
  rig.later(MINUTE_MS);
  const fromMs = nowOf(rig) - DOUBT_MS;
  for (let n = 0; n < 50; n++) {
    rig.feed(false);
    rig.feed(true);
    rig.later(1_000);
  }
  const untilMs = nowOf(rig) - 1_000 + SKEW_MS;
  assert.deepEqual(rig.read('1m', { fromMs }).gaps, [{ fromMs, untilMs }]);
});

test('there is a bound on outages: of too many the closest become one', (t) => {
  const rig = PriceRig.live(t);
  const close = 20_000;
  const far = 60_000;
  for (let n = 0; n < LIMITS.outagesMax + 20; n++) {
    rig.feed(false);
    rig.feed(true);
    rig.later(n % 50 === 0 ? close : far);
  }
  const { gaps } = rig.read('1m');
  assert.equal(gaps.length, LIMITS.outagesMax);
  const lengths = new Set(gaps.map(({ fromMs, untilMs }) => Number(untilMs) - fromMs));
  assert(lengths.has(DOUBT_MS + SKEW_MS) && lengths.has(close + DOUBT_MS + SKEW_MS));
  assert(!lengths.has(far + DOUBT_MS + SKEW_MS), 'those far apart are still told apart');
});

test('an outage is kept as long as a candle that it touches', (t) => {
  const days = 24 * 3_600_000;
  const rig = PriceRig.live(t, { '1m': 1, '5m': 1, '1h': 2, '1d': 3 });
  rig.feed(false);
  rig.feed(true);
  rig.later(MINUTE_MS);
  const outages = () => rig.read('1m').gaps.length;
  rig.later(3 * days - 3 * MINUTE_MS);
  assert.equal(outages(), 1, 'that of the first day was a day older');
  rig.later(3 * MINUTE_MS);
  assert.equal(outages(), 0);
  const kept = PriceRig.live(t, { ...FOR_EVER, '1m': 1 });
  kept.later(1_000 * days);
  assert.equal(kept.read('1m').gaps.length, 1, 'with candles that are kept for ever');
});

test('prices.db is in WAL mode and at its newest schema', (t) => {
  const rig = new PriceRig(t);
  const db = new Database(rig.path, { readonly: true });
  t.after(() => db.close());
  assert.equal(db.pragma('journal_mode', { simple: true }), 'wal');
  assert.equal(db.pragma('user_version', { simple: true }), 1);
});
