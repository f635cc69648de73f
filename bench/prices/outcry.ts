// Outcry as a server of prices: started as a user starts it, with as many users as its bound of
// streams per user asks for.
import { join } from 'node:path';
import { LIMITS } from '../../src/limits.ts';
import { Api } from '../harness/api.ts';
import { BrokerProcess } from '../harness/broker-process.ts';
import {
  added,
  NO_TIME,
  probeEnvironment,
  readProcess,
  readThreads,
  residentBytes,
} from '../harness/thread-cpu.ts';
import type { PriceServer, ServerSettings, ServerUsage } from './price-server.ts';

/** Less than may be: where they are opened in several batches, some users get a few more. */
const STREAMS_PER_USER = LIMITS.streamsPerUserMax * 0.9;

export async function startOutcry(settings: ServerSettings): Promise<PriceServer> {
  const { exchangeUrl, directory, streams, gateways, profileDirectory, signal } = settings;
  const threads = join(directory, 'threads');
  const broker = await BrokerProcess.start({
    dataDir: join(directory, 'data'),
    settings: {
      OUTCRY_EXCHANGE_URL: exchangeUrl,
      OUTCRY_GATEWAY_THREADS: String(gateways),
      OUTCRY_LOG_LEVEL: 'warn',
    },
    environment: probeEnvironment(threads, settings),
    signal,
  });
  try {
    const pid = broker.parts().broker;
    if (pid === null) throw new Error('the process of the broker was not found');
    return {
      target: broker.target,
      pathBefore: '/stream?symbols=',
      probePath: '/livez',
      tokens: await tokensFor(streams, broker),
      usage: () => usageOf(pid, threads),
      residentBytes: () => residentBytes(pid) ?? 0,
      toggleProfile: profileDirectory === null ? null : () => void process.kill(pid, 'SIGUSR2'),
      stop: () => broker.stop(),
    };
  } catch (error) {
    await broker.stop();
    throw error;
  }
}

function usageOf(pid: number, threads: string): ServerUsage {
  const parts = readThreads(pid, threads);
  const gateways = Object.entries(parts).filter(([name]) => name.startsWith('gateway-'));
  if (gateways.length === 0) throw new Error('no gateway thread was found in the broker');
  const serving = gateways.reduce((sum, [, cpu]) => added(sum, cpu), NO_TIME);
  return { parts, serving, all: readProcess(pid) };
}

async function tokensFor(streams: number, { users, admin, url }: BrokerProcess) {
  const tokens = users.map(({ token }) => token);
  const api = new Api(url);
  while (tokens.length * STREAMS_PER_USER < streams) {
    tokens.push(await api.newUser(admin.token, `watcher${tokens.length}@bench.outcry`));
  }
  return tokens;
}
