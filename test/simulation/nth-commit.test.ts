// A short life of the broker, again and again: in the n-th run its n-th commit fails, until a run
// has had no such commit. The process dies of it and comes back; nothing may be lost or doubled.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DiskFault, NthFate } from '../../proof/simulation/disk-faults.ts';
import { runSeed } from '../../proof/simulation/run-seed.ts';
import { seedOf } from '../../proof/simulation/seed.ts';

const CUSTOMERS = 1;
const ORDERS_EACH = 2;
const COMMITS_MAX = 500;
/** Of 350 seeds the shortest life had 19; none at all would prove nothing. */
const COMMITS_MIN = 10;

const STORIES: readonly (readonly [DiskFault, string])[] = [
  ['commitFailed', 'a commit that fails and leaves nothing in the file'],
  ['syncFailed', 'a commit that is in the file although its sync has failed'],
  ['full', 'a disk that is full for a while'],
];

for (const [fault, story] of STORIES) {
  test(`E34 ${story}, at the first, the second, ... and the last commit`, async (t) => {
    const seed = seedOf(t);
    let n = 1;
    for (; n <= COMMITS_MAX; n++) {
      const diskFate = new NthFate(n, fault);
      const options = { preset: 'none', customers: CUSTOMERS, ordersEach: ORDERS_EACH } as const;
      const { findings, faults } = await runSeed(seed, { ...options, diskFate });
      assert.deepEqual(findings, [], `commit ${n}`);
      if (!diskFate.hasStruck) break;
      assert((faults['processCrashes'] ?? 0) > 0, `the process outlived commit ${n}`);
    }
    t.diagnostic(`${n - 1} commits, each failed once`);
    assert(n > COMMITS_MIN, `only ${n - 1} commits`);
  });
}
