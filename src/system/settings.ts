// What every thread must know to build the same system: plain data, handed over when a thread
// starts.
import type { ShardMap } from '../actors/addresses.ts';
import type { Config } from '../config.ts';
import type { FeeSchedule } from '../domain/money.ts';

export interface Settings {
  /** With the port that was claimed, and the exchange that was found. */
  readonly config: Config & { readonly exchangeUrl: string };
  /** From meta.json: the shard files, and bucket -> shard file. */
  readonly shards: number;
  readonly shardMap: ShardMap;
  /** From meta.json too: what open orders reserve by. */
  readonly fees: FeeSchedule;
  /** The shared table of last prices. */
  readonly prices: SharedArrayBuffer;
  /** Becomes the directory's signing key if it has none yet. */
  readonly freshSigningKey: string;
}
