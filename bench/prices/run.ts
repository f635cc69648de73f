// One run of a crowd against one server: an exchange, the server and the clients, each a process of
// its own; what was delivered, how old it was, what it cost, and whether everybody was current.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from '../bench.ts';
import { abortable } from '../harness/abortable.ts';
import { ExchangeProcess, type FeedSettings } from '../harness/exchange-process.ts';
import { type CpuTime, readProcess, secondsOf, subtracted } from '../harness/thread-cpu.ts';
import { LoadProcess } from '../load/load-process.ts';
import type { CrowdReport } from '../load/protocol.ts';
import type { PriceServer, ServerUsage, StartServer } from './price-server.ts';
import { type ProbeReport, RequestProbe } from './request-probe.ts';

export interface CrowdSettings {
  readonly feed: FeedSettings;
  readonly clients: number;
  readonly symbolsPerClient: number;
  /** The clients choose among so many of the symbols, the first more often. */
  readonly symbolsWatched: number;
  readonly clientZipf: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly parseOneIn: number;
  readonly drainEveryMs: number;
  readonly gateways: number;
  readonly collectEveryMs: number | null;
}

export interface CrowdRun {
  readonly report: CrowdReport;
  /** Of small requests beside the streams; null: none were sent. */
  readonly requests: ProbeReport | null;
  readonly deliveredPerSecond: number;
  readonly servingUsPerEvent: number;
  readonly allUsPerEvent: number;
  readonly eventsPerCpuSecond: number;
  /** Shares of a core, by thread or process. */
  readonly cores: Readonly<Record<string, number>>;
  readonly servingCores: { readonly user: number; readonly system: number };
  readonly exchangeCores: number;
  readonly clientCores: number;
  readonly residentBytes: number;
}

export interface RunPlace {
  readonly start: StartServer;
  readonly settings: CrowdSettings;
  readonly directory: string;
  readonly profileDirectory: string | null;
}

const SEED = 20_240_601;
const QUIET_MS = 500;
const CURRENT_WITHIN_MS = 15_000;

export async function runCrowd(place: RunPlace, options: BenchOptions): Promise<CrowdRun> {
  return withServers(place, options, async (server, exchange) => {
    await exchange.closeSession(); // until everybody has come: connecting is not what is measured
    const load = crowdOf(place.settings, server, options);
    try {
      return await abortable(measure(place.settings, { server, exchange, load }), options.signal);
    } finally {
      load.kill();
    }
  });
}

/** Starts an exchange and a server on it, and stops both whatever happens. */
export async function withServers<Result>(
  { start, settings, directory, profileDirectory }: RunPlace,
  { signal }: BenchOptions,
  use: (server: PriceServer, exchange: ExchangeProcess) => Promise<Result>,
): Promise<Result> {
  mkdirSync(directory, { recursive: true });
  const dataDir = join(directory, 'exchange');
  const exchange = await ExchangeProcess.start(settings.feed, { dataDir, signal });
  try {
    const server = await start({
      exchangeUrl: exchange.url,
      directory,
      streams: settings.clients,
      gateways: settings.gateways,
      profileDirectory,
      collectEveryMs: settings.collectEveryMs,
      signal,
    });
    try {
      return await use(server, exchange);
    } finally {
      await server.stop();
    }
  } finally {
    await exchange.stop();
  }
}

export function crowdOf(
  settings: CrowdSettings,
  { target, pathBefore, tokens }: PriceServer,
  { progress }: BenchOptions,
): LoadProcess<CrowdReport> {
  const { clients, symbolsPerClient, symbolsWatched, clientZipf } = settings;
  return new LoadProcess<CrowdReport>({
    plan: {
      kind: 'CrowdPlan',
      target,
      pathBefore,
      tokens,
      symbols: symbolNames(symbolsWatched),
      streams: clients,
      symbolsPerStream: symbolsPerClient,
      zipf: clientZipf,
      seed: SEED,
      parseOneIn: settings.parseOneIn,
      drainEveryMs: settings.drainEveryMs,
      currentWithinMs: CURRENT_WITHIN_MS,
    },
    progress,
  });
}

interface Parts {
  readonly server: PriceServer;
  readonly exchange: ExchangeProcess;
  readonly load: LoadProcess<CrowdReport>;
}

async function measure(settings: CrowdSettings, { server, exchange, load }: Parts) {
  await load.reached('ready');
  await exchange.openSession();
  await sleep(settings.warmUpSeconds * 1_000);
  load.tell({ kind: 'Begin' });
  const before = { server: server.usage(), exchange: readProcess(exchange.pid) };
  const beganMs = performance.now();
  server.toggleProfile?.();
  const { target, probePath } = server;
  const isAlone = settings.clients === 1; // an idle machine has to stay one
  const probe = probePath === null || isAlone ? null : new RequestProbe(target, probePath);
  await sleep(settings.seconds * 1_000);
  const after = { server: server.usage(), exchange: readProcess(exchange.pid) };
  load.tell({ kind: 'End' });
  const seconds = (performance.now() - beganMs) / 1_000;
  server.toggleProfile?.();
  const bytes = server.residentBytes();
  const requests = (await probe?.end()) ?? null;
  await load.reached('sent');
  load.tell({ kind: 'Compare', published: await lastRound(exchange) });
  const report = await load.report;
  return runOf(report, {
    requests,
    seconds,
    server: differenceOf(after.server, before.server),
    exchange: subtracted(after.exchange, before.exchange),
    bytes,
  });
}

/**
 * When all is quiet, every symbol prints once more, so that nobody can be current by having been
 * told long ago. Answers with the last price of each.
 */
export async function lastRound(exchange: ExchangeProcess) {
  await exchange.closeSession();
  await sleep(QUIET_MS);
  await exchange.openSession();
  await sleep(QUIET_MS / 2);
  await exchange.closeSession();
  return [...(await exchange.lastPrices())];
}

interface Spent {
  readonly requests: ProbeReport | null;
  readonly seconds: number;
  readonly server: ServerUsage;
  readonly exchange: CpuTime;
  readonly bytes: number;
}

function runOf(report: CrowdReport, spent: Spent): CrowdRun {
  const { requests, seconds, server, exchange, bytes } = spent;
  const { events, usage } = report;
  const usPerEvent = (cpu: CpuTime) => (events === 0 ? 0 : (secondsOf(cpu) * 1e6) / events);
  return {
    report,
    requests,
    deliveredPerSecond: events / usage.seconds,
    servingUsPerEvent: usPerEvent(server.serving),
    allUsPerEvent: usPerEvent(server.all),
    eventsPerCpuSecond: events / Math.max(secondsOf(server.all), 0.01),
    cores: Object.fromEntries(
      Object.entries(server.parts).map(([name, cpu]) => [name, secondsOf(cpu) / seconds]),
    ),
    servingCores: {
      user: server.serving.userSeconds / seconds,
      system: server.serving.systemSeconds / seconds,
    },
    exchangeCores: secondsOf(exchange) / seconds,
    clientCores: usage.cpuSeconds / usage.seconds,
    residentBytes: bytes,
  };
}

function differenceOf(after: ServerUsage, before: ServerUsage): ServerUsage {
  const NONE = { userSeconds: 0, systemSeconds: 0 };
  return {
    parts: Object.fromEntries(
      Object.entries(after.parts).map(([name, cpu]) => [
        name,
        subtracted(cpu, before.parts[name] ?? NONE),
      ]),
    ),
    serving: subtracted(after.serving, before.serving),
    all: subtracted(after.all, before.all),
  };
}

/** As the exchange names its synthetic symbols: those that print most first. */
function symbolNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `SYN${String(i + 1).padStart(4, '0')}`);
}
