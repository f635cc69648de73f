// The broker's books at one moment: first the feed's watermark, then each shard, so that whatever
// lies at or below the watermark is in the shards. Beside a running broker, too.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bucketOf } from '../domain/ids.ts';
import type { FeeSchedule } from '../domain/money.ts';
import type { Anchor } from '../store/anchor-log.ts';
import { type DataPaths, pathsOf, readMeta } from '../store/data-directory.ts';
import { DataDirectoryError } from '../store/errors.ts';
import { FeedRecord } from './feed-record.ts';
import { Shard } from './shard.ts';

export class Books {
  readonly paths: DataPaths;
  /** Null: the directory is from before it was decided there. */
  readonly fees: FeeSchedule | null;
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
    const { shards, bucketToShard, fees } = readMeta(meta);
    this.fees = fees;
    this.#bucketToShard = bucketToShard;
    this.anchors = anchorsOf(this.paths.anchors);
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

/**
 * A line that a crash has cut off says nothing; the next one may stand behind what is left of it.
 */
function anchorsOf(path: string): Anchor[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => anchorOf(line, path));
}

function anchorOf(line: string, path: string): Anchor {
  try {
    return JSON.parse(line.slice(line.lastIndexOf('{'))) as Anchor;
  } catch (error) {
    throw new DataDirectoryError(`${path} has a line that is no anchor, "${line}": ${error}`);
  }
}
