// Which threads there are, and which of them owns each address: a pure function of the settings,
// equal in all threads.
import {
  DIRECTORY,
  EXCHANGE_CONNECTION,
  PRICE_HISTORY,
  RECONCILER,
  shardAddress,
  TRADE_PROCESSOR,
} from '../actors/addresses.ts';
import type { Address } from '../runtime/actor.ts';
import type { Settings } from './settings.ts';

export const MAIN = 'main';
export const MARKET = 'market-0';
export const EXCHANGE = 'exchange-0';

export function gatewayThread(gateway: number): string {
  return `gateway-${gateway}`;
}

/** In start order; they stop in the reverse order, gateways first. */
export function workerThreads(settings: Settings): string[] {
  const { config } = settings;
  return [
    EXCHANGE,
    MARKET,
    ...Array.from({ length: orderThreads(settings) }, (_, thread) => `order-${thread}`),
    ...Array.from({ length: config.gatewayThreads }, (_, gateway) => gatewayThread(gateway)),
  ];
}

/** A thread without a file would have nothing to do. */
function orderThreads({ config, shards }: Settings): number {
  return Math.min(config.orderThreads, shards);
}

export function placeIn(settings: Settings): (kind: string, key: string) => string {
  const threads = orderThreads(settings);
  return (kind, key) => {
    switch (kind) {
      case 'order-shard':
        return `order-${Number.parseInt(key, 10) % threads}`;
      case 'symbol-fanout':
      case 'price-history':
        return MARKET;
      case 'exchange-connection':
      case 'trade-processor':
      case 'reconciler':
      case 'directory':
        return EXCHANGE;
      case 'gateway':
        return gatewayThread(Number.parseInt(key, 10));
      case 'thread':
        return key;
      default:
        return MAIN;
    }
  };
}

/** The actors that a thread starts itself. Fan-outs come into being with their first message. */
export function residentsOf(settings: Settings, thread: string): Address[] {
  if (thread === EXCHANGE) return [DIRECTORY, TRADE_PROCESSOR, EXCHANGE_CONNECTION, RECONCILER];
  if (thread === MARKET) return [PRICE_HISTORY];
  const place = placeIn(settings);
  const shards = Array.from({ length: settings.shards }, (_, shard) => shardAddress(shard));
  return shards.filter((shard) => place('order-shard', shard.split('/')[1] ?? '') === thread);
}
