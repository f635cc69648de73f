// One day in short: a fresh exchange and broker, price streams, order streams and an order flow at
// one rate, all at once; then everybody has to be current, and the books are judged.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from '../bench.ts';
import { abortable } from '../harness/abortable.ts';
import { Api } from '../harness/api.ts';
import { probeDisk } from '../harness/disk.ts';
import { readHeadSeq } from '../harness/head-seq.ts';
import type { LatencySummary } from '../harness/histogram.ts';
import { readUsage } from '../harness/process-cpu.ts';
import { type CpuTime, NO_TIME, secondsOf, subtracted } from '../harness/thread-cpu.ts';
import { LoadProcess } from '../load/load-process.ts';
import type { CrowdReport, FlowReport, StreamReport } from '../load/protocol.ts';
import { type BooksVerdict, judgeBooks } from '../orders/books.ts';
import type { ServerCost } from '../orders/order-server.ts';
import { FLOW, FULL_MIX } from '../orders/scenes.ts';
import { TradingFloor } from '../orders/trading-floor.ts';
import { lastRound } from '../prices/run.ts';
import type { DaySettings } from './settings.ts';
import { takenPerSecond } from './taken.ts';

export interface DayRun {
  readonly ratePerSecond: number;
  readonly orders: FlowReport;
  /** Requests answered 2xx while it was timed, also those of the warm-up that had to wait. */
  readonly takenPerSecond: number;
  readonly prices: CrowdReport;
  readonly orderEvents: Omit<StreamReport, 'seenOrders'>;
  /** Of a small durable write on the same disk, just before. */
  readonly fdatasync: LatencySummary;
  /** Cores of the broker, by thread. */
  readonly threads: Readonly<Record<string, number>>;
  /** Cores, by process. */
  readonly processes: Readonly<Record<ProcessName, number>>;
  readonly peakBytes: Readonly<Record<ProcessName, number>>;
  readonly books: BooksVerdict;
  readonly stoppedInTime: boolean;
}

export const GENERATORS = ['order clients', 'price clients', 'order streams'] as const;
export type ProcessName = 'broker' | 'exchange' | (typeof GENERATORS)[number];

export interface DayTerms {
  readonly settings: DaySettings;
  readonly ratePerSecond: number;
  readonly directory: string;
}

const SEED = 20_240_601;
const CURRENT_WITHIN_MS = 15_000;
/** Fills and events of the last requests are still on their way. */
const SETTLE_MS = 1_500;
/** Until the broker knows of an open session, and every symbol has printed. */
const OPENING_MS = 1_500;

export async function runDay(terms: DayTerms, options: BenchOptions): Promise<DayRun> {
  const { settings, ratePerSecond, directory } = terms;
  const { customers, feed } = settings;
  mkdirSync(directory, { recursive: true });
  const say = (text: string) => options.progress(`${ratePerSecond} requests/s: ${text}`);
  say(`exchange and broker; ${customers} customers are given ${feed.symbols} symbols each`);
  const place = { customers, feed, broker: {}, directory, profileDirectory: null };
  const floor = await TradingFloor.start(place, options);
  try {
    const outcomesFile = join(directory, 'outcomes');
    await floor.exchange.closeSession(); // until everybody has come
    const loads = await loadsOn(floor, terms, outcomesFile, options);
    let measured: Measured;
    try {
      measured = await abortable(measure(floor, loads, terms, say), options.signal);
    } finally {
      for (const load of Object.values(loads)) load.kill();
    }
    const stoppedInTime = await floor.stop();
    say('the auditor reads the books');
    const { dataDir, exchange } = floor;
    const books = await abortable(
      judgeBooks(dataDir, exchange.url, [outcomesFile]),
      options.signal,
    );
    const { atMs: fromMs } = measured.before;
    const outcomes = readFileSync(outcomesFile, 'utf8');
    const taken = takenPerSecond(outcomes, fromMs, measured.after.atMs);
    return { ...runOf(ratePerSecond, measured), takenPerSecond: taken, books, stoppedInTime };
  } finally {
    await floor.close();
  }
}

interface Loads {
  readonly flow: LoadProcess<FlowReport>;
  readonly crowd: LoadProcess<CrowdReport>;
  readonly watchers: LoadProcess<StreamReport>;
}

/** Prices are read here: they wander while a market is open, and limits are set by them. */
async function loadsOn(
  floor: TradingFloor,
  { settings, ratePerSecond }: DayTerms,
  outcomesFile: string,
  { signal, progress }: BenchOptions,
): Promise<Loads> {
  const { target, users, broker } = floor;
  const names = floor.symbols.map(({ name }) => name);
  const priced = await abortable(new Api(broker.url).symbols(broker.admin.token), signal);
  const byName = new Map(priced.map((symbol) => [symbol.name, symbol]));
  const symbols = names.slice(0, settings.symbolsTraded).flatMap((name) => byName.get(name) ?? []);
  const { symbolsPerStream, warmUpSeconds, seconds, parseOneIn, drainEveryMs } = settings;
  const { userZipf, symbolZipf } = FLOW;
  const rate = { ratePerSecond, warmUpSeconds, seconds, connections: settings.orderConnections };
  const flow = { mix: FULL_MIX, userZipf, symbolZipf, ...rate, seed: SEED };
  const crowd = { streams: settings.priceStreams, symbolsPerStream, zipf: 1, seed: SEED };
  const reading = { parseOneIn, drainEveryMs, currentWithinMs: CURRENT_WITHIN_MS };
  const tokens = users.map(({ token }) => token);
  const one = { streams: users.length, symbolsPerStream: 1, orderStreamsPerUser: 1, parseOneIn: 1 };
  const quiet = names.slice(-users.length); // its one symbol shall hardly print
  return {
    flow: new LoadProcess<FlowReport>({
      plan: { kind: 'FlowPlan', target, users, symbols, ...flow, outcomesFile },
      progress,
    }),
    crowd: new LoadProcess<CrowdReport>({
      plan: {
        ...{ kind: 'CrowdPlan', target, pathBefore: '/stream?symbols=', tokens },
        ...{ symbols: names, ...crowd, ...reading },
      },
      progress,
    }),
    watchers: new LoadProcess<StreamReport>({
      plan: { kind: 'StreamPlan', target, users, symbols: quiet, ...one },
      progress,
    }),
  };
}

interface Snapshot {
  readonly atMs: number;
  readonly broker: ServerCost;
  readonly exchange: CpuTime;
}

interface Measured {
  readonly orders: FlowReport;
  readonly prices: CrowdReport;
  readonly orderEvents: StreamReport;
  readonly fdatasync: LatencySummary;
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly exchangePeakBytes: number;
}

async function measure(
  floor: TradingFloor,
  { flow, crowd, watchers }: Loads,
  { settings, directory }: DayTerms,
  say: (text: string) => void,
): Promise<Measured> {
  const { exchange, target, users } = floor;
  const snapshot = (): Snapshot => {
    return { atMs: Date.now(), broker: floor.cost(), exchange: floor.exchangeCost() };
  };
  say(`opening ${settings.priceStreams} price streams and ${users.length} order streams`);
  await Promise.all([flow, crowd, watchers].map((load) => load.reached('ready')));
  const fdatasync = probeDisk(directory);
  await exchange.openSession();
  await sleep(OPENING_MS);
  flow.tell({ kind: 'Begin' });
  await flow.reached('warm');
  crowd.tell({ kind: 'Begin' });
  watchers.tell({ kind: 'Begin' });
  const before = snapshot();
  await flow.reached('sent');
  const after = snapshot();
  crowd.tell({ kind: 'End' });
  watchers.tell({ kind: 'End' }); // day orders expire at the close, all at once
  const exchangePeakBytes = readUsage(exchange.pid)?.peakBytes ?? 0;
  const orders = await flow.report;
  await crowd.reached('sent');
  say('a last print of each symbol: is everybody current?');
  await sleep(SETTLE_MS);
  crowd.tell({ kind: 'Compare', published: await lastRound(exchange) });
  const prices = await crowd.report;
  const headSeqs: Record<string, number> = {};
  for (const user of users) headSeqs[user.userId] = await readHeadSeq(target, user);
  watchers.tell({ kind: 'Finish', headSeqs });
  const orderEvents = await watchers.report;
  return { orders, prices, orderEvents, fdatasync, before, after, exchangePeakBytes };
}

function runOf(
  ratePerSecond: number,
  measured: Measured,
): Omit<DayRun, 'books' | 'stoppedInTime' | 'takenPerSecond'> {
  const { orders, prices, fdatasync, before, after } = measured;
  const { seenOrders: _, ...orderEvents } = measured.orderEvents;
  const { seconds } = orders.usage;
  const coresOf = (now: CpuTime, then: CpuTime) => secondsOf(subtracted(now, then)) / seconds;
  const generators = [orders.usage, prices.usage, orderEvents.usage];
  const [orderCores = 0, priceCores = 0, eventCores = 0] = generators.map(
    (usage) => usage.cpuSeconds / usage.seconds,
  );
  const threads = Object.entries(after.broker.parts).map(([name, cpu]) => {
    return [name, coresOf(cpu, before.broker.parts[name] ?? NO_TIME)] as const;
  });
  return {
    ...{ ratePerSecond, orders, prices, orderEvents, fdatasync },
    threads: Object.fromEntries(threads),
    processes: {
      broker: coresOf(after.broker.all, before.broker.all),
      exchange: coresOf(after.exchange, before.exchange),
      'order clients': orderCores,
      'price clients': priceCores,
      'order streams': eventCores,
    },
    peakBytes: {
      broker: after.broker.peakBytes,
      exchange: measured.exchangePeakBytes,
      'order clients': orders.usage.peakBytes,
      'price clients': prices.usage.peakBytes,
      'order streams': orderEvents.usage.peakBytes,
    },
  };
}
