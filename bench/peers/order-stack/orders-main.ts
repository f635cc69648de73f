// The order service: a cluster of HTTP workers on one port. orders-main.ts SETTINGS
import cluster from 'node:cluster';
import type { AddressInfo } from 'node:net';
import { decodePriceFrame } from '../../../src/exchange/decode-frame.ts';
import { Cancelling } from './cancelling.ts';
import { Database } from './database.ts';
import { ExchangeClient, followFeed } from './exchange.ts';
import { httpServer } from './http-server.ts';
import { Market } from './market.ts';
import { Placing } from './placing.ts';
import { Publisher } from './publisher.ts';
import { Reading } from './reading.ts';
import { type StackSettings, settingsFrom } from './settings.ts';
import { Statements } from './statements.ts';
import { TokenCache } from './tokens.ts';

const BACKLOG = 4_096;
const settings = settingsFrom(process.argv[2]);
if (cluster.isPrimary) lead(settings);
else await work(settings);

function lead({ tuning }: StackSettings): void {
  let listening = 0;
  for (let worker = 0; worker < tuning.workers; worker++) cluster.fork();
  cluster.on('listening', (_, { port }) => {
    if (++listening === tuning.workers) process.stdout.write(`orders ready ${port}\n`);
  });
  let isStopping = false;
  cluster.on('exit', (worker) => {
    if (!isStopping) {
      process.stderr.write(`worker ${worker.process.pid} has ended\n`);
      process.exit(1);
    }
    if (Object.keys(cluster.workers ?? {}).length === 0) process.exit(0);
  });
  process.once('SIGTERM', () => {
    isStopping = true;
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
  });
}

async function work({ postgres, redisPort, exchangeUrl, signingKey, tuning }: StackSettings) {
  process.once('SIGTERM', () => process.exit(0));
  const database = new Database(postgres, tuning.connections);
  await database.open(tuning.connections);
  const publisher = await Publisher.connect(redisPort);
  const market = new Market();
  await new Promise<void>((resolve) => {
    followFeed(`${exchangeUrl}/v1/prices`, (lines) => {
      for (const line of lines) market.take(decodePriceFrame(line));
      resolve();
    });
  });
  const perWorker = Math.max(1, Math.floor(tuning.exchangeConnections / tuning.workers));
  const exchange = new ExchangeClient(exchangeUrl, perWorker);
  const parts = { statements: new Statements(database), exchange, market, publisher, tuning };
  const server = httpServer({
    placing: new Placing(parts),
    cancelling: new Cancelling(parts),
    reading: new Reading(database),
    tokens: new TokenCache(signingKey),
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () => {
    const { port } = server.address() as AddressInfo;
    process.title = `order-stack worker ${port}`;
  });
}
