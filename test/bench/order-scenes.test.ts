import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BenchOptions } from '../../bench/bench.ts';
import { UsageError } from '../../bench/options.ts';
import { isCarried, type LoadRun } from '../../bench/orders/load-run.ts';
import { bestOf, kneeOf } from '../../bench/orders/report.ts';
import { scenesFor } from '../../bench/orders/scenes.ts';

function scenes(more: BenchOptions['more'], quick = false) {
  const signal = new AbortController().signal;
  return scenesFor({ more, quick, full: false, signal, progress: () => undefined });
}

test('the command line chooses scenes, rates, seconds and runs, and is refused in a sentence', () => {
  const [ramp] = scenes({ scene: 'ramp', rates: '100,200', seconds: '5', runs: '1' });
  assert.deepEqual([ramp?.rates, ramp?.seconds, ramp?.runs], [[100, 200], 5, 1]);
  assert.throws(() => scenes({ scene: 'sprint' }), UsageError);
  assert.throws(() => scenes({ rates: '100,fast' }), /--rates must be whole numbers/);
});

test('quick scenes are small, and all are there', () => {
  assert.deepEqual(
    scenes({}, true).map(({ name, rates, runs }) => [name, Math.max(...rates) <= 1_000, runs]),
    ['light', 'steady', 'ramp', 'sustained', 'placing', 'peers'].map((name) => [name, true, 1]),
  );
});

interface Changes {
  readonly answered?: number;
  readonly p99Ms?: number;
  readonly errors?: Readonly<Record<string, number>>;
}

function step(ratePerSecond: number, changes: Changes) {
  const { answered = ratePerSecond, p99Ms = 20, errors = {} } = changes;
  const report = { answersPerSecond: answered, placed: { p99Ms }, errors, noAnswer: 0 };
  return { ratePerSecond, report } as unknown as LoadRun;
}

test('a rate is carried when all is answered without an error, in time, and nothing queues', () => {
  assert(isCarried(step(1_000, {})));
  assert(!isCarried(step(1_000, { answered: 960 })));
  assert(!isCarried(step(1_000, { p99Ms: 300 })));
  assert(!isCarried(step(1_000, { errors: { 'POST 503 busy': 1 } })));
  assert.equal(kneeOf([step(1_000, {}), step(2_000, {}), step(3_000, { answered: 2_500 })]), 2_000);
  assert.equal(kneeOf([step(1_000, { answered: 1 })]), 0);
});

test('the best of several servers carries most, and of those that carry as much has the lowest p99', () => {
  const late = { steps: [step(1_000, { p99Ms: 100 })] };
  const soon = { steps: [step(1_000, { p99Ms: 30 })] };
  const most = { steps: [step(1_000, {}), step(1_500, { p99Ms: 200 })] };
  assert.equal(bestOf([late, soon]), soon);
  assert.equal(bestOf([late, soon, most]), most);
  assert.equal(bestOf([]), null);
});
