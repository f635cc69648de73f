import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadBooks } from '../../bench/bulk/bulk-load.ts';
import { bulkOrders } from '../../bench/bulk/bulk-orders.ts';
import { countOf } from '../../bench/orders/books.ts';
import { audit } from '../../src/audit/audit.ts';
import { tempDirectory } from '../temp-directory.ts';

const { signal } = new AbortController();
const QUIETLY = { signal, progress: () => undefined };

test('books made in bulk are what the product writes: the auditor finds nothing', async (t) => {
  const directory = tempDirectory(t);
  const dataDir = join(directory, 'data');
  const exchangeDir = join(dataDir, 'exchange');
  const sizes = { orders: 400, open: 40, customers: 10, shards: 3, symbols: 5 };
  await loadBooks({ dataDir, exchangeDir, ...sizes }, QUIETLY);
  assert.equal(countOf(dataDir, 'orders'), 400);
  assert.equal(countOf(dataDir, 'orders WHERE is_open = 1'), 40);
  assert.ok(countOf(dataDir, 'fills') > 100);
  assert.ok(countOf(dataDir, "orders WHERE status = 'cancelled'") > 50);
  assert.equal(countOf(dataDir, 'incidents'), 0);
  for (const settled of [false, true]) {
    const options = { exchangeUrl: null, withoutVenueLog: 'throw', settled } as const;
    const { outcome, verdicts } = await audit({ directory: dataDir, ...options });
    const broken = verdicts.filter((verdict) => verdict.outcome === 'broken');
    assert.deepEqual(broken, []);
    assert.equal(outcome, 'held');
  }
});

test('a load that is interrupted ends', async (t) => {
  const directory = tempDirectory(t);
  const dataDir = join(directory, 'data');
  const sizes = { orders: 10, open: 1, customers: 2, shards: 1, symbols: 1 };
  const books = { dataDir, exchangeDir: join(dataDir, 'exchange'), ...sizes };
  await assert.rejects(
    loadBooks(books, { signal: AbortSignal.abort(), progress: () => undefined }),
    /aborted/,
  );
});

const SYMBOLS = [
  { name: 'A', priceInCents: 1_000 },
  { name: 'B', priceInCents: 50_000 },
];

test('as many orders rest as asked for, spread evenly, far from the market', () => {
  const terms = {
    orders: 1_000,
    open: 100,
    customers: 7,
    symbols: SYMBOLS,
    seed: 1,
    batchOrders: 64,
  };
  const orders = [...bulkOrders(terms)];
  const resting = orders.map(({ bulkKind }) => bulkKind === 'rests');
  assert.equal(orders.length, 1_000);
  assert.equal(resting.filter(Boolean).length, 100);
  assert.equal(resting.slice(0, 500).filter(Boolean).length, 50);
  for (const { bulkKind, side, symbol, priceInCents } of orders) {
    const last = symbol === 'A' ? 1_000 : 50_000;
    assert.equal(priceInCents === null, bulkKind === 'market');
    if (bulkKind !== 'rests' && bulkKind !== 'cancelled') continue;
    const isFar =
      side === 'buy' ? (priceInCents ?? 0) < last * 0.6 : (priceInCents ?? 0) > last * 1.4;
    assert.ok(isFar, `${side} at ${priceInCents}`);
  }
  assert.deepEqual([...bulkOrders(terms)], orders);
});

test('none at all, and all of them open', () => {
  const terms = { orders: 0, open: 0, customers: 1, symbols: SYMBOLS, seed: 1, batchOrders: 64 };
  assert.deepEqual([...bulkOrders(terms)], []);
  const all = [...bulkOrders({ ...terms, orders: 5, open: 5 })];
  assert.ok(all.every(({ bulkKind }) => bulkKind === 'rests'));
});
