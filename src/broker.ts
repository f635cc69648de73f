// Builds the broker from its parts and takes it down again: data directory, threads, read pool,
// demo.
import { randomBytes } from 'node:crypto';
import { nanoid } from 'nanoid';
import { EXCHANGE_CONNECTION, gatewayAddress, READ_POOL } from './actors/addresses.ts';
import type { GetConnectionState } from './actors/exchange-connection/protocol.ts';
import { type Config, ConfigError } from './config.ts';
import { type Demo, prepareDemo, writeDemo } from './demo.ts';
import type { StartupCompleted } from './gateway/protocol.ts';
import { claimPort } from './launcher/claim-port.ts';
import { LIMITS } from './limits.ts';
import type { Log } from './log.ts';
import { ReadPool } from './read-pool/read-pool.ts';
import { isAskFailure } from './runtime/actor.ts';
import type { Edge } from './runtime/edge.ts';
import { ThreadSupervisor } from './runtime/threads/thread-supervisor.ts';
import { PriceTable } from './shared/price-table.ts';
import { takeDataDirectory } from './store/data-directory.ts';
import { awaitReady } from './system/await-ready.ts';
import { defineSystem, NO_PARTS } from './system/define-system.ts';
import type { Settings } from './system/settings.ts';
import { workerThreads } from './system/topology.ts';

export interface Broker {
  readonly url: string;
  readonly port: number;
  readonly supervisor: ThreadSupervisor;
  /** Resolves when an order can be taken; with the demo's users, or null without the demo. */
  readonly ready: Promise<Demo | null>;
  /** What the broker holds towards the exchange, in words. */
  connections(): Promise<string>;
  stop(): Promise<void>;
}

/** Throws `ConfigError`, `DataDirectoryError` or `PortInUseError` before anything has started. */
export async function startBroker(
  config: Config,
  log: Log,
  onFatal: (reason: string) => void,
): Promise<Broker> {
  const { exchangeUrl } = config;
  if (exchangeUrl === null) {
    throw new ConfigError('OUTCRY_EXCHANGE_URL is missing: `npm start` brings its own exchange');
  }
  const claim = await claimPort(config.host, config.port);
  const { port } = claim;
  const fresh = { shards: config.shards, installationId: nanoid() };
  const data = takeDataDirectory(config.dataDir, fresh);
  const settings: Settings = {
    config: { ...config, exchangeUrl, port },
    shards: data.meta.shards,
    shardMap: data.meta.bucketToShard,
    prices: PriceTable.create(LIMITS.symbolsMax).buffer,
    freshSigningKey: randomBytes(32).toString('base64url'),
  };
  const entry = new URL('./thread.ts', import.meta.url);
  let startupCompleted = false;
  const supervisor = new ThreadSupervisor({
    definition: defineSystem(settings, NO_PARTS),
    threads: workerThreads(settings).map((name) => ({ name, entry, data: settings })),
    log,
    onFatal,
    onThreadUp: (name) => {
      if (startupCompleted) tellGateway(name);
    },
  });
  const main = supervisor.edge('main/0', () => undefined);
  const pool = new ReadPool({
    paths: data.paths,
    shards: settings.shardMap,
    threads: LIMITS.readThreads,
    queueMax: LIMITS.smallAskWindow,
  });
  const reads: Edge = supervisor.edge(READ_POOL, (message) => pool.receive(message, reads));

  await supervisor.start();

  function tellGateway(thread: string): void {
    const number = /^gateway-(\d+)$/.exec(thread)?.[1];
    if (number === undefined) return;
    main.tell<StartupCompleted>(gatewayAddress(Number(number)), { kind: 'StartupCompleted' });
  }

  async function prepare(): Promise<Demo | null> {
    const demo = config.demo ? await prepareDemo(main, data.paths.demo) : null;
    await awaitReady(main, settings.shards, config.demo);
    if (demo !== null) writeDemo(data.paths.demo, demo);
    startupCompleted = true;
    for (const thread of workerThreads(settings)) tellGateway(thread);
    return demo;
  }

  return {
    port,
    url: `http://${config.host}:${port}`,
    supervisor,
    ready: prepare(),
    connections: () => connectionsText(main),
    async stop() {
      await supervisor.stop(LIMITS.stopMs);
      await pool.close();
      data.release();
      claim.release();
    },
  };
}

async function connectionsText(edge: Edge): Promise<string> {
  const question = { kind: 'GetConnectionState' } as const;
  const state = await edge.ask<GetConnectionState>(EXCHANGE_CONNECTION, question, LIMITS.readAskMs);
  if (isAskFailure(state)) return 'not known';
  const { orders, control, tradeFeed, priceFeed } = state.connections;
  const total = orders + control + tradeFeed + priceFeed;
  const parts = { orders, control, 'trade feed': tradeFeed, 'price feed': priceFeed };
  const text = Object.entries(parts).map(([name, count]) => `${name} ${count}`);
  return `${total} (${text.join(', ')})`;
}
