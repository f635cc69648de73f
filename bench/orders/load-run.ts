// One order flow at one rate against a server that runs: what came back, and what it cost whom.
import type { BenchOptions } from '../bench.ts';
import { abortable } from '../harness/abortable.ts';
import { probeDisk } from '../harness/disk.ts';
import type { LatencySummary } from '../harness/histogram.ts';
import { type CpuTime, NO_TIME, secondsOf, subtracted } from '../harness/thread-cpu.ts';
import { LoadProcess } from '../load/load-process.ts';
import type { FlowMix } from '../load/order-flow.ts';
import type { FlowReport } from '../load/protocol.ts';
import type { OrderServer, ServerCost } from './order-server.ts';
import { BREAK_IN_RATE, FLOW, type Scene } from './scenes.ts';

export interface LoadTerms {
  readonly mix: FlowMix;
  readonly ratePerSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly seed: number;
  readonly outcomesFile: string | null;
}

export interface LoadRun {
  readonly ratePerSecond: number;
  readonly report: FlowReport;
  /** Of a small durable write on the same disk, just before. */
  readonly fdatasync: LatencySummary;
  /** Cores, by thread or process of the server. */
  readonly cores: Readonly<Record<string, number>>;
  readonly serverCores: number;
  readonly exchangeCores: number;
  readonly generatorCores: number;
  readonly serverUsPerRequest: number;
  readonly serverPeakBytes: number;
}

/** Where the load runs: the server, and the exchange behind it. */
export interface Place {
  readonly server: OrderServer;
  readonly exchangeCost: () => CpuTime;
  readonly directory: string;
}

export async function runLoad(
  { server, exchangeCost, directory }: Place,
  terms: LoadTerms,
  { signal, progress }: BenchOptions,
): Promise<LoadRun> {
  const { target, users, symbols } = server;
  const { userZipf, symbolZipf, connections } = FLOW;
  const plan = { kind: 'FlowPlan', target, users, symbols, userZipf, symbolZipf } as const;
  const load = new LoadProcess<FlowReport>({ plan: { ...plan, ...terms, connections }, progress });
  try {
    await abortable(load.reached('ready'), signal);
    const fdatasync = probeDisk(directory);
    load.tell({ kind: 'Begin' });
    await abortable(load.reached('warm'), signal);
    server.toggleProfile?.();
    const before = { server: server.cost(), exchange: exchangeCost() };
    await abortable(load.reached('sent'), signal);
    const after = { server: server.cost(), exchange: exchangeCost() };
    server.toggleProfile?.();
    const report = await abortable(load.report, signal);
    const exchange = subtracted(after.exchange, before.exchange);
    return runOf(terms, {
      report,
      fdatasync,
      before: before.server,
      after: after.server,
      exchange,
    });
  } finally {
    load.kill();
  }
}

/** Nothing of it is told; what it was answered is looked up like everything else. */
export async function breakIn(
  place: Place,
  { mix, breakInSeconds }: Scene,
  outcomesFile: string | null,
  options: BenchOptions,
): Promise<void> {
  if (breakInSeconds === 0) return;
  const seconds = { warmUpSeconds: 0, seconds: breakInSeconds };
  const terms = {
    mix,
    ratePerSecond: BREAK_IN_RATE,
    ...seconds,
    seed: FLOW.seed - 1,
    outcomesFile,
  };
  await runLoad(place, terms, options);
}

interface Measured {
  readonly report: FlowReport;
  readonly fdatasync: LatencySummary;
  readonly before: ServerCost;
  readonly after: ServerCost;
  readonly exchange: CpuTime;
}

function runOf({ ratePerSecond }: LoadTerms, measured: Measured): LoadRun {
  const { report, fdatasync, before, after, exchange } = measured;
  const { seconds, cpuSeconds } = report.usage;
  const spent = secondsOf(subtracted(after.all, before.all));
  const parts = Object.entries(after.parts).map(([name, cpu]) => {
    const used = subtracted(cpu, before.parts[name] ?? NO_TIME);
    return [name, secondsOf(used) / seconds] as const;
  });
  return {
    ratePerSecond,
    report,
    fdatasync,
    cores: Object.fromEntries(parts),
    serverCores: spent / seconds,
    exchangeCores: secondsOf(exchange) / seconds,
    generatorCores: cpuSeconds / seconds,
    serverUsPerRequest: (spent * 1e6) / Math.max(report.answersPerSecond * seconds, 1),
    serverPeakBytes: after.peakBytes,
  };
}

/** Everything was answered as it should, and nothing queued: the server carries that rate. */
export function isCarried({ ratePerSecond, report }: LoadRun): boolean {
  const isClean = Object.keys(report.errors).length === 0 && report.noAnswer === 0;
  const keepsUp = report.answersPerSecond >= ratePerSecond * KEEPS_UP;
  return isClean && keepsUp && report.placed.p99Ms <= KNEE_P99_MS;
}

const KEEPS_UP = 0.97;
/** Beyond it requests wait in line. */
export const KNEE_P99_MS = 250;
