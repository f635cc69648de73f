// The daily history: imported once, again when it has changed, not at all when it is wrong, and
// behind what the broker has seen itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DailyBar } from '../../../src/domain/candle.ts';
import { candleStart } from '../../../src/domain/candle.ts';
import { PriceRig, span } from './price-rig.ts';

const DAY_MS = 24 * 3_600_000;
const FILE = { symbol: 'WM', file: 'WM.daily.csv.gz' };

function aBar(startMs: number, closeInCents = 1_020): DailyBar {
  const prices = { openInCents: 1_000, highInCents: 1_050, lowInCents: 990, closeInCents };
  return { startMs, ...prices, volume: 5_000 };
}

const JAN_2 = Date.UTC(1998, 0, 2, 5);
const BARS = [aBar(JAN_2), aBar(JAN_2 + DAY_MS)];

function list(rig: PriceRig, ...files: (typeof FILE)[]): void {
  rig.actor.finish('ListDailyFiles', { outcome: 'listed', files });
}

function wm(rig: PriceRig) {
  return rig.read('1d', { symbol: 'WM' }).candles;
}

test('a file is imported, and with its hash it is known after a restart', (t) => {
  const rig = new PriceRig(t);
  list(rig, FILE);
  assert.deepEqual(rig.actor.openEffects('ReadDailyFile'), [
    { kind: 'ReadDailyFile', file: FILE.file, knownSha256: null },
  ]);
  rig.actor.finish('ReadDailyFile', { outcome: 'read', sha256: 'one', bars: BARS });
  const imported = { vwapInCents: null, prints: null, gap: false, source: 'history' };
  assert.deepEqual(
    wm(rig),
    BARS.map((bar) => ({ ...bar, ...imported })),
  );
  assert.equal(rig.read('1d', { symbol: 'WM' }).isKnown, true);

  rig.actor.restart();
  list(rig, FILE);
  assert.deepEqual(rig.actor.openEffects('ReadDailyFile'), [
    { kind: 'ReadDailyFile', file: FILE.file, knownSha256: 'one' },
  ]);
  rig.actor.finish('ReadDailyFile', { outcome: 'unchanged' });
  assert.equal(wm(rig).length, 2);
  assert.equal(rig.actor.ctx.counters.get('daily_files_imported'), 1);
});

test('a file that has changed replaces what it had brought', (t) => {
  const rig = new PriceRig(t);
  list(rig, FILE);
  rig.actor.finish('ReadDailyFile', { outcome: 'read', sha256: 'one', bars: BARS });
  rig.actor.restart();
  list(rig, FILE);
  const bars = [aBar(JAN_2 + DAY_MS, 1_033)];
  rig.actor.finish('ReadDailyFile', { outcome: 'read', sha256: 'two', bars });
  assert.deepEqual(
    wm(rig).map(({ startMs, closeInCents }) => [startMs, closeInCents]),
    [[JAN_2 + DAY_MS, 1_033]],
  );
});

test('a malformed file is an error that names file and line, and the next file is read', (t) => {
  const rig = new PriceRig(t);
  list(
    rig,
    { symbol: 'AIG', file: 'AIG.daily.csv' },
    { symbol: 'BAC', file: 'BAC.daily.csv' },
    FILE,
  );
  const malformed = { outcome: 'malformed', line: 17, error: '"x" is no whole number' };
  rig.actor.finish('ReadDailyFile', malformed);
  rig.actor.finish('ReadDailyFile', { outcome: 'unreadable', error: 'EACCES' });
  rig.actor.finish('ReadDailyFile', { outcome: 'read', sha256: 'one', bars: BARS });
  assert.deepEqual(
    rig.actor.ctx.logs.map(({ level, fields }) => [level, fields]),
    [
      ['error', { file: 'AIG.daily.csv', line: 17, error: '"x" is no whole number' }],
      ['error', { file: 'BAC.daily.csv', error: 'EACCES' }],
    ],
  );
  assert.equal(wm(rig).length, 2);
  assert.equal(rig.read('1d', { symbol: 'AIG' }).isKnown, false);
});

test('one file is read at a time', (t) => {
  const rig = new PriceRig(t);
  list(rig, FILE, { symbol: 'AIG', file: 'AIG.daily.csv' });
  assert.equal(rig.actor.openEffects('ReadDailyFile').length, 1);
});

test('a day that the broker has seen wins over the imported one', (t) => {
  const rig = new PriceRig(t);
  list(rig, FILE);
  const today = candleStart('1d', rig.actor.ctx.nowMs());
  const bars = [...BARS, aBar(today)];
  rig.actor.finish('ReadDailyFile', { outcome: 'read', sha256: 'one', bars });
  rig.feed(true);
  rig.print(span([2_000, 7]), { symbol: 'WM' });
  rig.settle();
  assert.deepEqual(
    wm(rig).map(({ startMs, closeInCents, source }) => [startMs, closeInCents, source]),
    [
      [JAN_2, 1_020, 'history'],
      [JAN_2 + DAY_MS, 1_020, 'history'],
      [today, 2_000, 'live'],
    ],
  );
  assert.equal(rig.read('1h', { symbol: 'WM' }).candles.length, 1, 'days have no hours');
});
