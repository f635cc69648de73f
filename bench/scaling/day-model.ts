// A trading day on the hosts that the arithmetic asks for, by seed: every second of it as a flow,
// two seconds of every five minutes and the whole busiest minute order by order.
import { LIMITS } from '../../src/limits.ts';
import { Prng } from '../../src/runtime/simulation/prng.ts';
import { Latencies, type LatencySummary } from '../harness/histogram.ts';
import type { Assumed } from './assumptions.ts';
import { poisson } from './chance.ts';
import { type HostRun, runHost } from './host-queue.ts';
import { type Burst, drawBursts, secondRates } from './intensity.ts';
import type { TurnCost } from './order-hosts.ts';
import { type Placement, placementOf } from './placement.ts';
import { drawBucketShares } from './user-activity.ts';

export const MINUTE_SECONDS = 60;
const SAMPLE_EVERY_SECONDS = 300;
const SAMPLE_SECONDS = 2;

export interface DayPlan {
  readonly seed: string;
  readonly hosts: number;
  readonly perHostSecond: number;
  readonly turn: TurnCost;
  readonly assumed: Assumed;
}

/** What the seed has drawn: the rest follows from it. */
export interface DrawnDay {
  readonly plan: DayPlan;
  readonly bursts: readonly Burst[];
  readonly rates: Float64Array;
  readonly placement: Placement;
  readonly busiestMinute: number;
  readonly queueMax: number;
}

export interface FlowOfDay {
  readonly offered: number;
  readonly served: number;
  readonly refused: number;
  readonly queued: number;
  readonly queueMax: number;
  /** Per host, the share of its capacity in each minute. */
  readonly minuteLoads: readonly (readonly number[])[];
  readonly peakMinuteLoad: number;
  readonly peakSecondLoad: number;
  readonly peakMinutePerSecond: number;
}

export interface MinuteInDetail {
  readonly wait: LatencySummary;
  readonly hosts: readonly HostRun[];
  /** Of the busiest host alone. */
  readonly busiestMeanMs: number;
}

export interface WaitSample {
  readonly atSecond: number;
  readonly wait: LatencySummary;
}

export function drawDay(plan: DayPlan): DrawnDay {
  const { assumed } = plan;
  const chance = new Prng(plan.seed);
  const bursts = drawBursts(chance.stream('bursts'), assumed);
  const rates = secondRates(bursts, assumed.dailyUsers * assumed.ordersPerUser, assumed);
  const shares = drawBucketShares(chance.stream('users'), assumed);
  const placement = placementOf(shares, plan.hosts, assumed);
  const queueMax = LIMITS.shardAskWindow * assumed.filesPerHost;
  return { plan, bursts, rates, placement, busiestMinute: busiestMinuteOf(rates), queueMax };
}

export function flowOf(day: DrawnDay): FlowOfDay {
  const { plan, rates, placement, queueMax } = day;
  const hosts = placement.shares.map((share, host) => {
    const chance = new Prng(plan.seed).stream(`flow-${host}`);
    return flowOfHost({ rates, share, perSecond: plan.perHostSecond, queueMax, chance });
  });
  const sum = (read: (host: HostFlow) => number) =>
    hosts.reduce((total, host) => total + read(host), 0);
  const ofMinute = sum((host) => host.minuteLoads[day.busiestMinute] ?? 0);
  return {
    offered: sum((host) => host.offered),
    served: sum((host) => host.served),
    refused: sum((host) => host.refused),
    queued: sum((host) => host.queued),
    queueMax: Math.max(...hosts.map((host) => host.queueMax)),
    minuteLoads: hosts.map((host) => host.minuteLoads),
    peakMinuteLoad: Math.max(...hosts.flatMap((host) => host.minuteLoads)),
    peakSecondLoad: Math.max(...hosts.map((host) => host.peakSecondLoad)),
    peakMinutePerSecond: ofMinute * plan.perHostSecond,
  };
}

/** The turns of every host in the busiest minute. */
export function busiestMinuteInDetail(day: DrawnDay): MinuteInDetail {
  const from = day.busiestMinute * MINUTE_SECONDS;
  const all = new Latencies();
  const ofBusiest = { waitMs: 0, count: 0 };
  const hosts = day.placement.shares.map((_, host) =>
    windowOf(day, host, { from, seconds: MINUTE_SECONDS, name: 'minute' }, (waitMs) => {
      all.record(waitMs);
      if (host !== day.placement.busiest) return;
      ofBusiest.waitMs += waitMs;
      ofBusiest.count++;
    }),
  );
  return { wait: all.summary(), hosts, busiestMeanMs: ofBusiest.waitMs / ofBusiest.count };
}

export function waitsOverDay(day: DrawnDay): WaitSample[] {
  const samples: WaitSample[] = [];
  const last = day.rates.length - SAMPLE_SECONDS;
  for (let from = 0; from <= last; from += SAMPLE_EVERY_SECONDS) {
    const waits = new Latencies();
    const sample = { from, seconds: SAMPLE_SECONDS, name: `sample-${from}` };
    day.placement.shares.forEach((_, host) => {
      windowOf(day, host, sample, (waitMs) => waits.record(waitMs));
    });
    samples.push({ atSecond: from, wait: waits.summary() });
  }
  return samples;
}

interface Window {
  readonly from: number;
  readonly seconds: number;
  readonly name: string;
}

function windowOf(day: DrawnDay, host: number, window: Window, waited: (waitMs: number) => void) {
  const { plan, placement, rates, queueMax } = day;
  const share = placement.shares[host] ?? 0;
  return runHost({
    rates: rates.slice(window.from, window.from + window.seconds).map((rate) => rate * share),
    turn: plan.turn,
    queueMax,
    chance: new Prng(plan.seed).stream(`${window.name}-${host}`),
    answered: (_, waitSeconds) => waited(waitSeconds * 1_000),
  });
}

interface HostFlow extends Pick<FlowOfDay, 'offered' | 'served' | 'refused' | 'queued'> {
  readonly queueMax: number;
  readonly minuteLoads: readonly number[];
  readonly peakSecondLoad: number;
}

interface FlowWork {
  readonly rates: Float64Array;
  readonly share: number;
  readonly perSecond: number;
  readonly queueMax: number;
  readonly chance: Prng;
}

/** Each second: what comes by chance, what can be served, and what has to wait or is refused. */
function flowOfHost({ rates, share, perSecond, queueMax, chance }: FlowWork): HostFlow {
  const whole = Math.floor(perSecond);
  const flow = { offered: 0, served: 0, refused: 0, queued: 0, queueMax: 0, peakSecondLoad: 0 };
  const minutes = new Array<number>(Math.ceil(rates.length / MINUTE_SECONDS)).fill(0);
  rates.forEach((rate, second) => {
    const arrived = poisson(chance, rate * share);
    const served = Math.min(flow.queued + arrived, whole);
    const waiting = flow.queued + arrived - served;
    const refused = Math.max(0, waiting - queueMax);
    flow.offered += arrived;
    flow.served += served;
    flow.refused += refused;
    flow.queued = waiting - refused;
    flow.queueMax = Math.max(flow.queueMax, flow.queued);
    flow.peakSecondLoad = Math.max(flow.peakSecondLoad, served / perSecond);
    const minute = Math.floor(second / MINUTE_SECONDS);
    minutes[minute] = (minutes[minute] ?? 0) + served;
  });
  const loadOf = (served: number) => served / MINUTE_SECONDS / perSecond;
  return { ...flow, minuteLoads: minutes.map(loadOf) };
}

function busiestMinuteOf(rates: Float64Array): number {
  let busiest = 0;
  let most = 0;
  for (let from = 0; from < rates.length; from += MINUTE_SECONDS) {
    const sum = rates.subarray(from, from + MINUTE_SECONDS).reduce((all, rate) => all + rate, 0);
    if (sum > most) {
      most = sum;
      busiest = from / MINUTE_SECONDS;
    }
  }
  return busiest;
}
