// How many gateway threads and hosts the price streams need: by events, by writes and by streams,
// whichever is the most. And how many streams one of them has after a gateway host has failed.
import { LIMITS } from '../../src/limits.ts';
import type { Assumed } from './assumptions.ts';
import type { Demand } from './demand.ts';
import type { MeasuredFigures } from './measured-figures.ts';

const MICROSECONDS = 1_000_000;

export interface Gateways {
  readonly threadsByEvents: number;
  readonly threadsByWrites: number;
  readonly threadsByStreams: number;
  readonly threads: number;
  readonly hosts: number;
  readonly streamsPerThread: number;
  readonly streamsPerThreadAfterFailure: number;
  /** The fullest of them: streams choose by chance. */
  readonly streamsPerThreadMax: number;
  readonly reconnectsPerHostSecond: number;
  readonly residentBytesPerHost: number;
  readonly egressBitsPerSecond: number;
  /** If all streams were as busy as in the bench. */
  readonly threadsAsInTheBench: number;
}

export function gatewaysOf(demand: Demand, figures: MeasuredFigures, a: Assumed): Gateways {
  const { streams } = demand;
  const eventsPerThread = figures.get('eventsPerSecondPerGatewayThread') * a.headroom;
  const writesPerThread = (MICROSECONDS / figures.get('gatewayMicrosecondsPerWrite')) * a.headroom;
  const threadsByEvents = demand.priceEventsPerSecond / eventsPerThread;
  const threadsByWrites = demand.streamWritesPerSecond / writesPerThread;
  const threadsByStreams = streams / (figures.get('idleStreamsHeld') * a.headroom);
  const needed = Math.max(threadsByEvents, threadsByWrites, threadsByStreams);
  // With two the other one can take over.
  const hosts = Math.max(2, Math.ceil(needed / a.gatewayThreadsPerHost));
  const threads = hosts * a.gatewayThreadsPerHost;
  const left = threads - a.gatewayThreadsPerHost;
  return {
    threadsByEvents,
    threadsByWrites,
    threadsByStreams,
    threads,
    hosts,
    streamsPerThread: streams / threads,
    streamsPerThreadAfterFailure: streams / left,
    streamsPerThreadMax: largestOf(streams / left, left),
    reconnectsPerHostSecond: streams / hosts / RECONNECT_SPREAD_SECONDS / (hosts - 1),
    residentBytesPerHost: (streams / hosts) * figures.get('bytesPerIdleStream'),
    egressBitsPerSecond: demand.priceEventsPerSecond * figures.get('bytesPerPriceEvent') * 8,
    threadsAsInTheBench: streams / (figures.get('streamsPerGatewayThread') * a.headroom),
  };
}

/** `streamRetryJitterMs`: a stream comes back between one and three seconds after it was cut. */
export const RECONNECT_SPREAD_SECONDS = LIMITS.streamRetryJitterMs / 1_000;

/** Of `count` Poisson values the largest, about. */
export function largestOf(mean: number, count: number): number {
  return mean + Math.sqrt(2 * Math.log(count) * mean);
}
