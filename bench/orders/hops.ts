// Where the time of an order goes, hop by hop: when the client meant to send it, when the shard
// took it (commit A), when the exchange had it, when the shard heard of that (commit C), when the
// client had its answer. From what all of them have written down, so nothing is measured twice; the
// clocks tick in milliseconds.
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openReadOnly } from '../../src/store/database.ts';
import { HAS_ID } from '../../src/store/shard-schema.ts';
import { Latencies, type LatencySummary } from '../harness/histogram.ts';
import { shardFiles } from './books.ts';

export const HOPS = [
  'client -> shard: gateway, queue, turn begins',
  'shard -> exchange: checks, commit A, batch',
  'exchange -> shard: answer, commit B, turn begins',
  'shard -> client: commit C, gateway, answer',
] as const;

export type HopTimes = Readonly<Record<(typeof HOPS)[number], LatencySummary>>;

interface Times {
  readonly intendedMs: number;
  readonly answeredMs: number;
  takenMs: number | null;
  atVenueMs: number | null;
  heardMs: number | null;
}

const SAMPLES_MAX = 5_000;
const EVENTS = `
  SELECT kind, at_ms AS atMs FROM events
  WHERE order_no = (SELECT order_no FROM orders WHERE ${HAS_ID})
    AND kind IN ('order_created', 'order_submitted', 'order_traded')
  ORDER BY event_no LIMIT 2`;

export async function hopTimes(
  outcomesFile: string,
  dataDir: string,
  exchangeDir: string,
): Promise<HopTimes> {
  const samples = sampled(readFileSync(outcomesFile, 'utf8'));
  readShards(samples, dataDir);
  await readVenueLog(samples, exchangeDir);
  const hops = HOPS.map(() => new Latencies());
  for (const { intendedMs, takenMs, atVenueMs, heardMs, answeredMs } of samples.values()) {
    if (takenMs === null || atVenueMs === null || heardMs === null) continue;
    const marks = [intendedMs, takenMs, atVenueMs, heardMs, answeredMs];
    for (const [index, hop] of hops.entries()) {
      hop.record((marks[index + 1] ?? 0) - (marks[index] ?? 0));
    }
  }
  return Object.fromEntries(
    HOPS.map((name, index) => [name, (hops[index] as Latencies).summary()]),
  ) as HopTimes;
}

/** Spread evenly over the orders that were answered 201. */
function sampled(text: string): Map<string, Times> {
  const placed = text.split('\n').filter((line) => / place 201 /.test(line));
  const step = Math.max(1, Math.floor(placed.length / SAMPLES_MAX));
  const samples = new Map<string, Times>();
  for (let at = 0; at < placed.length; at += step) {
    const [id = '', , , intended, answered] = (placed[at] ?? '').split(' ');
    const known = { takenMs: null, atVenueMs: null, heardMs: null };
    samples.set(id, { intendedMs: Number(intended), answeredMs: Number(answered), ...known });
  }
  return samples;
}

function readShards(samples: ReadonlyMap<string, Times>, dataDir: string): void {
  for (const path of shardFiles(dataDir)) {
    const db = openReadOnly(path);
    try {
      const events = db.prepare<[string, string, string], { kind: string; atMs: number }>(EVENTS);
      for (const [id, times] of samples) {
        const [created, next] = events.all(id, id, id);
        if (created === undefined) continue; // in another shard
        times.takenMs = created.atMs;
        times.heardMs = next?.atMs ?? null;
      }
    } finally {
      db.close();
    }
  }
}

async function readVenueLog(samples: ReadonlyMap<string, Times>, exchangeDir: string) {
  const file = createReadStream(join(exchangeDir, 'exchange.ndjson'));
  for await (const line of createInterface({ input: file })) {
    if (!line.includes('"kind":"order"')) continue;
    const { clientOrderId, atMs } = JSON.parse(line) as { clientOrderId: string; atMs: number };
    const times = samples.get(clientOrderId);
    if (times !== undefined) times.atVenueMs = atMs;
  }
}
