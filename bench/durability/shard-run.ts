// One run: a fresh data directory with one shard, orders in turns of one size for a while, then the
// auditor; and what better-sqlite3 alone takes for the same rows.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as yieldToSignals } from 'node:timers/promises';
import { audit } from '../../src/audit/audit.ts';
import { FEES } from '../../src/limits.ts';
import { pathsOf, takeDataDirectory } from '../../src/store/data-directory.ts';
import { openDatabase } from '../../src/store/database.ts';
import { EXTERNAL_IDS_MIGRATIONS } from '../../src/store/external-ids-store.ts';
import { countOf } from '../orders/books.ts';
import { repeatTransactions } from '../peers/order-transactions.ts';
import { HandRunShard, type ShardCounts } from './hand-run-shard.ts';
import { type Mode, syncsOf } from './synced-store.ts';

export interface RunTerms {
  readonly mode: Mode;
  readonly ordersPerTurn: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly directory: string;
  /** Whether better-sqlite3 alone writes its rows, too. */
  readonly repeats: boolean;
  readonly signal: AbortSignal;
}

export interface Rates {
  readonly ordersPerSecond: number;
  readonly cpuUsPerOrder: number;
}

export interface ShardRun extends Rates {
  readonly mode: Mode;
  readonly ordersPerTurn: number;
  readonly orders: number;
  readonly syncsPerOrder: number;
  readonly raw: Rates | null;
  readonly invariantsHeld: number;
  /** What is wrong; empty when all is well. */
  readonly findings: readonly string[];
}

const YIELD_EVERY_MS = 25;

export async function runShard(terms: RunTerms): Promise<ShardRun> {
  const { directory, mode, ordersPerTurn } = terms;
  const dataDir = join(directory, 'data');
  try {
    prepare(dataDir);
    const shard = new HandRunShard(dataDir, mode);
    let measured: Awaited<ReturnType<typeof tradeFor>>;
    try {
      await tradeFor(shard, terms.warmUpSeconds, terms);
      measured = await tradeFor(shard, terms.seconds, terms);
    } finally {
      shard.close();
    }
    const { orders, commits, checkpoints } = measured;
    const report = await audit({
      directory: dataDir,
      exchangeUrl: null,
      withoutVenueLog: 'throw',
      settled: false,
    });
    const broken = report.verdicts.filter(({ outcome }) => outcome === 'broken');
    return {
      ...{ mode, ordersPerTurn, orders },
      ordersPerSecond: orders / measured.seconds,
      cpuUsPerOrder: measured.cpuUs / orders,
      syncsPerOrder: syncsOf(mode, commits, checkpoints) / orders,
      raw: terms.repeats ? rawOf(dataDir, directory, shard.counts()) : null,
      invariantsHeld: report.verdicts.filter(({ outcome }) => outcome === 'held').length,
      findings: [
        ...broken.map(({ invariant, first }) => `${invariant}: ${first?.sentence}`),
        ...(shard.refusals === null ? [] : [`answers were ${shard.refusals}`]),
        ...missing(dataDir, shard.counts()),
      ],
    };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** As the broker makes it, with one shard, and nothing from an exchange. */
function prepare(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true });
  const fresh = { shards: 1, installationId: 'bench', fees: FEES };
  takeDataDirectory(dataDir, fresh).release();
  openDatabase(pathsOf(dataDir).externalIds, {
    synchronous: 'FULL',
    migrations: EXTERNAL_IDS_MIGRATIONS,
    changesPerCheckpoint: 0,
  }).close();
}

async function tradeFor(shard: HandRunShard, seconds: number, { ordersPerTurn, signal }: RunTerms) {
  const before = shard.counts();
  const cpuBefore = process.cpuUsage();
  const beganMs = performance.now();
  let yieldAtMs = beganMs + YIELD_EVERY_MS;
  for (let nowMs = beganMs; nowMs < beganMs + seconds * 1_000; nowMs = performance.now()) {
    shard.trade(ordersPerTurn);
    if (nowMs < yieldAtMs) continue;
    await yieldToSignals();
    signal.throwIfAborted();
    yieldAtMs = nowMs + YIELD_EVERY_MS;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const after = shard.counts();
  return {
    seconds: (performance.now() - beganMs) / 1_000,
    cpuUs: user + system,
    orders: after.orders - before.orders,
    commits: after.commits - before.commits,
    checkpoints: after.checkpoints - before.checkpoints,
  };
}

/** Of the whole file, the warm-up included, in transactions as large as the turns were. */
function rawOf(dataDir: string, directory: string, { commits }: ShardCounts): Rates {
  const events = countOf(dataDir, 'events') - countOf(dataDir, 'deposits');
  const source = pathsOf(dataDir).shard(0);
  const perTransaction = Math.max(1, Math.round(events / commits));
  const raw = repeatTransactions(source, join(directory, 'raw.db'), perTransaction);
  return {
    ordersPerSecond: raw.orders / raw.wallSeconds,
    cpuUsPerOrder: (raw.cpuSeconds * 1e6) / raw.orders,
  };
}

function missing(dataDir: string, { orders, fills }: ShardCounts): string[] {
  const kept = { orders: countOf(dataDir, 'orders'), fills: countOf(dataDir, 'fills') };
  return [
    ...(kept.orders === orders ? [] : [`${kept.orders} orders on disk, not ${orders}`]),
    ...(kept.fills === fills ? [] : [`${kept.fills} fills on disk, not ${fills}`]),
  ];
}
