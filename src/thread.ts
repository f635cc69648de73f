// What runs in each worker thread: the same system in every one; which part of it lives here is
// decided by the thread's name.

import { gatewayAddress } from './actors/addresses.ts';
import type { BrokerContext } from './actors/context.ts';
import { createVenueDrivers } from './exchange/venue-driver.ts';
import { createGateway } from './gateway/gateway.ts';
import type { ThreadReported } from './gateway/protocol.ts';
import { LIMITS } from './limits.ts';
import { createLog } from './log.ts';
import type { Context } from './runtime/actor.ts';
import {
  hostThread,
  type ThreadHost,
  threadData,
  threadName,
} from './runtime/threads/thread-host.ts';
import { PriceTable } from './shared/price-table.ts';
import { defineSystem } from './system/define-system.ts';
import type { Settings } from './system/settings.ts';
import { EXCHANGE } from './system/topology.ts';

const name = threadName();
const settings = threadData() as Settings;
const { config } = settings;
const log = createLog(name, config.logLevel);
const prices = new PriceTable(settings.prices);

/** Only the exchange thread talks to the exchange. */
const venue =
  name === EXCHANGE && config.exchangeUrl !== null
    ? createVenueDrivers({
        baseUrl: config.exchangeUrl,
        orderConnections: config.exchangeConnections,
        controlConnections: LIMITS.controlConnections,
        requestMs: LIMITS.venueRequestMs,
      })
    : null;

const host = hostThread<BrokerContext>({
  definition: defineSystem(settings, {
    publisher: prices,
    connections: () =>
      venue?.connections() ?? { orders: 0, control: 0, tradeFeed: 0, priceFeed: 0 },
  }),
  drivers: venue?.drivers ?? {},
  extendContext: (base: Context): BrokerContext =>
    Object.assign(base, { referencePrice: (symbol: string) => prices.read(symbol) }),
  log,
  onSnapshot: (snapshot) => {
    for (let gateway = 0; gateway < config.gatewayThreads; gateway++) {
      reporter.tell<ThreadReported>(gatewayAddress(gateway), {
        kind: 'ThreadReported',
        thread: name,
        snapshot: { ...snapshot },
      });
    }
  },
});
const reporter = host.edge(`thread/${name}`, () => undefined);
if (venue !== null) host.onDrain(() => venue.close());

const gateway = /^gateway-(\d+)$/.exec(name);
if (gateway === null) host.ready(null);
else await runGateway(host, Number(gateway[1]));

/** Gateway 0 binds and reports the port; the others bind it when they are told. */
async function runGateway(host: ThreadHost, number: number): Promise<void> {
  const gateway = createGateway({
    edge: (address, listener) => host.edge(address, listener),
    number,
    shards: settings.shardMap,
    demo: config.demo,
    prices: (symbol) => prices.read(symbol),
    config: { log },
  });
  host.onDrain(() => gateway.drain());
  host.onExit(() => gateway.close());
  const { listenPort } = settings;
  const bindsFirst = number === 0 || listenPort !== null;
  if (bindsFirst) {
    return host.ready(await gateway.listen(config.host, listenPort ?? config.port));
  }
  host.edge(`gateway-control/${number}`, (message) => {
    const { port } = message as unknown as { port: number };
    gateway.listen(config.host, port).catch((error: unknown) => {
      throw error; // the thread dies of it and is replaced
    });
  });
  host.ready(null);
}
