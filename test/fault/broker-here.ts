// The broker in the process of a test, so that it can reach its supervisor; the exchange in one of
// its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Broker, startBroker } from '../../src/broker.ts';
import { readConfig } from '../../src/config.ts';
import type { Demo } from '../../src/demo.ts';
import { Api } from '../scenario/api.ts';
import { startExchange } from '../scenario/exchange-process.ts';
import { tempDirectory } from '../temp-directory.ts';

export async function brokerHere(
  t: TestContext,
  settings: Record<string, string>,
  exchangeOptions?: readonly string[],
) {
  let broker: Broker | null = null;
  t.after(() => broker?.stop()); // what is registered first ends first, and its files go after it
  const exchange = await startExchange(t, tempDirectory(t), exchangeOptions);
  const dataDir = tempDirectory(t);
  const config = readConfig({
    OUTCRY_PORT: '0',
    OUTCRY_DATA_DIR: dataDir,
    OUTCRY_EXCHANGE_URL: exchange.url,
    OUTCRY_LOG_LEVEL: 'error',
    ...settings,
  });
  const fatal: string[] = [];
  broker = await startBroker(
    config,
    () => undefined,
    (reason) => fatal.push(reason),
  );
  await broker.ready;
  const demo = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as Demo;
  const { url } = broker;
  const users = demo.users.map(({ token }) => new Api(url, token));
  return { broker, dataDir, demo, users, fatal, exchange };
}
