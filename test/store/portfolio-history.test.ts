// How a page of portfolio values finds its rows: by keys and indexes, whatever else there is.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { CLOSING_PRICE, LATE, VALUES } from '../../src/store/portfolio-history.ts';
import { ShardStore } from '../../src/store/shard-store.ts';
import { tempDirectory } from '../temp-directory.ts';

const PLANS: [what: string, sql: string, plan: string[]][] = [
  [
    'values: sessions from the newest down, one value each by its key',
    VALUES,
    [
      'SEARCH sessions USING INTEGER PRIMARY KEY (rowid<?)',
      'SEARCH held USING PRIMARY KEY (session_no=? AND account_no=?)',
    ],
  ],
  [
    "late bookings: the user's, then what each has posted",
    LATE,
    [
      'SEARCH late_bookings USING INDEX late_bookings_by_account (account_no=? AND last_session_no>?)',
      'SEARCH events USING INTEGER PRIMARY KEY (rowid=?)',
      'SEARCH postings USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
    ],
  ],
  [
    'a closing price: by its key',
    CLOSING_PRICE,
    ['SEARCH closing_prices USING PRIMARY KEY (session_no=? AND symbol=?)'],
  ],
];

for (const [what, sql, expected] of PLANS) {
  test(`${what}`, (t) => {
    const path = join(tempDirectory(t), 'shard.db');
    new ShardStore(path, {
      changesPerCheckpoint: 1_000,
      recentOpenOrders: 1,
      recentEndedOrders: 1,
      accountsKeptMax: 1,
      holdingsKeptMax: 1,
    }).close();
    const db = new Database(path, { readonly: true });
    t.after(() => db.close());
    const names = [...sql.matchAll(/@(\w+)/g)].map(([, name = '']) => [name, 1]);
    const values =
      names.length > 0 ? [Object.fromEntries(names)] : [...sql.matchAll(/\?/g)].map(() => 1);
    const rows = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[];
    const steps = rows.map(({ detail }) => detail).filter((step) => !step.startsWith('USE TEMP'));
    assert.deepEqual(steps, expected);
  });
}
