// A gateway in its thread: all of them bind the one port, and the system spreads connections.
import { createGateway } from './gateway/gateway.ts';
import { GatewayServer } from './gateway/gateway-server.ts';
import type { LogSink } from './runtime/log-sink.ts';
import type { ThreadHost } from './runtime/threads/thread-host.ts';
import type { PriceTable } from './shared/price-table.ts';
import type { Settings } from './system/settings.ts';

export interface GatewayThread {
  readonly host: ThreadHost;
  readonly number: number;
  readonly settings: Settings;
  readonly prices: PriceTable;
  readonly log: LogSink;
}

/** A port that cannot be bound ends the thread, which is replaced, and in the end the process. */
export async function runGateway(thread: GatewayThread): Promise<void> {
  const { host, number, settings, prices, log } = thread;
  const { config } = settings;
  const gateway = createGateway({
    edge: (address, listener) => host.edge(address, listener),
    number,
    shards: settings.shardMap,
    demo: config.demo,
    prices: (symbol) => prices.read(symbol),
    config: { log },
  });
  const server = new GatewayServer(gateway);
  host.onDrain(() => server.drain());
  host.onExit(() => server.close());
  host.ready(await server.listen(config.host, config.port));
}
