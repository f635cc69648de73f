// Where the bytes go: per day, year and retention, onto drives and over networks; how long it takes
// to move a shard file, and how long a host is away when it has failed.
import { BUCKETS } from '../../src/domain/ids.ts';
import { LIMITS } from '../../src/limits.ts';
import type { Assumed } from './assumptions.ts';
import type { Demand } from './demand.ts';
import type { MeasuredFigures } from './measured-figures.ts';

const BITS = 8;
const TERABYTE = 1e12;

export interface Storage {
  readonly bytesPerDay: number;
  readonly documentBytesPerDay: number;
  readonly bytesPerYear: number;
  readonly bytesRetained: number;
  readonly mappingBytesPerDay: number;
  /** On the drives of the order hosts, all copies. */
  readonly hotBytes: number;
  readonly hotBytesPerHost: number;
}

export function storageOf(demand: Demand, figures: MeasuredFigures, hosts: number, a: Assumed) {
  const bytesPerDay = demand.ordersPerDay * figures.get('bytesPerOrder');
  const hotBytes = bytesPerDay * a.hotDays * a.copies;
  return {
    bytesPerDay,
    documentBytesPerDay: demand.ordersPerDay * a.documentBytesPerOrder,
    bytesPerYear: bytesPerDay * a.sessionsPerYear,
    bytesRetained: bytesPerDay * a.sessionsPerYear * a.retentionYears,
    mappingBytesPerDay: demand.ordersPerDay * figures.get('bytesPerMapping'),
    hotBytes,
    hotBytesPerHost: hotBytes / hosts,
  } satisfies Storage;
}

export interface Drives {
  /** Log and, at the most, the same again when pages go from the log into the file; all copies. */
  readonly writtenBytesPerHostDay: number;
  readonly enduranceBytes: number;
  readonly enduranceYears: number;
  readonly replicationBitsPerSecond: number;
  readonly replicationBitsPerHostSecond: number;
}

export function drivesOf(
  demand: Demand,
  figures: MeasuredFigures,
  hosts: number,
  a: Assumed,
): Drives {
  const walBytes = figures.get('walBytesPerOrder');
  const writtenBytesPerHostDay = (demand.ordersPerDay * walBytes * 2 * a.copies) / hosts;
  const driveDays = a.driveYears * 365;
  const enduranceBytes = a.driveTerabytes * TERABYTE * a.driveWritesPerDay * driveDays;
  const replicationBitsPerSecond = demand.peakPerSecond * walBytes * (a.copies - 1) * BITS;
  return {
    writtenBytesPerHostDay,
    enduranceBytes,
    enduranceYears: enduranceBytes / writtenBytesPerHostDay / a.sessionsPerYear,
    replicationBitsPerSecond,
    replicationBitsPerHostSecond: replicationBitsPerSecond / hosts,
  };
}

export interface Shards {
  readonly files: number;
  readonly bucketsPerFile: number;
  readonly fileBytes: number;
  /** Copied at half the network's speed while it serves. */
  readonly copySeconds: number;
  /** Ids of a bucket rise by a millisecond at least: more orders than that run ahead of time. */
  readonly ordersPerSecondByIds: number;
}

export function shardsOf(demand: Demand, figures: MeasuredFigures, hosts: number, a: Assumed) {
  const files = Math.min(BUCKETS, hosts * a.filesPerHost);
  const fileBytes = (demand.ordersPerDay * figures.get('bytesPerOrder') * a.hotDays) / files;
  return {
    files,
    bucketsPerFile: BUCKETS / files,
    fileBytes,
    copySeconds: (fileBytes * BITS) / (a.networkGbitPerSecond * 1e9 * 0.5),
    ordersPerSecondByIds: BUCKETS * 1_000,
  } satisfies Shards;
}

export interface Recovery {
  readonly openOrdersPerHost: number;
  /** Until the shards of a failed host answer again. */
  readonly awaySeconds: number;
  /** Until every order that was open has a definite answer. */
  readonly settledSeconds: number;
  readonly refused: number;
}

export function recoveryOf(
  demand: Demand,
  figures: MeasuredFigures,
  busiestPerSecond: number,
  a: Assumed,
): Recovery {
  const share = busiestPerSecond / demand.peakPerSecond;
  const openOrdersPerHost = demand.ordersPerDay * a.openOrdersShare * share;
  const awaySeconds = a.detectSeconds + figures.get('readySeconds');
  const reconcile = figures.get('reconcileSecondsPer100kOpen') * (openOrdersPerHost / 100_000);
  return {
    openOrdersPerHost,
    awaySeconds,
    settledSeconds: awaySeconds + reconcile,
    refused: busiestPerSecond * awaySeconds,
  };
}

export interface ExchangeSessions {
  readonly messagesPerSecond: number;
  /** By what an exchange lets one session send. */
  readonly sessions: number;
  readonly sessionsWithHeadroom: number;
  /** What the order hosts would hold if each had a pool of its own, as one host has. */
  readonly sessionsIfEachHostHadItsOwn: number;
}

export function exchangeSessionsOf(demand: Demand, hosts: number, a: Assumed): ExchangeSessions {
  const messagesPerSecond = demand.peakPerSecond * (1 + a.cancelsPerOrder);
  return {
    messagesPerSecond,
    sessions: Math.ceil(messagesPerSecond / a.sessionOrdersPerSecond),
    sessionsWithHeadroom: Math.ceil(messagesPerSecond / a.sessionOrdersPerSecond / a.headroom),
    sessionsIfEachHostHadItsOwn:
      hosts * (LIMITS.orderConnectionsDefault + LIMITS.controlConnections),
  };
}
