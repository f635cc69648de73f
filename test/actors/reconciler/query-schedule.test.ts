import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextQueryAtMs, provableAtMs } from '../../../src/actors/reconciler/query-schedule.ts';
import { LIMITS } from '../../../src/limits.ts';

const PROOF_MS = LIMITS.notAfterMs + LIMITS.indexLagMs + LIMITS.clockSkewMs + 1;

test('E09 asks at 1, 2, 5 s, twice when absence is provable, every 5 s, then every 30 s', () => {
  const times = { beganAtMs: 0, notAfterMs: LIMITS.notAfterMs };
  const asked: number[] = [];
  for (let atMs = nextQueryAtMs(times, 0); atMs <= 130_000; atMs = nextQueryAtMs(times, atMs)) {
    asked.push(atMs);
  }
  const often = Array.from({ length: 12 }, (_, step) => 10_000 + step * 5_000);
  assert.deepEqual(asked, [
    1_000,
    2_000,
    5_000,
    PROOF_MS,
    PROOF_MS + 1_000,
    ...often,
    95_000,
    125_000,
  ]);
});

test('a schedule that begins again long after the submit asks at once and soon', () => {
  const times = { beganAtMs: 1_000_000, notAfterMs: LIMITS.notAfterMs };
  assert.equal(nextQueryAtMs(times, 999_999), 1_000_000);
  assert.equal(nextQueryAtMs(times, 1_000_000), 1_001_000);
  assert.equal(nextQueryAtMs(times, 1_001_000), 1_002_000);
});

test('the proof moment lies strictly behind all bounds', () => {
  assert.equal(provableAtMs(10), 10 + LIMITS.indexLagMs + LIMITS.clockSkewMs + 1);
});
