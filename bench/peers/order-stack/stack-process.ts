// The stack as a bench starts it: PostgreSQL, Redis, the order service and the trade processor, on
// a directory of their own, with customers, and stopped in the opposite order.

import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchUser } from '../../harness/broker-process.ts';
import { nodeProgram } from '../../harness/node-program.ts';
import { childrenOf } from '../../harness/process-cpu.ts';
import type { Target } from '../../harness/raw-http.ts';
import { ServerProcess } from '../../harness/server-process.ts';
import { type AuditReport, auditBooks, readFeed } from './audit.ts';
import { Database } from './database.ts';
import { PostgresCluster } from './postgres-cluster.ts';
import type { PostgresTuning } from './postgres-configuration.ts';
import { cpuSecondsOf, reapedCpuSeconds } from './process-usage.ts';
import { findPrograms, type Programs, tethered } from './programs.ts';
import { schemaSql } from './schema.ts';
import { type StackSettings, type StackTuning, TUNING } from './settings.ts';
import { createUsers, type UserPlan } from './users.ts';

export interface StackOptions {
  /** Made here, with its parents. */
  readonly directory: string;
  /** An exchange that runs already; the stack does not stop it. */
  readonly exchangeUrl: string;
  readonly users: UserPlan;
  readonly signal: AbortSignal;
  /** What differs from `TUNING`. */
  readonly tuning?: Partial<StackTuning>;
  readonly postgres?: Partial<PostgresTuning>;
  /** 0: tables without partitions. */
  readonly partitions?: number;
}

export type StackPart = 'workers' | 'trades' | 'postgres' | 'redis';

const COMMIT_DELAY_US = 0;
/** With 16 a filled order costs a backend three times the CPU, and one machine gains nothing. */
const PARTITIONS = 0;
const SETTLED_MS_MAX = 30_000;
const SETTLED_POLL_MS = 50;

/** What has to be stopped, the last one first. */
interface Started {
  readonly servers: { stop(): Promise<boolean> }[];
}

interface Parts {
  readonly users: readonly BenchUser[];
  readonly database: Database;
  readonly postgres: PostgresCluster;
  readonly servers: Readonly<Record<'orders' | 'trades' | 'redis', ServerProcess>>;
}

export class StackProcess {
  readonly target: Target;
  readonly users: readonly BenchUser[];
  readonly #options: StackOptions;
  readonly #started: Started;
  readonly #database: Database;
  readonly #postgres: PostgresCluster;
  readonly #servers: Readonly<Record<'orders' | 'trades' | 'redis', ServerProcess>>;

  private constructor(options: StackOptions, started: Started, parts: Parts) {
    this.#options = options;
    this.#started = started;
    this.users = parts.users;
    this.#database = parts.database;
    this.#postgres = parts.postgres;
    this.#servers = parts.servers;
    this.target = { host: '127.0.0.1', port: Number(parts.servers.orders.said) };
  }

  /** Throws `StackUnavailable` where PostgreSQL or Redis is not installed. */
  static async start(options: StackOptions): Promise<StackProcess> {
    const programs = findPrograms();
    const started: Started = { servers: [] };
    try {
      return await startAll(options, programs, started, (parts) => {
        return new StackProcess(options, started, parts);
      });
    } catch (error) {
      await stopAll(started);
      throw error;
    }
  }

  get isRunning(): boolean {
    return Object.values(this.#servers).every((server) => server.isRunning);
  }

  /** Process ids by part, as they are now; `workers` has the cluster's primary too. */
  parts(): Readonly<Record<StackPart, readonly number[]>> {
    const { orders, trades, redis } = this.#servers;
    return {
      workers: [orders.pid, ...childrenOf(orders.pid).map(({ pid }) => pid)],
      trades: [trades.pid],
      postgres: this.#postgres.pids,
      redis: [redis.pid],
    };
  }

  /** Used so far, by part; of PostgreSQL also by processes that have ended. */
  cpuSeconds(): Readonly<Record<StackPart, number>> {
    const { workers, trades, postgres, redis } = this.parts();
    return {
      workers: cpuSecondsOf(workers),
      trades: cpuSecondsOf(trades),
      postgres: cpuSecondsOf(postgres) + reapedCpuSeconds(this.#postgres.pid),
      redis: cpuSecondsOf(redis),
    };
  }

  /** Ids of the orders of each user, as the table has them. */
  async orderIds(): Promise<Map<string, Set<string>>> {
    const ids = new Map(this.users.map(({ userId }) => [userId, new Set<string>()]));
    const rows = await this.#database.call('order ids', 'SELECT user_id, id FROM orders', []);
    for (const [userId, id] of rows) ids.get(userId as string)?.add(id as string);
    return ids;
  }

  /** Waits until all that the exchange has executed is booked; false when that took too long. */
  async settled(): Promise<boolean> {
    const { headSeq } = await readFeed(this.#options.exchangeUrl);
    const text = 'SELECT seq FROM feed_position';
    for (let waitedMs = 0; waitedMs < SETTLED_MS_MAX; waitedMs += SETTLED_POLL_MS) {
      const [row] = await this.#database.call('position', text, []);
      if (Number(row?.[0] ?? 0) >= headSeq) return true;
      await sleep(SETTLED_POLL_MS);
    }
    return false;
  }

  /** The load has ended. Reads every row: not to be timed. */
  async audit(): Promise<AuditReport> {
    const isSettled = await this.settled();
    const feed = await readFeed(this.#options.exchangeUrl);
    const report = await auditBooks(this.#database, feed);
    if (isSettled) return report;
    return { ...report, findings: ['the trade feed was not booked in time', ...report.findings] };
  }

  /** False when something had to be killed. */
  stop(): Promise<boolean> {
    return stopAll(this.#started);
  }
}

async function startAll(
  options: StackOptions,
  programs: Programs,
  { servers }: Started,
  made: (parts: Parts) => StackProcess,
): Promise<StackProcess> {
  const { directory, exchangeUrl, signal } = options;
  const keep = <Server extends { stop(): Promise<boolean> }>(server: Server): Server => {
    servers.unshift(server);
    return server;
  };
  mkdirSync(directory, { recursive: true });
  const postgres = keep(
    await PostgresCluster.start({
      directory: join(directory, 'postgres'),
      programs,
      tuning: { commitDelayUs: COMMIT_DELAY_US, ...options.postgres },
      signal,
    }),
  );
  const database = new Database(postgres.socketDirectory, 1, 'audit');
  keep({ stop: () => database.close().then(() => true) });
  await database.run(schemaSql(options.partitions ?? PARTITIONS));
  const key = randomBytes(32);
  const users = await createUsers(database, key, options.users);
  const redisPort = await freePort();
  const redis = keep(await startRedis(programs, redisPort, signal));
  const settings: StackSettings = {
    postgres: postgres.socketDirectory,
    redisPort,
    exchangeUrl,
    signingKey: key.toString('base64url'),
    tuning: { ...TUNING, ...options.tuning },
  };
  const trades = keep(await startNode(programs, 'trades-main.ts', settings, signal));
  const orders = keep(await startNode(programs, 'orders-main.ts', settings, signal));
  return made({ users, database, postgres, servers: { orders, trades, redis } });
}

async function stopAll({ servers }: Started): Promise<boolean> {
  let isClean = true;
  for (const server of servers.splice(0)) isClean = (await server.stop()) && isClean;
  return isClean;
}

function startRedis(programs: Programs, port: number, signal: AbortSignal) {
  const address = ['--port', String(port), '--bind', '127.0.0.1'];
  const args = [...address, '--save', '', '--appendonly', 'no'];
  return ServerProcess.start({
    what: 'Redis',
    ...tethered(programs, { command: programs.redis, args }, 'TERM'),
    env: process.env,
    ready: /Ready to accept connections/,
    signal,
  });
}

function startNode(programs: Programs, file: string, settings: StackSettings, signal: AbortSignal) {
  const path = join('bench', 'peers', 'order-stack', file);
  const program = nodeProgram(path, [JSON.stringify(settings)]);
  return ServerProcess.start({
    what: file,
    ...tethered(programs, program, 'TERM'),
    env: { ...process.env, NODE_ENV: 'production' },
    ready: /^(?:orders|trades) ready ?(\d*)$/m,
    signal,
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
