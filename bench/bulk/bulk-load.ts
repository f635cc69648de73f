// A data directory with many orders, and the exchange's log that matches it, made by the product's
// own shards and stores in large turns: every row is what the product writes. Turns are larger
// than under load, and so have fewer hashes and fewer syncs.
import { mkdirSync } from 'node:fs';
import { setImmediate as breath } from 'node:timers/promises';
import { nanoid } from 'nanoid';
import { seededRandom } from '../../src/exchange/simulator/random.ts';
import { FEES, LIMITS } from '../../src/limits.ts';
import { takeDataDirectory } from '../../src/store/data-directory.ts';
import { ExternalIdsStore } from '../../src/store/external-ids-store.ts';
import type { BenchUser } from '../harness/broker-process.ts';
import { makeCustomers } from '../harness/customers.ts';
import { BulkExchange } from './bulk-exchange.ts';
import { bulkOrders } from './bulk-orders.ts';
import { BulkShard } from './bulk-shard.ts';
import { fundCustomers } from './funding.ts';
import { OrderBatches } from './order-batches.ts';
import type { BulkClock } from './shard-context.ts';

export interface BulkBooks {
  readonly dataDir: string;
  readonly exchangeDir: string;
  readonly orders: number;
  readonly open: number;
  readonly customers: number;
  readonly shards: number;
  /** Synthetic ones: the orders are in them. */
  readonly symbols: number;
}

export interface BulkReport {
  readonly users: readonly BenchUser[];
  readonly fundingSeconds: number;
  readonly seconds: number;
  readonly ordersPerSecond: number;
}

export interface BulkOptions {
  readonly signal: AbortSignal;
  progress(text: string): void;
}

const SEED = 40_961;
/** Far from what the exchange may get in a second. */
const ORDERS_PER_SECOND = 5_000;
const BATCH_ORDERS = 8_192;
const MARGIN_MS = 30_000;
const PROGRESS_MS = 5_000;

export async function loadBooks(books: BulkBooks, options: BulkOptions): Promise<BulkReport> {
  const { dataDir, exchangeDir, shards: count } = books;
  mkdirSync(exchangeDir, { recursive: true });
  const users = await makeCustomers(dataDir, books.customers);
  const fresh = { shards: count, installationId: nanoid(), fees: FEES };
  const { paths, meta, release } = takeDataDirectory(dataDir, fresh);
  const spanMs = (books.orders / ORDERS_PER_SECOND) * 1_000;
  const clock: BulkClock = { nowMs: Math.floor(Date.now() - spanMs - MARGIN_MS) };
  const opened: { close(): void }[] = [{ close: release }];
  const open = <Part extends { close(): void }>(part: Part): Part => {
    opened.unshift(part);
    return part;
  };
  try {
    const exchange = open(new BulkExchange(exchangeDir, books.symbols, clock));
    const ids = open(new ExternalIdsStore({ ...LIMITS, path: paths.externalIds }));
    const prices = exchange.terms();
    const { link } = exchange;
    const world = { clock, prices, random: seededRandom(SEED) };
    const shared = { ...world, shardMap: meta.bucketToShard, paths, link };
    const shards = Array.from({ length: count }, (_, shard) =>
      open(new BulkShard({ ...shared, shard })),
    );
    const userIds = users.map(({ userId }) => userId);
    const parts = { exchange, ids, shards, shardMap: meta.bucketToShard, clock, userIds };
    const beganMs = performance.now();
    await fundCustomers({ ...parts, path: paths.users }, options.signal);
    const fundedMs = performance.now();
    await placeAll(books, new OrderBatches(parts), { exchange, clock }, options);
    const seconds = Math.max((performance.now() - fundedMs) / 1_000, 0.001);
    const fundingSeconds = (fundedMs - beganMs) / 1_000;
    return { users, fundingSeconds, seconds, ordersPerSecond: books.orders / seconds };
  } finally {
    for (const part of opened) part.close();
  }
}

async function placeAll(
  { orders, open, customers }: BulkBooks,
  batches: OrderBatches,
  { exchange, clock }: { readonly exchange: BulkExchange; readonly clock: BulkClock },
  { signal, progress }: BulkOptions,
): Promise<void> {
  const symbols = [...exchange.terms()].flatMap(([name, { price }]) =>
    name.startsWith('SYN') && price !== null ? [{ name, priceInCents: price.priceInCents }] : [],
  );
  const terms = { orders, open, customers, symbols, seed: SEED, batchOrders: BATCH_ORDERS };
  let toldMs = performance.now();
  let placed = 0;
  let batch = [];
  for (const order of bulkOrders(terms)) {
    batch.push(order);
    if (batch.length < BATCH_ORDERS) continue;
    batches.run(batch);
    placed += batch.length;
    clock.nowMs += Math.floor((batch.length / ORDERS_PER_SECOND) * 1_000);
    batch = [];
    await breath();
    signal.throwIfAborted();
    if (performance.now() - toldMs < PROGRESS_MS) continue;
    progress(`${placed.toLocaleString('en-US')} of ${orders.toLocaleString('en-US')} orders made`);
    toldMs = performance.now();
  }
  batches.run(batch);
  clock.nowMs += 1_000;
  batches.run([]); // cancels of the last
}
