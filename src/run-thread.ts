// What runs in each worker thread: the same system in every one; which part of it lives here is
// decided by the thread's name. A thread loads only the parts that it runs, so that all start fast.
import { join } from 'node:path';
import { gatewayAddress } from './actors/addresses.ts';
import type { BrokerContext } from './actors/context.ts';
import type { ThreadReported } from './gateway/protocol.ts';
import { LIMITS } from './limits.ts';
import { createLog } from './log.ts';
import type { Context } from './runtime/actor.ts';
import type { LogSink } from './runtime/log-sink.ts';
import type { ThreadSnapshot } from './runtime/metrics.ts';
import type { Observer } from './runtime/observer.ts';
import type { Drivers } from './runtime/system.ts';
import { hostThread, threadData, threadName } from './runtime/threads/thread-host.ts';
import { PriceTable } from './shared/price-table.ts';
import { defineSystem, NO_PARTS } from './system/define-system.ts';
import type { Settings } from './system/settings.ts';
import { EXCHANGE, MARKET } from './system/topology.ts';

/** The product has no observer. */
export async function runThread(observed: { readonly observer?: Observer } = {}): Promise<void> {
  const name = threadName();
  const settings = threadData() as Settings;
  const { config } = settings;
  const log = createLog(name, config.logLevel);
  const prices = new PriceTable(settings.prices);
  const venue = name === EXCHANGE ? await openVenue(config, log) : null;
  const gateway = /^gateway-(\d+)$/.exec(name)?.[1];
  const gatewayModule = gateway === undefined ? null : await import('./gateway-thread.ts');

  const host = hostThread<BrokerContext>({
    ...observed,
    definition: defineSystem(
      settings,
      venue === null ? NO_PARTS : { publisher: prices, connections: venue.connections },
    ),
    drivers: venue?.drivers ?? (await marketDrivers(name, config)),
    extendContext: (base: Context): BrokerContext =>
      Object.assign(base, { referencePrice: (symbol: string) => prices.read(symbol) }),
    log,
    onSnapshot: report,
  });
  const reporter = host.edge(`thread/${name}`, () => undefined);
  if (venue !== null) host.onDrain(() => venue.close());
  if (gatewayModule === null) host.ready(null);
  else await gatewayModule.runGateway({ host, number: Number(gateway), settings, prices, log });

  /** Every gateway shows all threads to the admin. */
  function report(snapshot: ThreadSnapshot): void {
    for (let number = 0; number < config.gatewayThreads; number++) {
      reporter.tell<ThreadReported>(gatewayAddress(number), {
        kind: 'ThreadReported',
        thread: name,
        snapshot: { ...snapshot },
      });
    }
  }
}

/** Only the market thread reads the daily history. */
async function marketDrivers(thread: string, config: Settings['config']): Promise<Drivers> {
  if (thread !== MARKET) return {};
  const { createDailyHistoryDrivers } = await import('./daily-history/driver.ts');
  return createDailyHistoryDrivers(config.dailyHistory);
}

/** Only the exchange thread talks to the exchange. */
async function openVenue(config: Settings['config'], log: LogSink) {
  const { createVenueDrivers } = await import('./exchange/venue-driver.ts');
  const { FrameLog } = await import('./exchange/frame-log.ts');
  const executionLog = new FrameLog('executions', {
    directory: join(config.dataDir, 'frames'),
    bytesMax: LIMITS.frameLogBytesMax,
    filesKept: LIMITS.frameLogFilesKept,
    onFailure: ({ message }) => log('warn', 'raw execution frames are not kept', { message }),
  });
  return createVenueDrivers({
    baseUrl: config.exchangeUrl,
    orderConnections: config.exchangeConnections,
    controlConnections: LIMITS.controlConnections,
    requestMs: LIMITS.venueRequestMs,
    executionLog,
  });
}
