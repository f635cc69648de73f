// The run-time directory: made on first use, described by meta.json, held by one process at a time.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { BUCKETS } from '../domain/ids.ts';
import type { FeeSchedule } from '../domain/money.ts';
import { DataDirectoryError } from './errors.ts';

/** What was decided when the directory was created, for ever. */
export interface Meta {
  readonly schemaVersion: 1;
  readonly installationId: string;
  readonly shards: number;
  /** Bucket (0-255) -> shard file. */
  readonly bucketToShard: readonly number[];
  /** Open orders reserve by it. Null in a directory from before it was decided here. */
  readonly fees: FeeSchedule | null;
}

/** What a new directory is made with. */
export interface FreshMeta {
  readonly shards: number;
  readonly installationId: string;
  readonly fees: FeeSchedule;
}

export interface DataPaths {
  readonly directory: string;
  readonly shard: (shard: number) => string;
  readonly externalIds: string;
  readonly anchors: string;
  readonly users: string;
  readonly prices: string;
  readonly demo: string;
  readonly exchange: string;
}

export function pathsOf(directory: string): DataPaths {
  return {
    directory,
    shard: (shard) => join(directory, 'orders', `shard-${shard.toString().padStart(2, '0')}.db`),
    externalIds: join(directory, 'external-ids.db'),
    anchors: join(directory, 'anchors.log'),
    users: join(directory, 'directory.db'),
    prices: join(directory, 'prices.db'),
    demo: join(directory, 'demo.json'),
    exchange: join(directory, 'exchange'),
  };
}

/** Held until the process ends; the operating system lets go of it after a kill, too. */
export interface DataDirectory {
  readonly paths: DataPaths;
  readonly meta: Meta;
  release(): void;
}

/**
 * Creates the directory if need be and takes it. Throws `DataDirectoryError` when another process
 * has it.
 */
export function takeDataDirectory(directory: string, fresh: FreshMeta): DataDirectory {
  const paths = pathsOf(directory);
  makeDirectory(join(directory, 'orders'));
  const lock = holdLock(directory, 'lock.db');
  try {
    return { paths, meta: metaOf(directory, fresh), release: lock.release };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** `BEGIN EXCLUSIVE` on a file of the directory, for the life of the process or until released. */
export function holdLock(directory: string, file: string): { release(): void } {
  makeDirectory(directory);
  const lock = new Database(join(directory, file), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return { release: () => lock.close() };
  } catch (error) {
    lock.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new DataDirectoryError(`the data directory ${directory} is in use by another process`);
    }
    throw error;
  }
}

/** Step by step: Node's own recursion never ends where nothing can be made, in /proc say. */
function makeDirectory(path: string): void {
  try {
    if (existsSync(path) && statSync(path).isDirectory()) return;
    const parent = dirname(path);
    if (parent !== path) makeDirectory(parent);
    mkdirSync(path);
  } catch (error) {
    if (error instanceof DataDirectoryError) throw error;
    throw new DataDirectoryError(`the data directory ${path} cannot be made: ${error}`);
  }
}

function metaOf(directory: string, fresh: FreshMeta): Meta {
  const path = join(directory, 'meta.json');
  if (existsSync(path)) return readMeta(path);
  const meta: Meta = {
    schemaVersion: 1,
    installationId: fresh.installationId,
    shards: fresh.shards,
    bucketToShard: Array.from({ length: BUCKETS }, (_, bucket) => bucket % fresh.shards),
    fees: fresh.fees,
  };
  writeFileSync(`${path}.new`, `${JSON.stringify(meta)}\n`);
  renameSync(`${path}.new`, path);
  return meta;
}

export function readMeta(path: string): Meta {
  const unreadable = new DataDirectoryError(
    `${path} is not a description that this version can read`,
  );
  let meta: Meta;
  try {
    meta = { fees: null, ...(JSON.parse(readFileSync(path, 'utf8')) as object) } as Meta;
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable;
    throw error;
  }
  const sound =
    meta.schemaVersion === 1 &&
    Number.isInteger(meta.shards) &&
    meta.bucketToShard.length === BUCKETS &&
    meta.bucketToShard.every((shard) => shard >= 0 && shard < meta.shards) &&
    (meta.fees === null || isSound(meta.fees));
  if (!sound) throw unreadable;
  return meta;
}

function isSound({ bps, minInCents, maxInCents }: FeeSchedule): boolean {
  return [bps, minInCents, maxInCents].every((value) => Number.isSafeInteger(value) && value >= 0);
}
