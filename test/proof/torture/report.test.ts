// The report of a campaign, and the bound that it may claim.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundOf, type Report, reportText } from '../../../proof/torture/report.ts';
import { Tally } from '../../../proof/torture/tally.ts';

function reportOf(findings: readonly string[] = []): Report {
  const tally = new Tally();
  tally.cycles = 2;
  tally.killsUnderLoad = 2;
  tally.killsInRecovery = 1;
  tally.recovered = 300;
  tally.liveAudits = 2;
  tally.settledAudits = 1;
  tally.snapshots = 20;
  tally.recovery.record(900);
  tally.findings.push(...findings);
  tally.add({
    requests: { ok: 700, fail: 200, unknown: 10 },
    orders: { acknowledged: 310, duplicated: 0, trades: 150 },
  });
  return tally.report({ seed: '7', faults: 'storm' });
}

test('0 of n: below 3/n at 95 %, which is above the exact bound and hardly so', () => {
  for (const trials of [50, 1_000, 100_000]) {
    const exact = 1 - 0.05 ** (1 / trials);
    assert(boundOf(trials) > exact && boundOf(trials) < exact * 1.04, `${trials}`);
  }
  assert.deepEqual([boundOf(0), boundOf(1)], [1, 1]);
});

test('a green report says what was counted, and the bound', () => {
  assert.deepEqual(reportText(reportOf()).split('\n'), [
    '2 cycles with faults storm, seed 7',
    '  kills     3: 2 under load, 1 in recovery',
    '  requests  700 ok, 200 fail, 10 unknown',
    '  orders    310 acknowledged, 150 trades',
    '            300 acknowledged before a kill and found after it',
    '            0 lost, 0 duplicated',
    '  recovery  1; p50 900 ms, p99 900 ms, max 900 ms',
    '  unknown   requests: none',
    '            orders: none',
    '  totals    the same in 20 snapshots',
    '  audits    2 beside the running broker, 1 settled',
    '  bound     0 of 300 orders lost: below 1.0 % at 95 %',
    '            0 of 3 kills lost one: below 100 % at 95 %',
    'green',
    '',
  ]);
});

test('a red one shows what was found', () => {
  const text = reportText(reportOf(['I10: ord_1 was acknowledged and is gone']));
  assert.match(text, /^FOUND I10: ord_1 was acknowledged and is gone$/m);
  assert.match(text, /^red: 1 findings$/m);
});

test('many findings are counted, and the first of them shown', () => {
  const text = reportText(reportOf(Array.from({ length: 50 }, (_, n) => `finding ${n}`)));
  assert.match(text, /^\.\.\. and 30 more$/m);
});
