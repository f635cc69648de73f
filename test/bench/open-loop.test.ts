import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LoopClock, OpenLoop } from '../../bench/harness/open-loop.ts';

/** Time stands still until `advance`; timers may be made to fire late. */
class FakeClock implements LoopClock {
  now = 1_000;
  #timers: { readonly atMs: number; readonly run: () => void }[] = [];

  nowMs(): number {
    return this.now;
  }

  after(delayMs: number, run: () => void): void {
    this.#timers.push({ atMs: this.now + delayMs, run });
  }

  advance(ms: number): void {
    this.now += ms;
    const due = this.#timers.filter(({ atMs }) => atMs <= this.now);
    this.#timers = this.#timers.filter(({ atMs }) => atMs > this.now);
    for (const { run } of due) run();
  }
}

function run(ratePerSecond: number, count: number) {
  const clock = new FakeClock();
  const sent: [index: number, intendedMs: number, lateMs: number][] = [];
  let isSent = false;
  const loop = new OpenLoop({
    ratePerSecond,
    count,
    clock,
    send: (index, intendedMs) => sent.push([index, intendedMs, clock.now - intendedMs]),
    onSent: () => {
      isSent = true;
    },
  });
  loop.start();
  return { clock, sent, loop, isSent: () => isSent };
}

test('sends at its intended times, the first at once', () => {
  const { clock, sent, isSent } = run(250, 3);
  assert.deepEqual(sent, [[0, 1_000, 0]]);
  clock.advance(4);
  clock.advance(3);
  assert.equal(sent.length, 2);
  assert.equal(isSent(), false);
  clock.advance(1);
  assert.deepEqual(sent.slice(1), [
    [1, 1_004, 0],
    [2, 1_008, 0],
  ]);
  assert.equal(isSent(), true);
});

test('after a pause all that was due goes out at once, with the times that were intended', () => {
  const { clock, sent } = run(1_000, 100);
  clock.advance(5.5);
  assert.deepEqual(sent.slice(1), [
    [1, 1_001, 4.5],
    [2, 1_002, 3.5],
    [3, 1_003, 2.5],
    [4, 1_004, 1.5],
    [5, 1_005, 0.5],
  ]);
});

test('intended times do not drift, whatever the timers do', () => {
  const { clock, sent } = run(300, 3_001);
  while (sent.length < 3_001) clock.advance(0.7);
  const [, lastIntendedMs] = sent.at(-1) ?? [];
  assert.equal(lastIntendedMs, 1_000 + 10_000);
});

test('a stopped loop sends no more', () => {
  const { clock, sent, loop, isSent } = run(1_000, 10);
  loop.stop();
  clock.advance(50);
  assert.equal(sent.length, 1);
  assert.equal(isSent(), false);
});
