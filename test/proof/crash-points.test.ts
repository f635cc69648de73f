// The short form of `npm run crash-points`: some points of some scenarios, drawn by a seed. The
// real broker is killed at each, every third time once more while it recovers, and audited.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Campaign, commandOf } from '../../proof/crash-points/campaign.ts';
import { sampleOf } from '../../proof/crash-points/plan.ts';
import { SCENARIOS } from '../../proof/crash-points/scenarios/index.ts';
import { Theatre } from '../../proof/crash-points/theatre.ts';
import { seedOf } from '../../proof/simulation/seed.ts';
import { Prng } from '../../src/runtime/simulation/prng.ts';

const SAMPLED = 2;
const POINTS_EACH = 3;
/** More than this is a name that depends on the clock. */
const NOT_REACHED_MAX = 1;

test('killed at sampled crash points and while it recovers, the broker loses nothing', async (t) => {
  const chance = new Prng(seedOf(t));
  const theatre = await Theatre.open(t);
  const campaign = new Campaign(theatre, {
    scenarios: sampleOf(SCENARIOS, SAMPLED, chance),
    sample: { perScenario: POINTS_EACH, chance },
    jobs: 2,
    tell: (line) => t.diagnostic(line),
  });
  const reports = await campaign.run();
  const others = reports.flatMap((report) => report.others);
  const failed = others.filter(({ outcome }) => outcome === 'failed');
  assert.deepEqual(failed.map(commandOf), [], failed[0]?.failure ?? '');
  assert(others.length <= NOT_REACHED_MAX, others.map(commandOf).join('\n'));
  assert.equal(reports.length, SAMPLED);
  for (const { name, points, kills } of reports) assert(kills >= points, `${name} was not killed`);
});
