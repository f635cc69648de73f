// The broker's books at one moment: first the feed's watermark, then each shard, so that whatever
// lies at or below the watermark is in the shards. Beside a running broker, too.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bucketOf } from '../domain/ids.ts';
import { type DataPaths, pathsOf, readMeta } from '../store/data-directory.ts';
import { DataDirectoryError } from '../store/errors.ts';
import { FeedRecord } from './feed-record.ts';
import { Shard } from './shard.ts';

/** A head of a shard's chain that was written down outside of it. */
export interface Anchor {
  readonly atMs: number;
  readonly shard: string;
  readonly eventNo: number;
  /** Hexadecimal. */
  readonly hash: string;
}

export class Books {
  readonly paths: DataPaths;
  readonly anchors: readonly Anchor[];
  readonly feed: FeedRecord;
  readonly shards: readonly Shard[];
  readonly #bucketToShard: readonly number[];

  /** Throws `DataDirectoryError` with a sentence if there are no books that it can read. */
  constructor(directory: string) {
    this.paths = pathsOf(directory);
    const meta = join(directory, 'meta.json');
    if (!existsSync(meta)) {
      throw new DataDirectoryError(`${directory} is not a data directory: it has no meta.json`);
    }
    const { shards, bucketToShard } = readMeta(meta);
    this.#bucketToShard = bucketToShard;
    this.anchors = anchorsOf(join(directory, 'anchors.log'));
    this.feed = new FeedRecord(this.paths.externalIds);
    this.shards = Array.from({ length: shards }, (_, number) => {
      return new Shard(number.toString().padStart(2, '0'), this.paths.shard(number));
    });
  }

  /** The shard that an order's or user's id names. */
  shardOf(id: string): Shard {
    const shard = this.shards[this.#bucketToShard[bucketOf(id)] ?? -1];
    if (shard === undefined) throw new DataDirectoryError(`no shard has the bucket of ${id}`);
    return shard;
  }

  close(): void {
    this.feed.close();
    for (const shard of this.shards) shard.close();
  }
}

/** A last line without an end was cut off by a crash and says nothing. */
function anchorsOf(path: string): Anchor[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Anchor);
}
