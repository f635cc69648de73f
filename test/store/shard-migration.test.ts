// A shard file of an earlier schema keeps all that it holds when it is opened by this one.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { openDatabase } from '../../src/store/database.ts';
import { OrderList } from '../../src/store/order-list.ts';
import { ShardReader } from '../../src/store/shard-reader.ts';
import { SHARD_MIGRATIONS } from '../../src/store/shard-schema.ts';
import { ShardStore } from '../../src/store/shard-store.ts';
import { tempDirectory } from '../temp-directory.ts';

const BOUNDS = {
  changesPerCheckpoint: 1_000,
  recentOpenOrders: 1,
  recentEndedOrders: 1,
  accountsKeptMax: 1,
  holdingsKeptMax: 1,
};
const ID = 'ord_a71kg5m3x0rabcde';

const ROWS = `
  INSERT INTO accounts (account_no, user_id, last_seq, opened_at_ms) VALUES (1, 'usr_a7ada', 3, 5);
  INSERT INTO orders (order_no, id, account_no, idempotency_key, venue, symbol, side, order_type,
    time_in_force, price_in_cents, limit_price_in_cents, reference_price_in_cents, num_shares,
    created_at_ms, send_attempted_at_ms, not_after_ms, external_order_id, cancels_requested,
    cancels_refused, cum_qty, cum_notional_in_cents, status, is_open, fee_in_cents, updated_at_ms,
    version)
  VALUES (7, '${ID}', 1, 'key-1', 'SIM', 'IBM', 'buy', 'limit', 'day', 180, 180, 181, 10,
    6, 6, 11, 'ext-1', 0, 0, 4, 720, 'partially_filled', 1, 1, 8, 3);
  INSERT INTO fills VALUES (3, 7, 'e1', 'x1', 4, 180, 1, 8);
  INSERT INTO events (event_no, account_no, seq, kind, at_ms, order_no, fill_no, detail) VALUES
    (1, 1, 1, 'account_changed', 5, NULL, NULL, '[5000,0,"active"]'),
    (2, 1, 2, 'order_created', 6, 7, NULL, '{"version":1}'),
    (9, 1, 3, 'order_traded', 8, 7, 3, '{"version":3,"cumQty":4}');
  INSERT INTO postings (posting_no, tx_no, account_no, account, asset, amount) VALUES
    (1, 1, 1, 1, 'USD', 5000), (2, 1, 0, 10, 'USD', -5000),
    (3, 2, 1, 1, 'USD', -1801), (4, 2, 1, 2, 'USD', 1801),
    (5, 9, 1, 1, 'IBM', 4), (6, 9, 0, 12, 'IBM', -4);
  INSERT INTO balances VALUES (1, 'USD', 1, 3199), (1, 'USD', 2, 1801), (1, 'IBM', 1, 4);
  INSERT INTO deposits VALUES (1, 'd1', 'USD', 5000, 0, 1);`;

test('what a file of schema 5 holds is found by this one, and its numbers go on', (t) => {
  const path = join(tempDirectory(t), 'shard-00.db');
  const old = openDatabase(path, {
    synchronous: 'FULL',
    migrations: SHARD_MIGRATIONS.slice(0, 5),
    changesPerCheckpoint: 1_000,
  });
  old.exec(ROWS);
  old.close();
  assert.throws(() => new ShardReader(path), /has schema 5, this version reads 7$/);

  const store = new ShardStore(path, BOUNDS);
  const found = store.orders.get(ID);
  assert.equal(found?.orderNo, 7);
  assert.equal(found.order.status, 'partially_filled');
  assert.equal(store.orders.findByIdempotencyKey(1, 'key-1')?.order.id, ID);
  assert.equal(store.orders.lastId(), ID);
  assert.equal(store.orders.findCrossing(1, 'IBM', 'sell', 180)?.orderId, ID);
  assert.equal(store.accounts.find('usr_a7ada')?.lastSeq, 3);
  assert.equal(store.ledger.balanceOf(1, 'available', 'USD'), 3_199);
  assert.equal(store.fills.find('e1', 'x1')?.orderNo, 7);
  assert.deepEqual(
    store.events.readAfter(1, 0, 10).map(({ seq, kind }) => [seq, kind]),
    [
      [1, 'account_changed'],
      [2, 'order_created'],
      [3, 'order_traded'],
    ],
  );
  assert.deepEqual(store.accounts.linkEvent(1, 10), {
    seq: 4,
    priorEventNo: 9,
    leapEventNo: null,
  });
  assert.equal(store.accounts.linkOrder(1, 8), 7);
  store.close();

  const db = new Database(path, { readonly: true });
  t.after(() => db.close());
  const sql =
    'SELECT tx_no, posting_no, account_no, asset, amount FROM postings ORDER BY posting_no';
  assert.deepEqual(db.prepare(sql).raw().all(), [
    [1, 32, 1, 'USD', 5_000],
    [1, 33, 0, 'USD', -5_000],
    [2, 64, 1, 'USD', -1_801],
    [2, 65, 1, 'USD', 1_801],
    [9, 288, 1, 'IBM', 4],
    [9, 289, 0, 'IBM', -4],
  ]);
  assert.deepEqual(db.pragma('foreign_key_check'), []);
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
});

test('what a file of schema 6 found by index is found along chains, however much there is', (t) => {
  const path = join(tempDirectory(t), 'shard-00.db');
  const old = openDatabase(path, {
    synchronous: 'FULL',
    migrations: SHARD_MIGRATIONS.slice(0, 6),
    changesPerCheckpoint: 1_000,
  });
  // Every third event is Bob's, every second order; Cid has an account and nothing else.
  old.exec(`
    INSERT INTO accounts (account_no, user_id, opened_at_ms)
      VALUES (1, 'usr_00ada', 5), (2, 'usr_00bob', 5), (3, 'usr_00cid', 5);
    WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 6600)
    INSERT INTO events (event_no, account_no, seq, kind, at_ms, detail)
      SELECT n, iif(n % 3 = 0, 2, 1), iif(n % 3 = 0, n / 3, n - n / 3), 'account_changed', n,
        '[0,0,"active"]' FROM n;
    WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 6)
    INSERT INTO orders (order_no, id, account_no, idempotency_key, venue, symbol, side,
      order_type, time_in_force, limit_price_in_cents, reference_price_in_cents, num_shares,
      created_at_ms, send_attempted_at_ms, not_after_ms, cancels_requested, cancels_refused,
      cum_qty, cum_notional_in_cents, venue_seq, final_seq, status, is_open, fee_in_cents,
      updated_at_ms, version)
      SELECT n, 'ord_00000000000000' || n, 1 + n % 2, 'k' || n, 'SIM', 'IBM', 'buy', 'limit', 'day',
        180, 180, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 'failed', 0, 0, 1, 1 FROM n`);
  old.close();

  const store = new ShardStore(path, BOUNDS);
  t.after(() => store.close());
  for (const [userId, accountNo, last] of [
    ['usr_00ada', 1, 4_400],
    ['usr_00bob', 2, 2_200],
    ['usr_00cid', 3, 0],
  ] as const) {
    assert.equal(store.accounts.find(userId)?.lastSeq, last);
    for (let after = 0; after < last; after += 37) {
      const [first, second] = store.events.readAfter(accountNo, after, 2);
      assert.equal(first?.seq, after + 1);
      assert.equal(second?.seq ?? last + 1, after + 2);
    }
  }
  const list = new OrderList(path);
  t.after(() => list.close());
  const everything = { statuses: [], symbol: null, updatedSinceMs: null, offset: 0, limit: 9 };
  const idsOf = (userId: string) =>
    list.list({ ...everything, userId, beforeId: null }).orders.map(({ id }) => id.at(-1));
  assert.deepEqual(['usr_00ada', 'usr_00bob', 'usr_00cid'].map(idsOf), [
    ['6', '4', '2'],
    ['5', '3', '1'],
    [],
  ]);
});
