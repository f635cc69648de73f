// How many hosts the orders need, how unequal they are loaded, and how long an order waits in one.
import { BUCKETS } from '../../src/domain/ids.ts';
import { LIMITS } from '../../src/limits.ts';
import type { Assumed } from './assumptions.ts';
import type { Demand } from './demand.ts';
import type { MeasuredFigures } from './measured-figures.ts';
import { bucketCv } from './user-activity.ts';

const MICROSECONDS = 1_000_000;

/** A host takes what waits as one turn: so much per turn, and so much per order. */
export interface TurnCost {
  readonly turnSeconds: number;
  readonly orderSeconds: number;
  readonly ordersPerTurnMax: number;
}

export interface OrderHosts {
  readonly perSecondMeasured: number;
  /** What its processor alone would allow: no host can keep up more. */
  readonly perSecondByCpu: number;
  readonly hosts: number;
  readonly documentHosts: number;
  /** The busiest host over the average one. */
  readonly imbalance: number;
  /** Of the busiest host in the busiest minute. */
  readonly peakLoad: number;
  /** The same, of a host that has taken over one file of a host that failed. */
  readonly loadAfterFailure: number;
  readonly turn: TurnCost;
  /** In the busiest host's busiest minute, the exchange's own time left out. */
  readonly waitMeanMs: number;
}

export function orderHostsOf(demand: Demand, figures: MeasuredFigures, a: Assumed): OrderHosts {
  const perSecondMeasured = figures.get('ordersPerSecondSustained');
  const cpu = figures.get('brokerCpuMicrosecondsPerOrder');
  const hosts = hostsFor(demand.peakPerSecond, perSecondMeasured, a);
  const turn = turnCostOf(figures, a);
  const peakLoad = peakLoadOf(hosts, demand.peakPerSecond, perSecondMeasured, a);
  return {
    perSecondMeasured,
    perSecondByCpu: (figures.get('orderHostCores') * MICROSECONDS) / cpu,
    hosts,
    documentHosts: hostsFor(a.documentPeakPerSecond, perSecondMeasured, a),
    imbalance: imbalanceOf(hosts, a),
    peakLoad,
    loadAfterFailure: peakLoad * (1 + 1 / takersOf(hosts, a)),
    turn,
    waitMeanMs: waitMeanMs(turn, peakLoad * perSecondMeasured),
  };
}

/** The fewest of which the busiest stays within the headroom. */
export function hostsFor(peakPerSecond: number, perHost: number, a: Assumed): number {
  const atLeast = Math.ceil(peakPerSecond / (perHost * a.headroom));
  for (let hosts = atLeast; hosts <= BUCKETS; hosts++) {
    if (peakLoadOf(hosts, peakPerSecond, perHost, a) <= a.headroom) return hosts;
  }
  return Math.max(atLeast, BUCKETS + 1); // more than there are buckets to give them
}

export function peakLoadOf(hosts: number, peak: number, perHost: number, a: Assumed): number {
  return (peak / hosts / perHost) * imbalanceOf(hosts, a);
}

/**
 * A host has whole buckets, so some have one more than others; and buckets differ, by users of
 * unequal activity: of N normal values the largest is about sqrt(2 ln N) deviations above the mean.
 */
export function imbalanceOf(hosts: number, a: Assumed): number {
  const buckets = BUCKETS / hosts;
  const largest = Math.max(1, Math.ceil(buckets));
  const deviation = bucketCv(a) / Math.sqrt(largest);
  return (largest / buckets) * (1 + Math.sqrt(2 * Math.log(hosts)) * deviation);
}

/** The files of a host that failed go to as many others; a single host needs one that waits. */
export function takersOf(hosts: number, { filesPerHost }: Assumed): number {
  const files = Math.min(filesPerHost, Math.floor(BUCKETS / hosts)); // none without a bucket
  return Math.max(1, Math.min(hosts - 1, files));
}

/** Chosen so that full turns reach exactly what was measured. */
export function turnCostOf(figures: MeasuredFigures, { commitsPerOrder }: Assumed): TurnCost {
  const ordersPerTurnMax = LIMITS.turnMessagesMax;
  const turnSeconds = (commitsPerOrder * figures.get('fdatasyncMs')) / 1_000;
  const atBest = 1 / figures.get('ordersPerSecondSustained');
  const orderSeconds = atBest - turnSeconds / ordersPerTurnMax;
  if (orderSeconds <= 0) throw new RangeError('a turn alone takes longer than what was measured');
  return { turnSeconds, orderSeconds, ordersPerTurnMax };
}

/**
 * Turns follow each other, and one takes the longer the more came during the last. An order waits
 * for half of the turn that it meets (a long one is met more often) and for its own, with all that
 * came in the meantime.
 */
export function waitMeanMs({ turnSeconds, orderSeconds }: TurnCost, perSecond: number): number {
  const busy = perSecond * orderSeconds;
  const mean = turnSeconds / (1 - busy);
  const variance = (orderSeconds ** 2 * perSecond * mean) / (1 - busy ** 2);
  const met = mean + variance / mean;
  return 1_000 * (met / 2 + turnSeconds + orderSeconds * (1 + perSecond * met));
}
