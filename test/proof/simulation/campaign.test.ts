// What many seeds add up to, and when that is green.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Campaign, isGreen } from '../../../proof/simulation/campaign.ts';
import { campaignText } from '../../../proof/simulation/campaign-text.ts';
import type { SeedReport } from '../../../proof/simulation/worker.ts';

function aReport(seed: string, changes: Partial<SeedReport> = {}): SeedReport {
  return {
    seed,
    findings: [],
    traceHash: `hash of ${seed}`,
    orders: 200,
    messages: 3_000,
    operations: { ok: 400, fail: 10, unknown: 2 },
    settledMs: 500,
    faults: { processCrashes: 2, threadCrashes: 1 },
    sometimes: { 'a bust': 1, 'a stray': 0 },
    ...changes,
  };
}

function aCampaign(reports: readonly SeedReport[], areCasesExpected = true): Campaign {
  const campaign = new Campaign({ areCasesExpected });
  for (const report of reports) campaign.take(report);
  return campaign;
}

const many = (count: number, changes: Partial<SeedReport> = {}) =>
  Array.from({ length: count }, (_, n) => aReport(String(n), changes));

test('seeds without a finding are green, and their sums are means per seed', () => {
  const report = aCampaign(many(4)).report();
  assert(isGreen(report));
  assert.deepEqual(report.perSeed, {
    orders: 200,
    messages: 3_000,
    processCrashes: 2,
    threadCrashes: 1,
  });
  assert.deepEqual(report.operations, { ok: 1_600, fail: 40, unknown: 8 });
  assert.deepEqual(report.sometimes['a bust'], { times: 4, seeds: 4 });
});

test('one finding makes the campaign red, and names its seed', () => {
  const report = aCampaign([...many(3), aReport('9', { findings: ['I5: shares'] })]).report();
  assert(!isGreen(report));
  assert.deepEqual(report.red, [{ seed: '9', findings: ['I5: shares'] }]);
  assert.equal(report.green, 3);
});

test('I26 a seed that is another run the second time is red', () => {
  const campaign = aCampaign(many(2));
  assert.deepEqual(campaign.take(aReport('0')), []);
  const [finding] = campaign.take(aReport('1', { traceHash: 'another' }));
  assert.match(finding ?? '', /^I26: /);
  const report = campaign.report();
  assert(!isGreen(report));
  assert.equal(report.repeated, 2);
  assert.equal(report.seeds, 2, 'run twice it is one seed');
});

test('a case that never came is red from a thousand seeds on, and only with all faults', () => {
  const few = aCampaign(many(999)).report();
  assert.deepEqual(few.never, ['a stray']);
  assert(isGreen(few));
  assert(!isGreen(aCampaign(many(1_000)).report()));
  assert(isGreen(aCampaign(many(1_000), false).report()));
  const met = many(1_000).with(7, aReport('7', { sometimes: { 'a bust': 1, 'a stray': 1 } }));
  assert(isGreen(aCampaign(met).report()));
});

test('the report says how long settling took, and what never came', () => {
  const reports = Array.from({ length: 100 }, (_, n) => aReport(String(n), { settledMs: n }));
  const report = aCampaign(reports).report();
  assert.deepEqual(report.settledMs, { p50: 49, p99: 98, max: 99 });
  assert.match(campaignText(report), /^100 of 100 seeds green/);
  assert.match(campaignText(report), /never came \(not judged\): a stray/);
});
