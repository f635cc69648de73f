// A seed's plan is the seed's alone, and a preset lets nothing in that it does not name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_DISK_FAULTS } from '../../../proof/simulation/disk-faults.ts';
import { planOf } from '../../../proof/simulation/plan.ts';
import { NO_CLIENT_FAULTS } from '../../../proof/simulation/simulated-door.ts';
import { NO_VENUE_FAULTS } from '../../../proof/simulation/venue-faults.ts';

const SEEDS = Array.from({ length: 200 }, (_, seed) => String(seed));

test('the same seed has the same plan, and seeds differ', () => {
  assert.deepEqual(planOf('7'), planOf('7'));
  assert.equal(new Set(SEEDS.map((seed) => JSON.stringify(planOf(seed)))).size, SEEDS.length);
});

test('a preset draws its own part as `all` does, and leaves the others quiet', () => {
  for (const seed of SEEDS) {
    const all = planOf(seed);
    const disk = planOf(seed, 'disk');
    assert.deepEqual(disk.disk, all.disk);
    assert.deepEqual([disk.venue, disk.clients], [NO_VENUE_FAULTS, NO_CLIENT_FAULTS]);
    assert.equal(disk.processCrashMs, null);
    const crashes = planOf(seed, 'crashes');
    assert.equal(crashes.processCrashMs, all.processCrashMs);
    assert.deepEqual([crashes.disk, crashes.amendMs], [NO_DISK_FAULTS, null]);
  }
});

test('every kind of fault is absent from some seeds and there in others', () => {
  const plans = SEEDS.map((seed) => planOf(seed));
  for (const kind of ['threadCrashMs', 'processCrashMs', 'feedCutMs', 'bookLossMs'] as const) {
    const there = plans.filter((plan) => plan[kind] !== null).length;
    assert(there > 0 && there < plans.length, `${kind}: ${there} of ${plans.length}`);
  }
});
