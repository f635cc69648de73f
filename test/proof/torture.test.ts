// The short form of `npm run torture`: a few deaths without faults of the exchange, and a few with.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { runCampaign } from '../../proof/torture/campaign.ts';
import type { Report } from '../../proof/torture/report.ts';

const CYCLES = 2;

async function tortured(t: TestContext, faults: string): Promise<Report> {
  const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
  t.diagnostic(`SEED=${seed}`);
  const options = { seed, cycles: CYCLES, faults, onCycle: () => undefined };
  const { report, kept } = await runCampaign(t, options);
  assert.deepEqual(report.findings, [], `SEED=${seed}, the files are in ${kept}`);
  const { orders, kills, recovery } = report;
  t.diagnostic(`${orders.recovered} orders survived ${kills.underLoad + kills.inRecovery} kills`);
  t.diagnostic(`a start took ${Math.round(recovery.p50Ms)} ms`);
  return report;
}

for (const faults of ['none', 'storm']) {
  test(`no death of the broker under load loses or doubles anything (faults: ${faults})`, async (t) => {
    const { orders, requests, cycles, kills, audits, snapshotsOfTotals } = await tortured(
      t,
      faults,
    );
    assert.deepEqual([cycles, audits.live, audits.settled], [CYCLES, CYCLES, 1]);
    assert.deepEqual([orders.lost, orders.duplicated], [0, 0]);
    assert(kills.underLoad >= CYCLES, JSON.stringify(kills));
    // How many depends on the drawn moments; whether a kill finds a request on its way, too.
    assert(orders.recovered > 0 && orders.trades > 0, JSON.stringify(orders));
    assert(requests.ok > 0, JSON.stringify(requests));
    assert(snapshotsOfTotals > CYCLES);
  });
}
