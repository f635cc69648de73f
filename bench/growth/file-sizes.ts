// How many bytes the books take, by table and index, as SQLite itself counts its pages.
import { pathsOf } from '../../src/store/data-directory.ts';
import { openReadOnly } from '../../src/store/database.ts';
import { shardFiles } from '../orders/books.ts';

export type SizeByName = Readonly<Record<string, number>>;

/** Of the shards, added up, and of external-ids.db. The logs must have been folded back. */
export function bookSizes(dataDir: string): SizeByName {
  const sizes: Record<string, number> = {};
  for (const path of [...shardFiles(dataDir), pathsOf(dataDir).externalIds]) {
    for (const { name, bytes } of sizesIn(path)) sizes[name] = (sizes[name] ?? 0) + bytes;
  }
  return sizes;
}

export function totalOf(sizes: SizeByName): number {
  return Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
}

/** What has been added per order, by name, the most first. */
export function bytesPerOrder(before: SizeByName, after: SizeByName, orders: number) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .map((name) => {
      const bytes = ((after[name] ?? 0) - (before[name] ?? 0)) / Math.max(orders, 1);
      return { name, bytes };
    })
    .filter(({ bytes }) => bytes !== 0)
    .sort((a, b) => b.bytes - a.bytes);
}

function sizesIn(path: string) {
  const db = openReadOnly(path);
  try {
    return db
      .prepare<[], { name: string; bytes: number }>(
        'SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name',
      )
      .all();
  } finally {
    db.close();
  }
}
