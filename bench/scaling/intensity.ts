// How a day's orders are spread over its seconds: high at the open, higher than noon at the close,
// and bursts at moments that only the seed knows.
import type { Prng } from '../../src/runtime/simulation/prng.ts';
import type { Assumed } from './assumptions.ts';
import { exponential, poisson } from './chance.ts';

export interface Burst {
  readonly atSecond: number;
  readonly seconds: number;
  readonly factor: number;
}

const MINUTE_SECONDS = 60;

/** The mean over the busiest minute, the first, by the formula and without bursts. */
export function peakFactor(a: Assumed): number {
  const minute = MINUTE_SECONDS / a.sessionSeconds;
  const open = (a.openIntensity * a.openSpan * (1 - Math.exp(-minute / a.openSpan))) / minute;
  const { closeIntensity: close, closeSpan } = a;
  const end = Math.exp(-(1 - minute) / closeSpan) - Math.exp(-1 / closeSpan);
  return baseOf(a) + open + (close * closeSpan * end) / minute;
}

/** Of the average; `x` is the share of the session that has passed. */
export function intensityAt(x: number, a: Assumed): number {
  const open = a.openIntensity * Math.exp(-x / a.openSpan);
  return baseOf(a) + open + a.closeIntensity * Math.exp(-(1 - x) / a.closeSpan);
}

/** So that the mean over the session is 1. */
function baseOf({ openIntensity, openSpan, closeIntensity, closeSpan }: Assumed): number {
  const open = openIntensity * openSpan * (1 - Math.exp(-1 / openSpan));
  return 1 - open - closeIntensity * closeSpan * (1 - Math.exp(-1 / closeSpan));
}

export function drawBursts(chance: Prng, a: Assumed): Burst[] {
  const count = poisson(chance, a.burstsPerDay);
  return Array.from({ length: count }, () => ({
    atSecond: chance.int(a.sessionSeconds),
    seconds: 5 + chance.int(a.burstSecondsMax - 4),
    factor: 1 + exponential(chance, a.burstFactorMean - 1),
  }));
}

/** Orders expected in each second; together the orders of a day. */
export function secondRates(bursts: readonly Burst[], ordersPerDay: number, a: Assumed) {
  const rates = new Float64Array(a.sessionSeconds);
  for (let second = 0; second < rates.length; second++) {
    rates[second] = intensityAt((second + 0.5) / rates.length, a);
  }
  for (const { atSecond, seconds, factor } of bursts) {
    const end = Math.min(atSecond + seconds, rates.length);
    for (let second = atSecond; second < end; second++) rates[second] = at(rates, second) * factor;
  }
  const scale = ordersPerDay / rates.reduce((sum, rate) => sum + rate, 0);
  return rates.map((rate) => rate * scale);
}

function at(rates: Float64Array, second: number): number {
  return rates[second] ?? 0;
}
