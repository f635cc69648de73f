import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { measureSyncs } from '../../bench/durability/disk-syncs.ts';
import { plannedOrder } from '../../bench/durability/market.ts';
import { durabilityOutcome, pointsOf } from '../../bench/durability/report.ts';
import { runShard, type ShardRun } from '../../bench/durability/shard-run.ts';
import { MODES, openerFor, syncsOf } from '../../bench/durability/synced-store.ts';
import { tempDirectory } from '../temp-directory.ts';

const { signal } = new AbortController();

test('six of ten orders trade, and no user has both sides of a symbol', () => {
  const orders = Array.from({ length: 4_000 }, (_, index) => plannedOrder(index));
  assert.equal(orders.filter(({ isFilled }) => isFilled).length, 2_400);
  const sides = new Map<string, string>();
  for (const { userId, symbol, side } of orders) {
    const key = `${userId} ${symbol}`;
    assert.equal(sides.get(key) ?? side, side);
    sides.set(key, side);
  }
  assert(new Set(sides.values()).size === 2 && sides.size > 500);
});

test('FULL syncs at each commit, NORMAL at checkpoints only, OFF never', () => {
  assert.deepEqual(
    MODES.map((mode) => syncsOf(mode, 100, 2)),
    [106, 6, 0],
  );
});

test('a file is opened in the mode that was asked for, and its checkpoints are counted', (t) => {
  for (const [at, mode] of MODES.entries()) {
    const checkpoints = { count: 0 };
    const path = join(tempDirectory(t), 'file.db');
    const options = { synchronous: 'FULL', migrations: [], changesPerCheckpoint: 0 } as const;
    const db = openerFor(mode, checkpoints)(path, options);
    assert.equal(db.pragma('synchronous', { simple: true }), 2 - at);
    db.pragma('wal_checkpoint(PASSIVE)');
    assert.equal(checkpoints.count, 1);
    db.close();
  }
});

test('a short run loses nothing, and its rows can be written again without actors', async (t) => {
  const directory = tempDirectory(t);
  const terms = { directory, warmUpSeconds: 0, seconds: 0.05, repeats: true, signal };
  const run = await runShard({ ...terms, mode: 'NORMAL', ordersPerTurn: 5 });
  assert.deepEqual(run.findings, []);
  assert(run.invariantsHeld > 5);
  assert(run.orders >= 5 && run.raw !== null && run.raw.ordersPerSecond > 0);
});

test('an interrupted run stops', async (t) => {
  const terms = { directory: tempDirectory(t), warmUpSeconds: 0, seconds: 60, repeats: false };
  const run = runShard({ ...terms, mode: 'OFF', ordersPerTurn: 1, signal: AbortSignal.abort() });
  await assert.rejects(run, /aborted/);
});

test('each size is synced at the end of the file and over it', async (t) => {
  const directory = tempDirectory(t);
  const measured = await measureSyncs({ directory, bytesEach: [512, 1_024], writes: 2, signal });
  assert.deepEqual(
    measured.map(({ bytes, place, latency }) => [bytes, place, latency.count]),
    [
      [512, 'appended', 2],
      [512, 'overwritten', 2],
      [1_024, 'appended', 2],
      [1_024, 'overwritten', 2],
    ],
  );
});

const RUN: ShardRun = {
  mode: 'FULL',
  ordersPerTurn: 8,
  orders: 100,
  ordersPerSecond: 1_000,
  cpuUsPerOrder: 100,
  syncsPerOrder: 0.4,
  raw: { ordersPerSecond: 2_000, cpuUsPerOrder: 50 },
  invariantsHeld: 12,
  findings: [],
};

test('a point is the median of its runs, and the raw rows come from those of FULL', () => {
  const runs: ShardRun[] = [
    { ...RUN, ordersPerSecond: 900 },
    { ...RUN, mode: 'OFF', ordersPerSecond: 3_000, raw: null },
    RUN,
    { ...RUN, ordersPerSecond: 1_200 },
  ];
  const points = pointsOf(runs).map(({ kind, ordersPerSecond: { median, min, max } }) => {
    return [kind, median, min, max];
  });
  assert.deepEqual(points, [
    ['FULL', 1_000, 900, 1_200],
    ['OFF', 3_000, 3_000, 3_000],
    ['raw', 2_000, 2_000, 2_000],
  ]);
});

test('what a run has lost is a failure', () => {
  const settings = {
    ordersPerTurn: [8],
    rounds: 1,
    warmUpSeconds: 0,
    seconds: 1,
    diskBytes: [],
    diskWrites: 0,
  };
  const runs = [RUN, { ...RUN, findings: ['I4: off'] }];
  const { failures } = durabilityOutcome(settings, { runs, disk: [] });
  assert.deepEqual(failures, ['FULL, 8 orders per turn: I4: off']);
});
