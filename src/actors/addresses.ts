// The addresses that more than one actor needs, and the routing from ids to shards.
import { bucketOf } from '../domain/ids.ts';
import { type Address, addressOf } from '../runtime/actor.ts';

export const EXCHANGE_CONNECTION: Address = 'exchange-connection/0';
export const TRADE_PROCESSOR: Address = 'trade-processor/0';
export const RECONCILER: Address = 'reconciler/0';
export const DIRECTORY: Address = 'directory/0';
export const PRICE_HISTORY: Address = 'price-history/0';
export const READ_POOL: Address = 'read-pool/0';

/** Bucket (0-255) -> number of the shard file, as `meta.json` of the data directory says. */
export type ShardMap = readonly number[];

export function shardKey(shard: number): string {
  return shard.toString().padStart(2, '0');
}

export function shardAddress(shard: number): Address {
  return addressOf('order-shard', shardKey(shard));
}

/** The number of the shard that owns this user or order: the id names its bucket. */
export function shardNumberOf(id: string, shards: ShardMap): number {
  const shard = shards[bucketOf(id)];
  if (shard === undefined) throw new RangeError(`no shard is mapped for the bucket of ${id}`);
  return shard;
}

export function shardOf(id: string, shards: ShardMap): Address {
  return shardAddress(shardNumberOf(id, shards));
}

export function fanoutOf(symbol: string): Address {
  return addressOf('symbol-fanout', symbol);
}

export function gatewayAddress(gateway: number): Address {
  return addressOf('gateway', gateway.toString());
}
