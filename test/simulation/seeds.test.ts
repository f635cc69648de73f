// The short form of `npm run simulate`: some seeds drawn anew each time, one of each preset, and
// one seed twice. SEED=... repeats one, ROUNDS=... hunts with so many.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRESETS, type Preset } from '../../proof/simulation/plan.ts';
import { runSeed } from '../../proof/simulation/run-seed.ts';
import { rounds, seedOf } from '../../proof/simulation/seed.ts';

const ROUNDS_USUAL = 6;

for (let round = 1; round <= rounds(ROUNDS_USUAL); round++) {
  test(`after the faults end everything settles and all judges agree (${round})`, async (t) => {
    const { plan, faults, findings } = await runSeed(seedOf(t));
    t.diagnostic(JSON.stringify(plan));
    t.diagnostic(JSON.stringify(faults));
    assert.deepEqual(findings, []);
  });
}

for (const preset of Object.keys(PRESETS).filter((name) => name !== 'all') as Preset[]) {
  test(`all judges agree with the faults of ${preset}`, async (t) => {
    const { findings } = await runSeed(seedOf(t), { preset, ordersEach: 10 });
    assert.deepEqual(findings, []);
  });
}

test('I26 a run is a function of its seed: same seed, same trace; another seed, another', async (t) => {
  const seed = seedOf(t);
  const hashes: string[] = [];
  for (const one of [seed, seed, `${seed}'`]) {
    hashes.push((await runSeed(one, { ordersEach: 10 })).traceHash);
  }
  assert.equal(hashes[0], hashes[1]);
  assert.notEqual(hashes[0], hashes[2]);
});

test('a quiet seed meets no fault and makes every order it was asked for', async (t) => {
  const result = await runSeed(seedOf(t), { preset: 'none', ordersEach: 10 });
  assert.deepEqual(result.findings, []);
  assert.equal(result.operations.unknown, 0);
  assert.deepEqual(
    Object.values(result.faults).filter((count) => count > 0),
    [],
  );
  assert(result.orders > 50, `only ${result.orders} orders`);
});
