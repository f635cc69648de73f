import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateWindow } from '../../../src/actors/exchange-connection/rate-window.ts';
import { Prng } from '../../../src/runtime/simulation/prng.ts';

const MAX = 50;

test('I17 no window of one second, wherever it begins, holds more than the limit', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const written = sendGreedily(`rate-${seed}`);
    for (const [index, first] of written.entries()) {
      const inWindow = written.slice(index).filter(({ atMs }) => atMs <= first.atMs + 1_000);
      const sum = inWindow.reduce((total, { count }) => total + count, 0);
      assert(sum <= MAX, `seed ${seed}: ${sum} within a second from ${first.atMs}`);
    }
    const total = written.reduce((sum, { count }) => sum + count, 0);
    assert(total > MAX, `seed ${seed}: the limit was never reached`);
  }
});

test('I17 the wait that it tells is long enough, and not longer', () => {
  const window = new RateWindow(MAX);
  window.add(MAX, 5_000);
  assert.equal(window.free(5_000), 0);
  const waitMs = window.waitMs(5_400);
  assert.equal(window.free(5_400 + waitMs - 1), 0);
  assert.equal(window.free(5_400 + waitMs), MAX);
});

test('I17 a clock that is set back holds up nothing for longer than a second', () => {
  const window = new RateWindow(MAX);
  window.add(MAX, 3_600_000);
  assert.equal(window.free(5_000), 0, 'written less than a second ago, for all we know');
  const waitMs = window.waitMs(5_000);
  assert(waitMs <= 1_001, `${waitMs} ms`);
  assert.equal(window.free(5_000 + waitMs), MAX);
});

/** Batches of any size at any moment, and always as much as is allowed. */
function sendGreedily(seed: string): { readonly atMs: number; readonly count: number }[] {
  const prng = new Prng(seed);
  const window = new RateWindow(MAX);
  const written: { atMs: number; count: number }[] = [];
  let nowMs = 1_000_000;
  for (let step = 0; step < 200; step++) {
    nowMs += Math.floor(prng.next() * 120);
    const count = Math.min(1 + Math.floor(prng.next() * 20), window.free(nowMs));
    if (count <= 0) continue;
    window.add(count, nowMs);
    written.push({ atMs: nowMs, count });
  }
  return written;
}
