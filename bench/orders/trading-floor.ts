// An exchange and a broker on it, with customers who have cash and shares: each a process of its
// own, started as a user starts it.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from '../bench.ts';
import { abortable } from '../harness/abortable.ts';
import { Api, type PricedSymbol } from '../harness/api.ts';
import { type BenchUser, BrokerProcess } from '../harness/broker-process.ts';
import { makeCustomers } from '../harness/customers.ts';
import { ExchangeProcess, type FeedSettings } from '../harness/exchange-process.ts';
import { readUsage } from '../harness/process-cpu.ts';
import {
  type CpuTime,
  probeEnvironment,
  readProcess,
  readThreads,
  residentBytes,
} from '../harness/thread-cpu.ts';
import type { OrderServer, ServerCost } from './order-server.ts';

export interface FloorSettings {
  readonly customers: number;
  readonly feed: FeedSettings;
  /** `OUTCRY_...` variables of the broker. */
  readonly broker: Readonly<Record<string, string>>;
}

export interface FloorPlace extends FloorSettings {
  readonly directory: string;
  readonly profileDirectory: string | null;
  /** Those who are in the directory's books already; else they are made. */
  readonly users?: readonly BenchUser[];
}

const READY_MS_MAX = 120_000;
const LOOK_EVERY_MS = 100;

export class TradingFloor implements OrderServer {
  readonly dataDir: string;
  readonly users: readonly BenchUser[];
  readonly symbols: readonly PricedSymbol[];
  readonly exchange: ExchangeProcess;
  readonly exchangeDir: string;
  readonly broker: BrokerProcess;
  readonly toggleProfile: (() => void) | null;
  readonly #pid: number;
  readonly #threads: string;

  private constructor(parts: FloorParts) {
    this.dataDir = parts.dataDir;
    this.users = parts.users;
    this.symbols = parts.symbols;
    this.exchange = parts.exchange;
    this.exchangeDir = parts.exchangeDir;
    this.broker = parts.broker;
    this.#pid = parts.pid;
    this.#threads = parts.threads;
    const { pid } = parts;
    this.toggleProfile = parts.isProfiled ? () => void process.kill(pid, 'SIGUSR2') : null;
  }

  static async start(place: FloorPlace, { signal }: BenchOptions): Promise<TradingFloor> {
    const dataDir = join(place.directory, 'data');
    const users = place.users ?? (await makeCustomers(dataDir, place.customers));
    const exchangeDir = join(place.directory, 'exchange');
    const exchange = await ExchangeProcess.start(place.feed, { dataDir: exchangeDir, signal });
    try {
      return await TradingFloor.#open(place, { dataDir, users, exchange, exchangeDir }, signal);
    } catch (error) {
      await exchange.stop();
      throw error;
    }
  }

  static async #open(
    { broker: settings, directory, profileDirectory }: FloorPlace,
    made: Pick<FloorParts, 'dataDir' | 'users' | 'exchange' | 'exchangeDir'>,
    signal: AbortSignal,
  ): Promise<TradingFloor> {
    const threads = join(directory, 'threads');
    const broker = await BrokerProcess.start({
      dataDir: made.dataDir,
      settings: {
        OUTCRY_EXCHANGE_URL: made.exchange.url,
        OUTCRY_LOG_LEVEL: 'warn',
        OUTCRY_ORDERS_PER_SECOND: '1000000',
        ...settings,
      },
      environment: probeEnvironment(threads, { profileDirectory, collectEveryMs: null }),
      signal,
    });
    try {
      const { broker: pid } = broker.parts();
      if (pid === null) throw new Error('the process of the broker was not found');
      await abortable(untilReady(broker.url), signal);
      const symbols = await syntheticSymbols(broker);
      const isProfiled = profileDirectory !== null;
      return new TradingFloor({ ...made, symbols, broker, pid, threads, isProfiled });
    } catch (error) {
      await broker.stop();
      throw error;
    }
  }

  get target() {
    return this.broker.target;
  }

  cost(): ServerCost {
    const peakBytes = readUsage(this.#pid)?.peakBytes ?? 0;
    return { parts: readThreads(this.#pid, this.#threads), all: readProcess(this.#pid), peakBytes };
  }

  /** Of the broker, now. */
  residentBytes(): number {
    return residentBytes(this.#pid) ?? 0;
  }

  exchangeCost(): CpuTime {
    return readProcess(this.exchange.pid);
  }

  /** Turns of all order shards so far: each is a transaction and a sync. */
  async shardTurns(): Promise<number> {
    const { threads } = await new Api(this.broker.url).actors(this.broker.admin.token);
    const actors = Object.values(threads).flatMap((thread) => thread.actors);
    const shards = actors.filter(({ address }) => address.startsWith('order-shard/'));
    return shards.reduce((sum, { turns }) => sum + turns, 0);
  }

  /** The broker; the exchange goes on, for the auditor to ask. */
  stop(): Promise<boolean> {
    return this.broker.stop();
  }

  async close(): Promise<void> {
    await this.broker.stop();
    await this.exchange.stop();
  }
}

interface FloorParts {
  readonly dataDir: string;
  readonly users: readonly BenchUser[];
  readonly symbols: readonly PricedSymbol[];
  readonly exchange: ExchangeProcess;
  readonly exchangeDir: string;
  readonly broker: BrokerProcess;
  readonly pid: number;
  readonly threads: string;
  readonly isProfiled: boolean;
}

/** Customers have what they are given, and the exchange has taken our connections. */
async function untilReady(url: string): Promise<void> {
  const untilMs = performance.now() + READY_MS_MAX;
  while (performance.now() < untilMs) {
    const { ok } = await fetch(`${url}/readyz`);
    if (ok) return;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`the broker was not ready within ${READY_MS_MAX / 1_000} s`);
}

/** Those of the exchange's making, which print as often as asked; by name, most printed first. */
export async function syntheticSymbols(broker: BrokerProcess): Promise<PricedSymbol[]> {
  const symbols = await new Api(broker.url).symbols(broker.admin.token);
  return symbols
    .filter(({ name }) => name.startsWith('SYN'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
