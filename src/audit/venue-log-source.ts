// Where the exchange's log comes from: the exchange itself, or the file that it left behind.
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { LineSplitter } from '../exchange/line-splitter.ts';
import type { LogRecord } from '../exchange/simulator/log-record.ts';
import { LIMITS } from '../limits.ts';
import type { DataPaths } from '../store/data-directory.ts';

import { type FeedReach, VenueLog } from './venue-log.ts';

/** No log, although there is one: it cannot be reached, or cannot be read. */
export class VenueLogError extends Error {
  readonly code = 'venue_log';
  override readonly name = 'VenueLogError';
}

const END_OF_GROUP = '\n\n';

/** Null when no exchange is named and none has left its log in the data directory. */
export async function readVenueLog(
  exchangeUrl: string | null,
  paths: DataPaths,
  feed: FeedReach,
): Promise<VenueLog | null> {
  const file = join(paths.exchange, 'exchange.ndjson');
  if (exchangeUrl === null && !existsSync(file)) return null;
  const source = exchangeUrl ?? file;
  const log = new VenueLog(source, feed);
  try {
    if (exchangeUrl === null) await takeLines(wholeGroups(createReadStream(file)), log);
    else await takeLines(await bodyOf(`${exchangeUrl}/v1/log?from=0`), log);
    log.seal();
    return log;
  } catch (error) {
    log.close();
    throw new VenueLogError(
      `the exchange's log could not be read from ${source}: ${reasonOf(error)}`,
    );
  }
}

/** `fetch` says only that it failed; why is in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

async function bodyOf(url: string): Promise<AsyncIterable<Uint8Array>> {
  const response = await fetch(url);
  if (!response.ok || response.body === null) throw new Error(`it answered ${response.status}`);
  return response.body;
}

async function takeLines(chunks: AsyncIterable<Uint8Array>, log: VenueLog): Promise<void> {
  const splitter = new LineSplitter(LIMITS.feedLineBytesMax);
  for await (const chunk of chunks) {
    for (const line of splitter.push(Buffer.from(chunk))) log.take(JSON.parse(line) as LogRecord);
  }
}

/**
 * What stands before the last blank line: a group of records without its end was cut off by a
 * crash, or is being written, and nobody has heard of it.
 */
async function* wholeGroups(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let open: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const seen = Buffer.concat([open, chunk]);
    // In what has come now: a group may be as large as many chunks.
    const from = Math.max(open.length - 1, 0);
    const found = seen.subarray(from).lastIndexOf(END_OF_GROUP);
    const end = found === -1 ? 0 : from + found + END_OF_GROUP.length;
    if (end > 0) yield seen.subarray(0, end);
    open = seen.subarray(end);
  }
}
