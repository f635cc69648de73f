import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isoOf } from '../../src/gateway/json.ts';

test('a time is written as RFC 3339 in UTC, whichever was written before it', () => {
  const second = Date.UTC(2024, 1, 29, 23, 59, 59);
  const times = [second, second + 999, second + 1_000, second + 7, second + 1_085, 0, 1.5];
  for (const atMs of [...times, Date.UTC(9999, 11, 31), second]) {
    assert.equal(isoOf(atMs), new Date(atMs).toISOString());
  }
  assert.throws(() => isoOf(Number.NaN), RangeError);
});
