import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Batcher } from '../../../bench/peers/order-stack/batcher.ts';

/** Runs that are answered by hand. */
function manual(sizeMax: number, inFlightMax: number) {
  const runs: { items: readonly number[]; answer(results: readonly number[]): void }[] = [];
  const batcher = new Batcher<number, number>({
    sizeMax,
    inFlightMax,
    run: (items) => new Promise((answer) => runs.push({ items, answer })),
  });
  return { batcher, runs };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what comes in one turn goes together, and each gets its own result', async () => {
  const { batcher, runs } = manual(10, 1);
  const results = Promise.all([batcher.add(1), batcher.add(2), batcher.add(3)]);
  await turn();
  assert.deepEqual(
    runs.map(({ items }) => items),
    [[1, 2, 3]],
  );
  runs[0]?.answer([10, 20, 30]);
  assert.deepEqual(await results, [10, 20, 30]);
});

test('what comes while batches are away waits, and goes as one', async () => {
  const { batcher, runs } = manual(10, 1);
  const first = batcher.add(1);
  await turn();
  const later = Promise.all([batcher.add(2), batcher.add(3)]);
  await turn();
  assert.equal(runs.length, 1);
  runs[0]?.answer([1]);
  await first;
  await turn();
  assert.deepEqual(runs[1]?.items, [2, 3]);
  runs[1]?.answer([2, 3]);
  assert.deepEqual(await later, [2, 3]);
});

test('no batch is larger than allowed, and no more are away than allowed', async () => {
  const { batcher, runs } = manual(2, 2);
  const all = Promise.all([1, 2, 3, 4, 5].map((item) => batcher.add(item)));
  await turn();
  assert.deepEqual(
    runs.map(({ items }) => items),
    [
      [1, 2],
      [3, 4],
    ],
  );
  runs[0]?.answer([1, 2]);
  await turn();
  await turn();
  assert.deepEqual(runs[2]?.items, [5]);
  runs[1]?.answer([3, 4]);
  runs[2]?.answer([5]);
  assert.deepEqual(await all, [1, 2, 3, 4, 5]);
});

test('a batch that fails fails for each of it, and the next one goes on', async () => {
  let isBroken = true;
  const batcher = new Batcher<number, number>({
    sizeMax: 10,
    inFlightMax: 1,
    run: async (items) => {
      if (isBroken) throw new Error('broken');
      return items;
    },
  });
  const failed = await Promise.allSettled([batcher.add(1), batcher.add(2)]);
  assert.deepEqual(
    failed.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  isBroken = false;
  assert.equal(await batcher.add(3), 3);
});

test('who gets no result in an answered batch is told so', async () => {
  const { batcher, runs } = manual(10, 1);
  const results = Promise.allSettled([batcher.add(1), batcher.add(2)]);
  await turn();
  runs[0]?.answer([1]);
  const [first, second] = await results;
  assert.equal(first?.status, 'fulfilled');
  assert.equal(second?.status, 'rejected');
});
