// What a campaign has shown, as numbers and as text.
import type { LatencySummary } from '../../bench/harness/histogram.ts';
import type { HistoryCounts } from '../history/check-history.ts';

export interface Report {
  readonly seed: string;
  readonly faults: string;
  readonly cycles: number;
  readonly kills: { readonly underLoad: number; readonly inRecovery: number };
  readonly requests: HistoryCounts;
  readonly orders: {
    /** The client was told of it. */
    readonly acknowledged: number;
    /** ... before a kill, and it was there after it. */
    readonly recovered: number;
    readonly lost: number;
    /** A second order under one key, here or at the exchange. */
    readonly duplicated: number;
    readonly trades: number;
  };
  /** From the last start of the process until it could take an order. */
  readonly recovery: LatencySummary;
  readonly unknown: {
    /** Requests without an answer: until somebody was told what had become of them. */
    readonly requests: LatencySummary;
    /** Orders that a kill caught without the exchange's word: until it was known. */
    readonly orders: LatencySummary;
  };
  readonly snapshotsOfTotals: number;
  readonly audits: { readonly live: number; readonly settled: number };
  /** How often the faults were ended in between, so that everything had to settle. */
  readonly lulls: number;
  readonly findings: readonly string[];
}

const FINDINGS_SHOWN = 20;

/** Rule of three: with 0 of n, the rate is below this at 95 %. */
export function boundOf(trials: number): number {
  return trials === 0 ? 1 : Math.min(1, 3 / trials);
}

export function reportText(report: Report): string {
  const { kills, requests, orders, recovery, unknown, audits, findings } = report;
  const { underLoad, inRecovery } = kills;
  const more = findings.length - FINDINGS_SHOWN;
  return [
    `${report.cycles} cycles with faults ${report.faults}, seed ${report.seed}`,
    line('kills', `${underLoad + inRecovery}: ${underLoad} under load, ${inRecovery} in recovery`),
    line('requests', `${requests.ok} ok, ${requests.fail} fail, ${requests.unknown} unknown`),
    line('orders', `${orders.acknowledged} acknowledged, ${orders.trades} trades`),
    line('', `${orders.recovered} acknowledged before a kill and found after it`),
    line('', `${orders.lost} lost, ${orders.duplicated} duplicated`),
    line('recovery', timesText(recovery)),
    line('unknown', `requests: ${timesText(unknown.requests)}`),
    line('', `orders: ${timesText(unknown.orders)}`),
    line('totals', `the same in ${report.snapshotsOfTotals} snapshots`),
    line('audits', `${audits.live} beside the running broker, ${audits.settled} settled`),
    ...(report.lulls === 0 ? [] : [line('lulls', `${report.lulls} times, and all was settled`)]),
    ...boundLines(report),
    ...findings.slice(0, FINDINGS_SHOWN).map((finding) => `FOUND ${finding}`),
    ...(more > 0 ? [`... and ${more} more`] : []),
    findings.length === 0 ? 'green' : `red: ${findings.length} findings`,
    '',
  ].join('\n');
}

/** Orders of one kill share its fate: the bound per kill is the one that is surely honest. */
function boundLines({ orders, kills }: Report): string[] {
  const { lost, duplicated, recovered } = orders;
  if (lost + duplicated > 0) return [];
  const killed = kills.underLoad + kills.inRecovery;
  return [
    line('bound', `0 of ${recovered} orders lost: below ${share(recovered)} at 95 %`),
    line('', `0 of ${killed} kills lost one: below ${share(killed)} at 95 %`),
  ];
}

function share(trials: number): string {
  const percent = (boundOf(trials) * 100).toPrecision(2);
  return `${percent.includes('e') ? Math.round(Number(percent)) : percent} %`;
}

function timesText({ count, p50Ms, p99Ms, maxMs }: LatencySummary): string {
  if (count === 0) return 'none';
  const [p50, p99, max] = [p50Ms, p99Ms, maxMs].map((ms) => `${Math.round(ms)} ms`);
  return `${count}; p50 ${p50}, p99 ${p99}, max ${max}`;
}

function line(what: string, text: string): string {
  return `  ${what.padEnd(10)}${text}`;
}
