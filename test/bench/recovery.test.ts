import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadBooks } from '../../bench/bulk/bulk-load.ts';
import { isSettled, type MatchResult } from '../../bench/recovery/house.ts';
import {
  type RecoveryRun,
  ratioOf,
  readySecondsOf,
  secondsPer100kOpen,
} from '../../bench/recovery/report.ts';
import type { MatchRound } from '../../bench/recovery/rounds.ts';
import { settingsFor } from '../../bench/recovery/settings.ts';
import { dipOf } from '../../bench/recovery/venue.ts';
import { tempDirectory } from '../temp-directory.ts';

const { signal } = new AbortController();
const OPTIONS = { quick: false, full: false, more: {}, signal, progress: () => undefined };

test('the outage lasts ten minutes in a full run only', () => {
  assert.equal(settingsFor(OPTIONS).outageSeconds, 30);
  assert.equal(settingsFor({ ...OPTIONS, full: true }).outageSeconds, 600);
  assert.deepEqual(settingsFor({ ...OPTIONS, more: { scene: 'match,start' } }).parts, [
    'start',
    'match',
  ]);
  assert.throws(() => settingsFor({ ...OPTIONS, more: { scene: 'x' } }), /no scene "x"/);
});

function aMatch(seconds: number, openHere: number): MatchResult {
  const startedAt = '2026-01-05T15:00:00.000Z';
  const finishedAt = new Date(Date.parse(startedAt) + seconds * 1_000).toISOString();
  const differences = { missingThere: 0, unknownHere: 0, differing: 0 };
  return { startedAt, finishedAt, openHere, openThere: openHere, ...differences };
}

function aRound(match: MatchResult | null, p50Ms: number, isPure = true): MatchRound {
  const latency = { count: 1, p50Ms, p99Ms: p50Ms, p999Ms: p50Ms, maxMs: p50Ms };
  const usage = { cpuSeconds: 0, seconds: 1, peakBytes: 0 };
  const counts = { sent: 1, noAnswer: 0, restingAtEnd: 0, statuses: {}, errors: {}, usage };
  const rates = { answersInTime: 500, answersPerSecond: 500, placedPerSecond: 400 };
  const latencies = { placed: latency, cancelled: latency, lateness: latency };
  return { report: { kind: 'FlowReport', ...latencies, ...rates, ...counts }, match, isPure };
}

test('a match of few orders is scaled to 100,000; of several the median counts', () => {
  const rounds = [aRound(aMatch(10, 50_000), 2), aRound(aMatch(60, 100_000), 2)];
  assert.equal(secondsPer100kOpen({ rounds: rounds.slice(0, 1) }), 20);
  assert.equal(secondsPer100kOpen({ rounds: [...rounds, aRound(aMatch(30, 100_000), 2)] }), 30);
  assert.equal(secondsPer100kOpen({ rounds: [aRound(null, 2)] }), null);
  assert.equal(secondsPer100kOpen({ rounds: [aRound(aMatch(1, 0), 2)] }), null);
});

test('rounds that were not as they were to be do not count', () => {
  const match = aMatch(10, 100_000);
  const p50 = ({ report }: MatchRound) => report.placed.p50Ms;
  const run = (rounds: readonly MatchRound[]) => ({ rounds }) as unknown as RecoveryRun;
  const mixed = [aRound(null, 2), aRound(null, 90, false), aRound(match, 3)];
  assert.equal(ratioOf(run(mixed), p50), 1.5);
  assert.equal(ratioOf(run([aRound(null, 2, false), aRound(match, 3)]), p50), null);
  assert.equal(ratioOf(run([aRound(match, 3)]), p50), null);
});

test('a start is as fast as the median of the starts', () => {
  const starts = [4, 2, 9].map((readySeconds) => ({
    readySeconds,
    listeningSeconds: 1,
    peakBytes: 1,
  }));
  assert.equal(readySecondsOf({ starts } as unknown as RecoveryRun), 4);
  assert.equal(readySecondsOf({ starts: [] } as unknown as RecoveryRun), null);
});

test('all is well when nothing is asked about, looked for, parked or on its way', () => {
  const well = {
    unresolved: { total: 0 },
    targeted: 0,
    fillsWanted: 0,
    fullMatch: { running: null, lastComplete: null },
    feed: { lag: 0 },
    parked: { parked: 0 },
  };
  assert.equal(isSettled(well), true);
  assert.equal(isSettled({ ...well, unresolved: { total: 1 } }), false);
  assert.equal(isSettled({ ...well, fillsWanted: 2 }), false);
  assert.equal(isSettled({ ...well, parked: { parked: 1 } }), false);
  assert.equal(isSettled({ ...well, parked: null }), false);
  assert.equal(isSettled({ ...well, feed: { lag: null } }), false);
});

test('a market that dips while its process is away fills what rests, in the log', async (t) => {
  const directory = tempDirectory(t);
  const dataDir = join(directory, 'exchange');
  const sizes = { orders: 40, open: 20, customers: 4, shards: 1, symbols: 1 };
  await loadBooks({ dataDir: join(directory, 'data'), exchangeDir: dataDir, ...sizes }, OPTIONS);
  const trades = dipOf({ dataDir, symbols: 1 }, 'SYN0001');
  assert.ok(trades > 0 && trades < 20, `${trades} of 20`); // the sells rest on
  assert.equal(dipOf({ dataDir, symbols: 1 }, 'SYN0001'), 0);
  assert.equal(dipOf({ dataDir, symbols: 1 }, 'NONE'), 0);
});
