// Builds the broker from its parts and takes it down again: port, data directory, threads, read
// pool, demo.
import { randomBytes } from 'node:crypto';
import { nanoid } from 'nanoid';
import { EXCHANGE_CONNECTION, gatewayAddress, READ_POOL } from './actors/addresses.ts';
import type { GetConnectionState } from './actors/exchange-connection/protocol.ts';
import { type Config, ConfigError } from './config.ts';
import { type Demo, prepareDemo, writeDemo } from './demo.ts';
import type { StartupCompleted } from './gateway/protocol.ts';
import { claimPort } from './launcher/claim-port.ts';
import { FEES, LIMITS } from './limits.ts';
import { ReadPool } from './read-pool/read-pool.ts';
import { isAskFailure } from './runtime/actor.ts';
import type { Edge } from './runtime/edge.ts';
import type { LogSink } from './runtime/log-sink.ts';
import type { Observer } from './runtime/observer.ts';
import { ThreadSupervisor } from './runtime/threads/thread-supervisor.ts';
import { PriceTable } from './shared/price-table.ts';
import { type DataDirectory, type DataPaths, takeDataDirectory } from './store/data-directory.ts';
import { awaitReady } from './system/await-ready.ts';
import { defineSystem, NO_PARTS } from './system/define-system.ts';
import type { Settings } from './system/settings.ts';
import { workerThreads } from './system/topology.ts';

export interface Broker {
  readonly url: string;
  readonly port: number;
  readonly supervisor: ThreadSupervisor;
  readonly prices: PriceTable;
  /** Resolves when an order can be taken; with the demo's users, or null without the demo. */
  readonly ready: Promise<Demo | null>;
  /** What the broker holds towards the exchange, in words. */
  connections(): Promise<string>;
  stop(): Promise<void>;
}

/** What another process than the product may put together differently around the same broker. */
export interface Composition {
  /** What runs in each worker thread. */
  readonly threadEntry: URL;
  /** Of main's own dispatcher. */
  readonly observer?: Observer;
}

const PRODUCT: Composition = { threadEntry: new URL('./thread.ts', import.meta.url) };

/** Throws `ConfigError`, `DataDirectoryError` or `PortInUseError` before anything has started. */
export async function startBroker(
  config: Config,
  log: LogSink,
  onFatal: (reason: string) => void,
  { threadEntry, ...observed }: Composition = PRODUCT,
): Promise<Broker> {
  const { exchangeUrl } = config;
  if (exchangeUrl === null) {
    throw new ConfigError('OUTCRY_EXCHANGE_URL is missing: `npm start` brings its own exchange');
  }
  const { port, release } = await claimPort(config.host, config.port);
  const data = takeData(config, release);
  const settings = settingsOf({ ...config, exchangeUrl, port }, data);
  const startup = new Startup(settings, data.paths);
  const supervisor = new ThreadSupervisor({
    ...observed,
    definition: defineSystem(settings, NO_PARTS),
    threads: workerThreads(settings).map((name) => ({
      name,
      entry: threadEntry,
      data: settings,
    })),
    log,
    onFatal,
    onThreadUp: (name) => startup.threadUp(name),
  });
  const main = supervisor.edge('main/0', () => undefined);
  const pool = openReadPool(supervisor, settings, data.paths);
  await supervisor.start();
  return {
    port,
    url: `http://${config.host}:${port}`,
    supervisor,
    prices: new PriceTable(settings.prices),
    ready: startup.complete(main),
    connections: () => connectionsText(main, config.exchangeConnections),
    async stop() {
      await supervisor.stop(LIMITS.stopMs);
      await pool.close();
      data.release();
      release();
    },
  };
}

function takeData(config: Config, releasePort: () => void): DataDirectory {
  try {
    const { shards, fees } = config;
    const fresh = { shards, fees, installationId: nanoid() };
    return takeDataDirectory(config.dataDir, fresh);
  } catch (error) {
    releasePort();
    throw error;
  }
}

function settingsOf(config: Settings['config'], { meta }: DataDirectory): Settings {
  return {
    config,
    shards: meta.shards,
    shardMap: meta.bucketToShard,
    fees: meta.fees ?? FEES,
    prices: PriceTable.create(LIMITS.symbolsMax).buffer,
    freshSigningKey: randomBytes(32).toString('base64url'),
  };
}

function openReadPool(supervisor: ThreadSupervisor, settings: Settings, paths: DataPaths) {
  const pool = new ReadPool({
    paths,
    shards: settings.shardMap,
    threads: LIMITS.readThreads,
    queueMax: LIMITS.smallAskWindow,
    exchangeUrl: settings.config.exchangeUrl,
  });
  const edge: Edge = supervisor.edge(READ_POOL, (message) => pool.receive(message, edge));
  return pool;
}

/** The last step of a start, once; every gateway, also one that is replaced, is told of it. */
class Startup {
  readonly #settings: Settings;
  readonly #paths: DataPaths;
  #main: Edge | null = null;

  constructor(settings: Settings, paths: DataPaths) {
    this.#settings = settings;
    this.#paths = paths;
  }

  async complete(main: Edge): Promise<Demo | null> {
    const { config, shards } = this.#settings;
    const demo = config.demo ? await prepareDemo(main, this.#paths.demo) : null;
    await awaitReady(main, shards, config.demo);
    if (demo !== null) writeDemo(this.#paths.demo, demo);
    this.#main = main;
    for (const thread of workerThreads(this.#settings)) this.threadUp(thread);
    return demo;
  }

  threadUp(thread: string): void {
    const gateway = /^gateway-(\d+)$/.exec(thread)?.[1];
    if (gateway === undefined) return;
    this.#main?.tell<StartupCompleted>(gatewayAddress(Number(gateway)), {
      kind: 'StartupCompleted',
    });
  }
}

async function connectionsText(edge: Edge, orderConnections: number): Promise<string> {
  const question = { kind: 'GetConnectionState' } as const;
  const state = await edge.ask<GetConnectionState>(EXCHANGE_CONNECTION, question, LIMITS.readAskMs);
  if (isAskFailure(state)) return 'not known';
  const { orders, control, tradeFeed, priceFeed } = state.connections;
  const open = orders + control + tradeFeed + priceFeed;
  const limits = [
    `orders ${orders} of ${orderConnections}`,
    `control ${control} of ${LIMITS.controlConnections}`,
    `trade feed ${tradeFeed} of 1`,
    `price feed ${priceFeed} of 1`,
  ];
  return `${open} open (${limits.join(', ')})`;
}
