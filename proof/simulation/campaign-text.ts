// The report of a campaign for a reader.
import type { CampaignReport } from './campaign.ts';

export function campaignText(report: CampaignReport): string {
  const { seeds, green, repeated, perSeed, operations, settledMs } = report;
  const { ok, fail, unknown } = operations;
  return [
    `${green} of ${seeds} seeds green, ${repeated} run twice (I26)`,
    `per seed: ${perSeed.orders} orders, ${perSeed.messages} messages, ` +
      `${perSeed.processCrashes} crashes of the process, ${perSeed.threadCrashes} of a thread`,
    `requests: ${ok} ok, ${fail} fail, ${unknown} unknown`,
    `settled after the faults: p50 ${settledMs.p50}, p99 ${settledMs.p99}, ` +
      `max ${settledMs.max} virtual ms`,
    `faults: ${faultsText(report)}`,
    '',
    'sometimes (times, seeds):',
    ...Object.entries(report.sometimes).map(
      ([name, { times, seeds: met }]) =>
        `${String(times).padStart(9)} ${String(met).padStart(6)}  ${name}`,
    ),
    ...neverText(report),
    '',
  ].join('\n');
}

function faultsText({ faults }: CampaignReport): string {
  return Object.entries(faults)
    .filter(([, count]) => count > 0)
    .map(([fault, count]) => `${fault} ${count}`)
    .join(', ');
}

function neverText({ never, areCasesJudged }: CampaignReport): string[] {
  if (never.length === 0) return [];
  const verdict = areCasesJudged ? 'RED: these cases never came' : 'never came (not judged)';
  return ['', `${verdict}: ${never.join('; ')}`];
}
