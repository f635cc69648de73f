// The ledger as its user reads it: postings with what caused them, page by page.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import type { LedgerEntry } from '../../src/domain/ledger-entry.ts';
import { INCIDENT_PAGES } from '../../src/store/incident-list.ts';
import {
  EARLY_AMENDMENTS,
  EVENTS,
  INCIDENTS,
  TRADE_EVENTS,
} from '../../src/store/order-history.ts';
import { ShardReader } from '../../src/store/shard-reader.ts';
import { MOVES, TRADE_CHANGES } from '../../src/store/share-moves.ts';
import { ENTRIES } from '../../src/store/statement.ts';
import { ALICE, BOB, ShardRig } from '../actors/order-shard/shard-rig.ts';

const FEE = 8; // 1 bps of 4 x 181.69, rounded up
const RESERVED = 10 * 18_200 + 19;

/** Alice deposits, buys 10 IBM, of which 4 trade, and withdraws; Bob only deposits. */
function aShard(t: Pick<TestContext, 'after'>) {
  const rig = new ShardRig(t);
  for (const userId of [ALICE, BOB]) rig.deposit(userId, 'USD', 1_000_000);
  const order = rig.submitted({ numShares: 10, priceInCents: 18_200 });
  rig.execute({ ...rig.trade(order.id, 4, 18_169), cumQty: 4 }, order.id);
  const withdrawal = { kind: 'WithdrawAssets', userId: ALICE, depositId: 'w' } as const;
  rig.actor.receive({ ...withdrawal, amountInCents: 500, replyTo: rig.actor.replyTo() });
  const reader = new ShardReader(rig.path);
  t.after(() => reader.close());
  return { rig, reader, order };
}

const lineOf = ({ seq, kind, orderId, account, asset, amount }: LedgerEntry) => [
  seq,
  kind,
  orderId,
  account,
  asset,
  amount,
];

test('every posting of the user is there with what caused it, newest first, and it sums to the balances', (t) => {
  const { rig, reader, order } = aShard(t);
  const { entries, hasMore } = reader.ledgerPage(ALICE, null, 100);
  const freed = 4 * 18_200 + 8; // of 19 cents reserved as fee 8 were charged, 11 can still come
  assert.equal(hasMore, false);
  assert.deepEqual(entries.map(lineOf), [
    [7, 'withdrawal', null, 'available', 'USD', -500],
    [5, 'order_traded', order.id, 'available', 'USD', -4 * 18_169 - FEE],
    [5, 'order_traded', order.id, 'available', 'IBM', 4],
    [5, 'order_traded', order.id, 'reserved', 'USD', -freed],
    [5, 'order_traded', order.id, 'available', 'USD', freed],
    [2, 'order_created', order.id, 'reserved', 'USD', RESERVED],
    [2, 'order_created', order.id, 'available', 'USD', -RESERVED],
    [1, 'deposit', null, 'available', 'USD', 1_000_000],
  ]);
  const cash = entries.filter(({ asset }) => asset === 'USD');
  assert.equal(
    cash.reduce((sum, { amount }) => sum + amount, 0),
    rig.account().cashInCents,
  );
});

test('pages go on where the one before ended, also within an event, and are not shifted', (t) => {
  const { rig, reader } = aShard(t);
  const all = reader.ledgerPage(ALICE, null, 100).entries;
  for (const limit of [1, 2, 3, 7]) {
    const read: LedgerEntry[] = [];
    for (;;) {
      const { entries, hasMore } = reader.ledgerPage(ALICE, read.at(-1) ?? null, limit);
      if (read.length === 0) rig.deposit(ALICE, 'USD', 1);
      read.push(...entries);
      if (!hasMore) break;
    }
    const expected = reader.ledgerPage(ALICE, null, 100).entries.slice(-read.length);
    assert.deepEqual(read, expected, `by ${limit}`);
    assert(read.length >= all.length);
  }
});

test('a long ledger is read in pages, and a cursor that names what never was is no burden', (t) => {
  const { rig, reader } = aShard(t);
  for (let n = 0; n < 600; n++) rig.deposit(ALICE, 'USD', n + 1);
  const all = reader.ledgerPage(ALICE, null, 1_000).entries;
  assert.equal(all.length, 608);
  for (const limit of [1, 255, 256, 257, 500]) {
    const read: LedgerEntry[] = [];
    for (let hasMore = true; hasMore; ) {
      const page = reader.ledgerPage(ALICE, read.at(-1) ?? null, limit);
      read.push(...page.entries);
      hasMore = page.hasMore;
    }
    assert.deepEqual(read, all, `by ${limit}`);
  }
  const most = Number.MAX_SAFE_INTEGER;
  assert.deepEqual(reader.ledgerPage(ALICE, { seq: most, postingNo: most }, 1_000).entries, all);
});

test('another user sees only what is theirs, and a stranger nothing', (t) => {
  const { reader } = aShard(t);
  const bobs = reader.ledgerPage(BOB, null, 100).entries;
  assert.deepEqual(
    bobs.map(({ kind, amount }) => [kind, amount]),
    [['deposit', 1_000_000]],
  );
  assert.deepEqual(reader.ledgerPage('usr_00nobody', null, 100), { entries: [], hasMore: false });
});

const READS: [name: string, sql: string][] = [
  ['the ledger', ENTRIES],
  ['moves of shares', MOVES],
  ['changed trades', TRADE_CHANGES],
  ['the events of an order', EVENTS],
  ['the trades of an order', TRADE_EVENTS],
  ['amendments without a trade', EARLY_AMENDMENTS],
  ['the incidents of an order', INCIDENTS],
  ['the newest incidents', INCIDENT_PAGES.ofAll],
  ['incidents of a kind', INCIDENT_PAGES.ofKind],
  ['incidents of a user', INCIDENT_PAGES.ofUser],
];

for (const [name, sql] of READS) {
  test(`S132 ${name}: found by index, without a scan of a table that grows with the shard`, (t) => {
    const db = new Database(aShard(t).rig.path, { readonly: true });
    t.after(() => db.close());
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...bindingsOf(sql)) as {
      detail: string;
    }[];
    const details = plan.map(({ detail }) => detail);
    assert.deepEqual(
      details.filter((detail) => SCANS.test(detail)),
      [],
    );
    if (!SORTED.has(sql)) assert.doesNotMatch(details.join(), /TEMP B-TREE FOR ORDER/);
  });
}

/** The few amendments, a bounded number of events, and the moves, which are read as a whole. */
const SORTED = new Set([TRADE_CHANGES, ENTRIES, MOVES]);

/** Amendments are few: what the exchange took back or corrected. A walk is along a chain. */
const SCANS = /^SCAN (?!amend|walk$)/;

function bindingsOf(sql: string): unknown[] {
  const names = [...sql.matchAll(/@(\w+)/g)].map(([, name = '']) => [name, 1]);
  if (names.length > 0) return [Object.fromEntries(names)];
  return [...sql.matchAll(/\?/g)].map(() => 1);
}
