import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inRounds, spreadOf } from '../../bench/harness/rounds.ts';
import { CreditedSender, STRETCH, STRETCHES_ON_THE_WAY } from '../../bench/harness/tick.ts';

const CASES: [values: number[], median: number][] = [
  [[7], 7],
  [[3, 1], 2],
  [[9, 1, 5], 5],
  [[10, 2, 4, 8], 6],
];

for (const [values, median] of CASES) {
  test(`the median of ${values} is ${median}`, () => {
    const [min, max] = [Math.min(...values), Math.max(...values)];
    assert.deepEqual(spreadOf(values), { median, min, max, rounds: values.length });
  });
}

test('the first round warms up and does not count', async () => {
  const values = [1_000, 1, 2, 3];
  const spread = await inRounds(3, () => Promise.resolve(values.shift() ?? Number.NaN));
  assert.deepEqual(spread, { median: 2, min: 1, max: 3, rounds: 3 });
});

test('no more is on the way than is allowed, and everything is sent once', () => {
  const stretches = STRETCHES_ON_THE_WAY + 3;
  const sender = new CreditedSender(stretches * STRETCH);
  let next = 0;
  const send = (count: number): void => {
    assert.deepEqual(sender.take(), { first: next, count });
    next += count;
  };
  send(STRETCHES_ON_THE_WAY * STRETCH);
  send(0);
  for (let confirmed = 1; confirmed <= stretches; confirmed++) {
    assert.equal(sender.isDone, false);
    sender.confirmed();
    send(confirmed <= 3 ? STRETCH : 0);
  }
  assert.equal(sender.isDone, true);
  assert.equal(next, stretches * STRETCH);
});

test('a count that is not in whole stretches is refused', () => {
  assert.throws(() => new CreditedSender(STRETCH + 1), RangeError);
});
