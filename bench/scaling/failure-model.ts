// The busiest host fails in the busiest minute: its customers are refused until other hosts serve
// its files, then many come again. And a gateway host fails, whose streams come back elsewhere.
import { Prng } from '../../src/runtime/simulation/prng.ts';
import { Latencies, type LatencySummary } from '../harness/histogram.ts';
import type { Assumed } from './assumptions.ts';
import { type DrawnDay, MINUTE_SECONDS } from './day-model.ts';
import { type Gateways, RECONNECT_SPREAD_SECONDS } from './gateways.ts';
import { type HostRun, runHost } from './host-queue.ts';

export const FAILS_AFTER_SECONDS = 20;
const WATCHED_AFTER_SECONDS = 60;

export interface HostFailure {
  readonly awaySeconds: number;
  readonly failed: HostRun;
  /** Offered to the failed host's files while nobody served them. */
  readonly refusedWhileAway: number;
  /** Came again, of those that were refused or not answered. */
  readonly cameAgain: number;
  /** Orders of the failed host's users that other hosts were offered afterwards. */
  readonly moved: number;
  readonly takers: readonly HostRun[];
  readonly takerPeakLoad: number;
  readonly waitBefore: LatencySummary;
  readonly waitAfter: LatencySummary;
}

export function failBusiestHost(day: DrawnDay, awaySeconds: number): HostFailure {
  const { plan, placement } = day;
  const from = day.busiestMinute * MINUTE_SECONDS;
  const backAt = FAILS_AFTER_SECONDS + Math.ceil(awaySeconds);
  const rates = day.rates.slice(from, from + backAt + WATCHED_AFTER_SECONDS);
  const share = placement.shares[placement.busiest] ?? 0;
  const before = new Latencies();
  const failed = runHost({
    rates: rates.map((rate, second) => (second < backAt ? rate * share : 0)),
    turn: plan.turn,
    queueMax: day.queueMax,
    chance: new Prng(plan.seed).stream('failed'),
    failsAtSecond: FAILS_AFTER_SECONDS,
    answered: (_, waitSeconds) => before.record(waitSeconds * 1_000),
  });
  const cameAgain = Math.round((failed.refused + failed.unanswered) * plan.assumed.retryShare);
  const after = new Latencies();
  const runs = [...placement.takenOver].map(([host, taken]) => {
    const own = placement.shares[host] ?? 0;
    const retries = (cameAgain * taken) / share / plan.assumed.retrySpreadSeconds;
    const load = { own, taken, retries, backAt, spread: plan.assumed.retrySpreadSeconds };
    const takerRates = rates.map((rate, second) => takerRate(rate, second, load));
    return runTaker(day, host, takerRates, (atSecond, waitMs) => {
      if (atSecond >= backAt) after.record(waitMs);
    });
  });
  const movedShare = rates.subarray(backAt).reduce((sum, rate) => sum + rate * share, 0);
  return {
    awaySeconds,
    failed,
    refusedWhileAway: failed.refused,
    cameAgain,
    moved: Math.round(movedShare),
    takers: runs.map(({ run }) => run),
    takerPeakLoad: Math.max(...runs.map(({ peakLoad }) => peakLoad)),
    waitBefore: before.summary(),
    waitAfter: after.summary(),
  };
}

interface TakerLoad {
  readonly own: number;
  readonly taken: number;
  readonly retries: number;
  readonly backAt: number;
  readonly spread: number;
}

function takerRate(rate: number, second: number, load: TakerLoad): number {
  if (second < load.backAt) return rate * load.own;
  const again = second < load.backAt + load.spread ? load.retries : 0;
  return rate * (load.own + load.taken) + again;
}

function runTaker(
  { plan, queueMax }: DrawnDay,
  host: number,
  rates: Float64Array,
  waited: (atSecond: number, waitMs: number) => void,
) {
  const servedPerSecond = new Float64Array(rates.length);
  const run = runHost({
    rates,
    turn: plan.turn,
    queueMax,
    chance: new Prng(plan.seed).stream(`taker-${host}`),
    answered: (atSecond, waitSeconds) => {
      const second = Math.min(Math.floor(atSecond), servedPerSecond.length - 1);
      servedPerSecond[second] = (servedPerSecond[second] ?? 0) + 1;
      waited(atSecond, waitSeconds * 1_000);
    },
  });
  return { run, peakLoad: Math.max(...servedPerSecond) / plan.perHostSecond };
}

export interface GatewayFailure {
  readonly streamsPerThreadBefore: number;
  readonly streamsPerThreadAfter: number;
  readonly streamsCut: number;
  readonly reconnectsPerHostSecond: number;
}

/** Every stream drawn: which thread it has, and which it gets when its host is gone. */
export function failGatewayHost(
  seed: string,
  streams: number,
  { threads, hosts }: Gateways,
  a: Assumed,
): GatewayFailure {
  const chance = new Prng(seed).stream('streams');
  const perThread = new Int32Array(threads);
  for (let stream = 0; stream < streams; stream++) {
    const thread = chance.int(threads);
    perThread[thread] = (perThread[thread] ?? 0) + 1;
  }
  const streamsPerThreadBefore = Math.max(...perThread);
  const left = perThread.subarray(a.gatewayThreadsPerHost);
  const cut = perThread.subarray(0, a.gatewayThreadsPerHost).reduce((sum, of) => sum + of, 0);
  for (let stream = 0; stream < cut; stream++) {
    const thread = chance.int(left.length);
    left[thread] = (left[thread] ?? 0) + 1;
  }
  return {
    streamsPerThreadBefore,
    streamsPerThreadAfter: Math.max(...left),
    streamsCut: cut,
    reconnectsPerHostSecond: cut / RECONNECT_SPREAD_SECONDS / (hosts - 1),
  };
}
