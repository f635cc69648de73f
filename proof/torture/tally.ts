// Adds up what the legs of a campaign have counted.
import { Latencies } from '../../bench/harness/histogram.ts';
import type { Report } from './report.ts';

export class Tally {
  cycles = 0;
  killsUnderLoad = 0;
  killsInRecovery = 0;
  recovered = 0;
  lost = 0;
  liveAudits = 0;
  settledAudits = 0;
  snapshots = 0;
  lulls = 0;
  readonly recovery = new Latencies();
  readonly unknownRequests = new Latencies();
  readonly unknownOrders = new Latencies();
  readonly findings: string[] = [];
  readonly requests = { ok: 0, fail: 0, unknown: 0 };
  readonly orders = { acknowledged: 0, duplicated: 0, trades: 0 };

  /** All of both; their names are the same. */
  add(counts: Pick<Tally, 'requests' | 'orders'>): void {
    const { ok, fail, unknown } = counts.requests;
    this.requests.ok += ok;
    this.requests.fail += fail;
    this.requests.unknown += unknown;
    const { acknowledged, duplicated, trades } = counts.orders;
    this.orders.acknowledged += acknowledged;
    this.orders.duplicated += duplicated;
    this.orders.trades += trades;
  }

  report({ seed, faults }: Pick<Report, 'seed' | 'faults'>): Report {
    const { recovered, lost } = this;
    return {
      seed,
      faults,
      cycles: this.cycles,
      kills: { underLoad: this.killsUnderLoad, inRecovery: this.killsInRecovery },
      requests: this.requests,
      orders: { ...this.orders, recovered, lost },
      recovery: this.recovery.summary(),
      unknown: {
        requests: this.unknownRequests.summary(),
        orders: this.unknownOrders.summary(),
      },
      snapshotsOfTotals: this.snapshots,
      audits: { live: this.liveAudits, settled: this.settledAudits },
      lulls: this.lulls,
      findings: this.findings,
    };
  }
}
