// The other servers that do the same job, started as processes of their own. Each is null where it
// is not installed.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { nodeProgram } from '../harness/node-program.ts';
import { childrenOf } from '../harness/process-cpu.ts';
import { ServerProcess } from '../harness/server-process.ts';
import { added, type CpuTime, NO_TIME, readProcess, residentBytes } from '../harness/thread-cpu.ts';
import type { PriceServer, ServerSettings, StartServer } from '../prices/price-server.ts';
import { nginxConfiguration } from './nginx-configuration.ts';

const NGINX = ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find(existsSync);
const NCHAN = ['/usr/lib/nginx/modules', '/usr/share/nginx/modules']
  .map((directory) => `${directory}/ngx_nchan_module.so`)
  .find(existsSync);
const REDIS = ['/usr/bin/redis-server', '/usr/local/bin/redis-server'].find(existsSync);

export interface Peer {
  readonly name: string;
  /** What to install; null when it is there. */
  readonly missing: string | null;
  readonly start: StartServer;
}

export const PEERS: readonly Peer[] = [
  {
    name: 'nchan',
    missing: NGINX === undefined || NCHAN === undefined ? 'nginx with nchan' : null,
    start: startNchan,
  },
  {
    name: 'node-redis',
    missing: REDIS === undefined ? 'redis-server' : null,
    start: startNodeRedis,
  },
  { name: 'bare-uws', missing: null, start: startBareUws },
];

/** Which process does what, by name; `serving` is the first of them. */
interface Parts {
  readonly port: number;
  readonly pathBefore: string;
  readonly servers: readonly ServerProcess[];
  readonly serving: readonly number[];
  readonly pids: Readonly<Record<string, readonly number[]>>;
}

async function startNchan(settings: ServerSettings): Promise<PriceServer> {
  const { directory, exchangeUrl } = settings;
  const port = await freePort();
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'nginx.conf');
  writeFileSync(path, nginxConfiguration({ modulePath: NCHAN ?? '', directory, port }));
  return started(async (keep) => {
    const args = ['-c', path, '-p', directory, '-e', 'stderr'];
    const ready = /start worker process \d+/;
    const nginx = await keep(
      server(settings, { what: 'nginx', command: NGINX ?? '', args, ready }),
    );
    const publisher = await keep(nodeServer(settings, 'nchan-publisher.ts', [exchangeUrl, port]));
    const workers = childrenOf(nginx.pid).map(({ pid }) => pid);
    return {
      port,
      pathBefore: '/sub/',
      serving: workers,
      pids: { 'nginx workers': workers, publisher: [publisher.pid] },
    };
  });
}

async function startNodeRedis(settings: ServerSettings): Promise<PriceServer> {
  const { exchangeUrl } = settings;
  const port = await freePort();
  return started(async (keep) => {
    const args = [
      '--port',
      String(port),
      '--save',
      '',
      '--appendonly',
      'no',
      '--bind',
      '127.0.0.1',
    ];
    const ready = /Ready to accept connections/;
    const redis = await keep(
      server(settings, { what: 'redis', command: REDIS ?? '', args, ready }),
    );
    const publisher = await keep(nodeServer(settings, 'redis-publisher.ts', [exchangeUrl, port]));
    const sse = await keep(nodeServer(settings, 'node-sse.ts', [port]));
    return {
      port: Number(sse.said),
      pathBefore: '/stream?symbols=',
      serving: [sse.pid],
      pids: { 'node:http': [sse.pid], redis: [redis.pid], publisher: [publisher.pid] },
    };
  });
}

async function startBareUws(settings: ServerSettings): Promise<PriceServer> {
  return started(async (keep) => {
    const sse = await keep(nodeServer(settings, 'uws-writer.ts', [settings.exchangeUrl]));
    return {
      port: Number(sse.said),
      pathBefore: '/stream?symbols=',
      serving: [sse.pid],
      pids: { 'uWebSockets.js': [sse.pid] },
    };
  });
}

/** What was started before a failure is stopped again, the last one first. */
async function started(
  start: (
    keep: (starting: Promise<ServerProcess>) => Promise<ServerProcess>,
  ) => Promise<Omit<Parts, 'servers'>>,
): Promise<PriceServer> {
  const servers: ServerProcess[] = [];
  try {
    const parts = await start(async (starting) => {
      const process = await starting;
      servers.unshift(process);
      return process;
    });
    return peerServer({ ...parts, servers });
  } catch (error) {
    for (const process of servers) await process.stop();
    throw error;
  }
}

function peerServer({ port, pathBefore, servers, serving, pids }: Parts): PriceServer {
  const all = Object.values(pids).flat();
  return {
    target: { host: '127.0.0.1', port },
    pathBefore,
    tokens: [''],
    probePath: null,
    usage: () => ({
      parts: Object.fromEntries(
        Object.entries(pids).map(([name, ofPart]) => [name, sumOf(ofPart)]),
      ),
      serving: sumOf(serving),
      all: sumOf(all),
    }),
    residentBytes: () => all.reduce((sum, pid) => sum + (residentBytes(pid) ?? 0), 0),
    toggleProfile: null,
    async stop() {
      const clean = [];
      for (const process of servers) clean.push(await process.stop());
      return clean.every((one) => one);
    },
  };
}

function sumOf(pids: readonly number[]): CpuTime {
  return pids.map(readProcess).reduce(added, NO_TIME);
}

interface Command {
  readonly what: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly ready: RegExp;
}

function server({ signal }: ServerSettings, command: Command): Promise<ServerProcess> {
  return ServerProcess.start({ ...command, env: process.env, signal });
}

function nodeServer(
  settings: ServerSettings,
  file: string,
  args: readonly (string | number)[],
): Promise<ServerProcess> {
  return server(settings, {
    what: file,
    ...nodeProgram(join('bench', 'peers', file), args.map(String)),
    ready: /^(?:sse|publisher) ready ?(\d*)$/m,
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
