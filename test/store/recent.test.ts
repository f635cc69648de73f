import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recent } from '../../src/store/recent.ts';

test('what was set last is kept as it was set: so much at least, twice as much at most', () => {
  const recent = new Recent<number>(2);
  const kept: string[] = [];
  for (const [key, value] of [
    ['a', 1],
    ['b', 1],
    ['a', 2],
    ['c', 1],
    ['d', 1],
    ['b', 2],
    ['e', 1],
  ] as const) {
    recent.set(key, value);
    recent.forgetSome();
    const known = ['a', 'b', 'c', 'd', 'e'].filter((each) => recent.get(each) !== undefined);
    kept.push(known.map((each) => `${each}${recent.get(each)}`).join(' '));
  }
  assert.deepEqual(kept, ['a1', 'a1 b1', 'a2 b1', 'a2 c1', 'a2 c1 d1', 'b2 d1', 'b2 d1 e1']);
});

test('what was deleted is gone, however old it was', () => {
  const recent = new Recent<number>(2);
  for (const key of ['a', 'b']) recent.set(key, 1);
  recent.forgetSome();
  for (const key of ['a', 'c']) recent.set(key, 2);
  for (const key of ['a', 'b']) recent.delete(key);
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => recent.get(key)),
    [undefined, undefined, 2],
  );
});
