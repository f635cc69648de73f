import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BenchOptions } from '../../bench/bench.ts';
import { isReached } from '../../bench/harness/goal.ts';
import { UsageError } from '../../bench/options.ts';
import { idleReport } from '../../bench/prices/report.ts';
import { scenesFor } from '../../bench/prices/scenes.ts';

function scenes(more: BenchOptions['more'], quick = false) {
  const { signal } = new AbortController();
  return scenesFor({ more, quick, full: false, signal, progress: () => undefined });
}

test('all scenes, unless some are named', () => {
  const names = new Set(scenes({}).map(({ name }) => name));
  assert.deepEqual([...names], ['crowd', 'hot', 'single', 'idle', 'peers']);
  assert.deepEqual(
    scenes({ scene: 'single,crowd' }).map(({ name, clients }) => [name, clients]),
    [
      ['crowd', 10_000],
      ['crowd', 5_000],
      ['single', 1],
    ],
  );
});

test('numbers of the command line are taken, and a goal is for its own number of clients', () => {
  const [crowd, ...others] = scenes({ scene: 'crowd', clients: '5000', seconds: '7', runs: '2' });
  assert.deepEqual(others, []);
  assert.deepEqual([crowd?.clients, crowd?.seconds, crowd?.runs], [5_000, 7, 2]);
  assert.deepEqual(crowd?.goals, { ageP99Ms: 200 });
  assert.deepEqual(scenes({ scene: 'crowd', clients: '77' })[0]?.goals, {});
  assert.deepEqual(scenes({ scene: 'single', clients: '77' })[0]?.clients, 1);
});

test('quick scenes are small, and none comes twice', () => {
  const quick = scenes({}, true).map(({ name, clients }) => `${name} ${clients}`);
  assert.deepEqual(quick, ['crowd 200', 'hot 200', 'single 1', 'idle 200', 'peers 200']);
});

test('what is no scene and no number is refused', () => {
  assert.throws(() => scenes({ scene: 'crowds' }), UsageError);
  for (const clients of ['0', '-1', '1.5', 'many']) {
    assert.throws(() => scenes({ clients }), /--clients must be a whole number above 0/);
  }
});

test('a metric with a bound is a goal, measured by the median of its runs', () => {
  const [scene] = scenes({ scene: 'idle', runs: '1' });
  assert(scene !== undefined);
  const bytes = { bytesWithNone: 0, bytesWithSome: 0, bytesWithAll: 0 };
  const held = { streams: 15_000, held: 14_999, notCurrent: 0 };
  const perStream = { bytesPerStream: 12_289, bytesPerStreamFromNone: 0 };
  const { goals } = idleReport(scene, { ...bytes, ...held, ...perStream, reports: [] });
  assert.deepEqual(
    goals.map((goal) => [goal.what, goal.sense, goal.goal, goal.measured, isReached(goal)]),
    [
      ['idle, 15,000 clients: resident bytes per stream', 'at_most', 12_288, 12_289, false],
      ['idle, 15,000 clients: streams held', 'at_least', 15_000, 14_999, false],
      ['idle, 15,000 clients: clients not current at the end', 'at_most', 0, 0, true],
    ],
  );
});
