// A gateway in its thread. Gateway 0 binds the port and reports it; the others bind it when they
// are told, so that all share one.
import { createGateway } from './gateway/gateway.ts';
import type { Log } from './log.ts';
import type { Message } from './runtime/actor.ts';
import type { ThreadHost } from './runtime/threads/thread-host.ts';
import type { PriceTable } from './shared/price-table.ts';
import type { Settings } from './system/settings.ts';

/** From main to `gateway-control/<n>`, once gateway 0 has bound the port. */
export interface StartListening extends Message {
  readonly kind: 'StartListening';
  readonly port: number;
}

export interface GatewayThread {
  readonly host: ThreadHost;
  readonly number: number;
  readonly settings: Settings;
  readonly prices: PriceTable;
  readonly log: Log;
}

export async function runGateway(thread: GatewayThread): Promise<void> {
  const { host, number, settings, prices, log } = thread;
  const { config, listenPort } = settings;
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
  if (number === 0 || listenPort !== null) {
    return host.ready(await gateway.listen(config.host, listenPort ?? config.port));
  }
  host.edge(`gateway-control/${number}`, (message) => {
    // Should this reject, the thread dies of it and is replaced.
    void gateway.listen(config.host, (message as StartListening).port);
  });
  host.ready(null);
}
