// Does the whole product carry a light load, and lose nothing? 500 orders/s and 200 SSE clients for
// 20 s against a broker that was started as a user starts it, on a fresh data directory.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, BenchOptions } from './bench.ts';
import { abortable } from './harness/abortable.ts';
import { Api } from './harness/api.ts';
import { BrokerProcess } from './harness/broker-process.ts';
import { probeDisk } from './harness/disk.ts';
import { readHeadSeq } from './harness/head-seq.ts';
import { type ProcessUsage, readUsage } from './harness/process-cpu.ts';
import { LoadProcess } from './load/load-process.ts';
import type { OrderReport, StreamReport } from './load/protocol.ts';
import { type LoadMeasured, type PartUsage, smokeOutcome } from './smoke-report.ts';

const SMOKE = {
  ordersPerSecond: 500,
  orderConnections: 64,
  streams: 200,
  symbolsPerStream: 10,
  orderStreamsPerUser: 2,
  parseOneIn: 1,
  warmUpSeconds: 3,
  seconds: 20,
  /** Beside the real tape, whose few symbols print a few times a second. */
  broker: { OUTCRY_SYMBOLS: '100' },
} as const;

const QUICK = { ...SMOKE, warmUpSeconds: 1, seconds: 4 } as const;

export type SmokeSettings = Omit<typeof SMOKE, 'warmUpSeconds' | 'seconds'> & {
  readonly warmUpSeconds: number;
  readonly seconds: number;
};

export const smokeBench: Bench = async (options) => {
  const settings: SmokeSettings = options.quick ? QUICK : SMOKE;
  const directory = mkdtempSync(join(tmpdir(), 'outcry-bench-'));
  try {
    const disk = probeDisk(directory);
    options.progress('starting the broker on a fresh data directory');
    const dataDir = join(directory, 'data');
    const { signal } = options;
    const broker = await BrokerProcess.start({ dataDir, settings: settings.broker, signal });
    let load: LoadMeasured;
    let stoppedInTime = false;
    try {
      load = await measure(broker, settings, options);
    } finally {
      options.progress('stopping the broker');
      stoppedInTime = await broker.stop();
    }
    return smokeOutcome(settings, { ...load, disk, stoppedInTime });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

async function measure(
  broker: BrokerProcess,
  settings: SmokeSettings,
  { signal, progress }: BenchOptions,
): Promise<LoadMeasured> {
  const { target, users } = broker;
  const api = new Api(broker.url);
  const [user] = users;
  if (user === undefined) throw new Error('the broker has no demo users');
  const symbols = await abortable(api.symbols(user.token), signal);
  const { ordersPerSecond, warmUpSeconds, seconds } = settings;
  const streams = new LoadProcess<StreamReport>({
    plan: {
      ...settings,
      kind: 'StreamPlan',
      target,
      users,
      symbols: symbols.map(({ name }) => name),
    },
    progress,
  });
  const orders = new LoadProcess<OrderReport>({
    plan: {
      kind: 'OrderPlan',
      target,
      users,
      symbols,
      ratePerSecond: ordersPerSecond,
      warmUpOrders: ordersPerSecond * warmUpSeconds,
      measuredOrders: ordersPerSecond * seconds,
      connections: settings.orderConnections,
    },
    progress,
  });
  try {
    return await abortable(run(broker, api, { streams, orders }, progress), signal);
  } finally {
    streams.kill();
    orders.kill();
  }
}

interface Loads {
  readonly streams: LoadProcess<StreamReport>;
  readonly orders: LoadProcess<OrderReport>;
}

async function run(
  broker: BrokerProcess,
  api: Api,
  { streams, orders }: Loads,
  progress: BenchOptions['progress'],
): Promise<LoadMeasured> {
  await Promise.all([streams.reached('ready'), orders.reached('ready')]);
  progress('connected; the load begins');
  orders.tell({ kind: 'Begin' });
  await orders.reached('warm');
  streams.tell({ kind: 'Begin' });
  const before = usageOf(broker);
  await orders.reached('sent');
  const after = usageOf(broker);
  const orderReport = await orders.report;

  progress('all orders are sent; comparing what was answered with what the broker has');
  const headSeqs: Record<string, number> = {};
  const listedOrders: Record<string, ReadonlySet<string>> = {};
  for (const user of broker.users) {
    headSeqs[user.userId] = await readHeadSeq(broker.target, user);
    listedOrders[user.userId] = await api.orderIds(user.token);
  }
  streams.tell({ kind: 'Finish', headSeqs });
  return {
    orders: orderReport,
    streams: await streams.report,
    listedOrders,
    parts: partsUsage(before, after),
    brokerStillRan: broker.isRunning,
  };
}

type Usages = Readonly<Record<'broker' | 'simulator', (ProcessUsage & { pid: number }) | null>>;

function usageOf(broker: BrokerProcess): Usages {
  const parts = broker.parts();
  const usage = (pid: number | null) => {
    const read = pid === null ? null : readUsage(pid);
    return pid === null || read === null ? null : { ...read, pid };
  };
  return { broker: usage(parts.broker), simulator: usage(parts.simulator) };
}

/** Null when /proc did not tell, or when the process was another one at the end. */
function partsUsage(before: Usages, after: Usages): PartUsage[] {
  return (['broker', 'simulator'] as const).map((part) => {
    const [first, last] = [before[part], after[part]];
    if (first === null || last === null || first.pid !== last.pid) {
      return { part, cpuSeconds: null, peakBytes: null };
    }
    return { part, cpuSeconds: last.cpuSeconds - first.cpuSeconds, peakBytes: last.peakBytes };
  });
}
