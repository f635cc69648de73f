// What 20 million daily users ask for: orders per day and per second, streams, price events.
import { LIMITS } from '../../src/limits.ts';
import type { Assumed } from './assumptions.ts';
import { peakFactor } from './intensity.ts';

const MS_PER_SECOND = 1_000;

export interface Demand {
  readonly ordersPerDay: number;
  readonly averagePerSecond: number;
  /** The document's peak over the average of a session. */
  readonly documentPeakFactor: number;
  readonly peakFactor: number;
  /** Mean over the busiest minute. */
  readonly peakPerSecond: number;
  readonly streams: number;
  readonly eventsPerStreamSecond: number;
  readonly writesPerStreamSecond: number;
  readonly priceEventsPerSecond: number;
  readonly streamWritesPerSecond: number;
  readonly updatesPerSecond: number;
}

export function demandOf(a: Assumed): Demand {
  const ordersPerDay = a.dailyUsers * a.ordersPerUser;
  const averagePerSecond = ordersPerDay / a.sessionSeconds;
  const factor = peakFactor(a);
  const streams = a.dailyUsers * a.streamShareAtPeak;
  const eventsPerStreamSecond = a.symbolsPerStream * a.updatesPerSymbolSecond;
  const writesPerStreamSecond = writesOf(a);
  return {
    ordersPerDay,
    averagePerSecond,
    documentPeakFactor: a.documentPeakPerSecond / averagePerSecond,
    peakFactor: factor,
    peakPerSecond: averagePerSecond * factor,
    streams,
    eventsPerStreamSecond,
    writesPerStreamSecond,
    priceEventsPerSecond: streams * eventsPerStreamSecond,
    streamWritesPerSecond: streams * writesPerStreamSecond,
    updatesPerSecond: a.symbols * a.updatesPerSymbolSecond,
  };
}

/** A stream is written once per window in which any of its symbols has printed. */
function writesOf({ symbolsPerStream, updatesPerSymbolSecond }: Assumed): number {
  const windows = MS_PER_SECOND / LIMITS.priceThrottleMs;
  const silent = Math.max(0, 1 - updatesPerSymbolSecond / windows) ** symbolsPerStream;
  return windows * (1 - silent);
}
