import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventCheck } from '../../bench/load/event-check.ts';

const CASES: [name: string, seqs: number[], missing: number, repeated: number][] = [
  ['all in a row', [8, 9, 10], 0, 0],
  ['a hole', [8, 10], 1, 0],
  ['a hole at the beginning', [10], 2, 0],
  ['the end is missing', [8], 2, 0],
  ['nothing came', [], 3, 0],
  ['one came twice', [8, 9, 9, 10], 0, 1],
  ['what was before the stream', [7, 8, 9, 10], 0, 1],
];

for (const [name, seqs, missing, repeated] of CASES) {
  test(`events 8 to 10 of a stream that began at 7: ${name}`, () => {
    const check = new EventCheck();
    check.begin(7);
    for (const seq of seqs) check.take(seq);
    assert.equal(check.hasReached(10), seqs.includes(10));
    check.close(10);
    assert.deepEqual([check.missing, check.repeated], [missing, repeated]);
    assert.equal(check.hasReached(10), true);
  });
}

test('a stream that was never greeted has missed everything', () => {
  const check = new EventCheck();
  assert.equal(check.hasReached(0), false);
  check.close(4);
  assert.equal(check.missing, 4);
});
