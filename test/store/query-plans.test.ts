// How the writers' statements find their rows, asked of SQLite itself: all that the stores prepare,
// as they prepare it. Without statistics a plan does not depend on how much there is.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { ExternalIdsStore } from '../../src/store/external-ids-store.ts';
import { PriceReader } from '../../src/store/price-reader.ts';
import { PriceStore } from '../../src/store/price-store.ts';
import { ShardStore } from '../../src/store/shard-store.ts';
import { tempDirectory } from '../temp-directory.ts';

const STORES: [name: string, open: (path: string) => { close(): void }][] = [
  [
    'the mapping',
    (path) => new ExternalIdsStore({ path, changesPerCheckpoint: 1_000, recentMappings: 1 }),
  ],
  [
    'a shard',
    (path) =>
      new ShardStore(path, {
        changesPerCheckpoint: 1_000,
        recentOpenOrders: 1,
        recentEndedOrders: 1,
        accountsKeptMax: 1,
        holdingsKeptMax: 1,
      }),
  ],
  ['the prices', (path) => new PriceStore(path, 1_000)],
];

interface Planned {
  readonly sql: string;
  readonly steps: readonly string[];
}

/** Every statement that the store has prepared, with its plan. */
function plansOf(t: TestContext, open: (path: string) => { close(): void }): Planned[] {
  const path = join(tempDirectory(t), 'store.db');
  const { mock } = t.mock.method(Database.prototype, 'prepare');
  open(path).close();
  const prepared = new Set(mock.calls.map((call) => String(call.arguments[0])));
  mock.restore();
  const db = new Database(path);
  try {
    return [...prepared].map((sql) => ({ sql: onOneLine(sql), steps: planOf(db, sql) }));
  } finally {
    db.close();
  }
}

function planOf(db: Database.Database, sql: string): string[] {
  const names = [...sql.matchAll(/[@:]([a-zA-Z_][a-zA-Z_0-9]*)/g)].map(([, name = '']) => [
    name,
    1,
  ]);
  const values = [...sql.matchAll(/\?/g)].map(() => 1);
  const bindings = names.length > 0 ? [Object.fromEntries(names)] : values;
  const rows = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...bindings) as { detail: string }[];
  return rows.map(({ detail }) => detail);
}

function onOneLine(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ').trim();
}

/** What may be read from end to end, and why that is little. */
const SCANS: [step: RegExp, sql: RegExp, why: string][] = [
  [/^SCAN (CONSTANT ROW|\d+-ROW VALUES CLAUSE)$/, /./, 'no table'],
  [/^SCAN orders USING INDEX orders_open$/, /is_open = 1/, 'the index holds the open ones only'],
  [/^SCAN json_each VIRTUAL TABLE/, /json_each\(\?\)/, 'what was given with the statement'],
  [/^SCAN orders USING INDEX orders_short$/, /final_cum_qty > cum_qty/, 'that lack fills: few'],
  [
    /^SCAN \w+$/,
    /^INSERT INTO (orders|events|fills) /,
    'children, and only while a constraint is deferred, which none is',
  ],
  [/^SCAN walk$/, /^WITH RECURSIVE walk/, 'one row at each step of a chain'],
  [/^SCAN orders USING INDEX orders_by_id$/, /LIMIT 1$/, 'one row: the newest'],
  [/^SCAN events$/, /ORDER BY event_no DESC LIMIT 1$/, 'one row, when the shard opens'],
  [/^SCAN (amendments|hanging)\b/, /amendments/, 'busts and corrections: few'],
  [/^SCAN assignments$/, /state = 'sent'/, 'trades of nobody: few'],
  [/^SCAN sessions USING INDEX sessions_taking$/, /taken_through/, 'those being taken: few'],
  [/^SCAN accounts$/, /trading_state <> 'active'/, 'a page that an operator opens'],
  [/^SCAN parked$/, /FROM parked/, 'only executions that wait for their order'],
  [
    /^SCAN (epochs|feed_position)( USING COVERING INDEX \w+)?$/,
    /./,
    'a row per epoch, and one row',
  ],
  [/^SCAN (outages\b|\(subquery)/, /FROM outages/, 'bounded by `LIMITS.outagesMax`'],
];

test('S132 nothing that grows with the orders is scanned, by whatever statement of a writer', (t) => {
  const used = new Set<string>();
  for (const [name, open] of STORES) {
    const plans = plansOf(t, open);
    assert(plans.length > 10, `${name} prepares its statements when it opens`);
    for (const { sql, steps } of plans) {
      for (const step of steps.filter((text) => text.includes('SCAN '))) {
        const allowed = SCANS.find(([known, of]) => known.test(step) && of.test(sql));
        assert(allowed !== undefined, `${name}: ${step}: ${sql}`);
        used.add(allowed[2]);
      }
    }
  }
  assert.equal(used.size, SCANS.length, 'an exception that no statement needs');
});

/** What each order and each execution asks, with the one search that answers it. */
const HOT: [what: string, store: number, sql: RegExp, search: string][] = [
  [
    'the order of an external id',
    0,
    /^SELECT order_id FROM mappings/,
    'mappings USING PRIMARY KEY (epoch_id=? AND external_order_id=?)',
  ],
  [
    'what is parked under an external id',
    0,
    /^SELECT execution FROM parked/,
    'parked USING PRIMARY KEY (epoch_id=? AND external_order_id=?)',
  ],
  [
    'an order',
    1,
    /JOIN accounts USING \(account_no\) WHERE substr\(id, 7\) = /,
    'orders USING INDEX orders_by_id (<expr>=? AND <expr>=?)',
  ],
  [
    'the order of an idempotency key',
    1,
    /idempotency_key = \? AND/,
    'orders USING INDEX orders_by_key (idempotency_key=? AND account_no=?)',
  ],
  [
    'the open orders, page by page (S45)',
    1,
    /is_open = 1 AND order_no > \?/,
    'orders USING INDEX orders_open (order_no>?)',
  ],
  [
    'a fill',
    1,
    /FROM fills WHERE exec_id = \?/,
    'fills USING INDEX sqlite_autoindex_fills_1 (exec_id=? AND epoch=?)',
  ],
  [
    'an event of a user from the one behind it',
    1,
    /FROM walk JOIN events/,
    'earlier USING INTEGER PRIMARY KEY (rowid=?)',
  ],
  [
    'candles that are too old',
    2,
    /^DELETE FROM candles/,
    'candles USING COVERING INDEX candles_by_age (interval_minutes=? AND start_ms<?)',
  ],
];

for (const [what, store, pattern, search] of HOT) {
  test(`S132 ${what}: one search by index`, (t) => {
    const [, open] = STORES[store] ?? [];
    assert(open !== undefined);
    const found = plansOf(t, open).filter(({ sql }) => pattern.test(sql));
    assert.equal(found.length, 1, 'the statement is one of those prepared');
    assert(found[0]?.steps.includes(`SEARCH ${search}`), found[0]?.steps.join('; '));
  });
}

test('S132 a page of candles is read in its order, by key', (t) => {
  const path = join(tempDirectory(t), 'prices.db');
  new PriceStore(path, 1_000).close();
  const open = () => new PriceReader(path);
  const { mock } = t.mock.method(Database.prototype, 'prepare');
  open().close();
  const prepared = mock.calls.map((call) => String(call.arguments[0]));
  mock.restore();
  const db = new Database(path);
  t.after(() => db.close());
  const pages = prepared.filter((sql) => sql.includes('LIMIT @limit'));
  assert.equal(pages.length, 2);
  for (const sql of pages) {
    const steps = planOf(db, sql);
    assert(!steps.some((step) => /SCAN|TEMP B-TREE/.test(step)), steps.join('; '));
  }
});
