import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Goal, goalTable, isReached } from '../../bench/harness/goal.ts';

const AT_LEAST: Goal = {
  what: 'orders',
  unit: '/s',
  goal: 8_000,
  sense: 'at_least',
  measured: 8_000,
};
const AT_MOST: Goal = { what: 'p99', unit: 'ms', goal: 50, sense: 'at_most', measured: 51 };

test('a goal is reached at its very number, and one that was not measured is not', () => {
  assert(isReached(AT_LEAST));
  assert(!isReached(AT_MOST));
  assert(!isReached({ ...AT_LEAST, measured: null }));
});

test('a table of goals says what was missed, and why one was not measured', () => {
  const unknown: Goal = { ...AT_MOST, measured: null, why: 'nginx is not installed' };
  assert.deepEqual(goalTable([AT_LEAST, AT_MOST, unknown]).rows, [
    ['orders', '>= 8,000', 8_000, '/s', 'yes'],
    ['p99', '<= 50', 51, 'ms', 'MISSED'],
    ['p99', '<= 50', null, 'ms', 'not measured: nginx is not installed'],
  ]);
});
