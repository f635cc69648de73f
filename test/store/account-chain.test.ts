// The events and orders of an account are found along chains, whatever others wrote in between.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { EVENT_WALK, FAR_LEAP, LEAP } from '../../src/store/account-chain.ts';
import { ShardStore } from '../../src/store/shard-store.ts';
import { ALICE, BOB, ShardRig } from '../actors/order-shard/shard-rig.ts';
import { tempDirectory } from '../temp-directory.ts';

/** Nothing is kept that could be forgotten. */
const BOUNDS = {
  changesPerCheckpoint: 1_000,
  recentOpenOrders: 1,
  recentEndedOrders: 1,
  accountsKeptMax: 1,
  holdingsKeptMax: 1,
};
const BALANCES = { available: 0, reserved: 0, tradingState: 'active' } as const;
const OTHERS = ['usr_00bob', 'usr_00cid'] as const;

/** Ada's events, so many; others' between them. The file is closed and opened on the way. */
function aShard(t: TestContext, events: number) {
  const path = join(tempDirectory(t), 'shard-00.db');
  let store = new ShardStore(path, BOUNDS);
  const append = (userId: string) => {
    const { accountNo } = store.accounts.find(userId) ?? store.accounts.open(userId, 1);
    store.events.appendAccount(accountNo, 'account_changed', 1, BALANCES);
  };
  for (let event = 0; event < events; ) {
    store.turn.begin();
    for (let n = 0; n < 7 && event < events; n++, event++) {
      append('usr_00ada');
      if (n % 3 === 0) append(OTHERS[event % 2] ?? OTHERS[0]);
      if (n === 4) store.flush(); // as a read in the middle of a turn does
    }
    store.turn.commit();
    if (event % 5 !== 0) continue;
    store.close();
    store = new ShardStore(path, BOUNDS);
  }
  t.after(() => store.close());
  const account = store.accounts.find('usr_00ada');
  assert(account !== null);
  return { store, path, account };
}

test('what comes after any number is found, page by page, also beyond many leaps', (t) => {
  const { store, account } = aShard(t, 4 * LEAP + 1);
  const { accountNo, lastSeq } = account;
  assert.equal(lastSeq, 4 * LEAP + 1);
  for (const max of [1, 3, LEAP, lastSeq + 1]) {
    for (let after = 0; after <= lastSeq; after++) {
      const found = store.events.readAfter(accountNo, after, max).map(({ seq }) => seq);
      const expected = Array.from({ length: Math.min(max, lastSeq - after) }, (_, at) => {
        return after + at + 1;
      });
      assert.deepEqual(found, expected, `${max} after ${after}`);
    }
  }
});

test('a page far behind the newest is reached in leaps, not event by event', (t) => {
  const { path, store, account } = aShard(t, 3 * FAR_LEAP + 3 * LEAP);
  const db = new Database(path, { readonly: true });
  t.after(() => db.close());
  const steps = db.prepare<[object], number>(`${EVENT_WALK} SELECT count(*) FROM walk`).pluck();
  const { accountNo, lastSeq } = account;
  assert.equal(steps.get({ accountNo, after: 0, through: lastSeq }), lastSeq);
  for (const after of [0, LEAP - 1, LEAP, LEAP + 1, FAR_LEAP - 1, FAR_LEAP, 2 * FAR_LEAP + 5]) {
    const [found] = store.events.readAfter(accountNo, after, 1);
    assert.equal(found?.seq, after + 1);
    const taken = steps.get({ accountNo, after, through: after + 1 }) ?? 0;
    assert(taken < 3 + 2 * (FAR_LEAP / LEAP) + LEAP + 3, `${taken} steps to ${after}`);
  }
});

test("an account's orders name the one before, also over a restart and when it was forgotten", (t) => {
  const rig = new ShardRig(t); // keeps one account
  for (const userId of [ALICE, BOB]) rig.deposit(userId, 'USD', 10_000_000);
  const placed = [ALICE, BOB, ALICE, ALICE, BOB].map((userId) => rig.submitted({ userId }).id);
  rig.restart();
  placed.push(...[BOB, ALICE].map((userId) => rig.submitted({ userId }).id));
  const db = new Database(rig.path, { readonly: true });
  t.after(() => db.close());
  const rows = db
    .prepare('SELECT id, order_no, prior_order_no FROM orders ORDER BY order_no')
    .raw()
    .all();
  assert.deepEqual(rows, [
    [placed[0], 1, null],
    [placed[1], 2, null],
    [placed[2], 3, 1],
    [placed[3], 4, 3],
    [placed[4], 5, 2],
    [placed[5], 6, 5],
    [placed[6], 7, 4],
  ]);
  const ends = db.prepare('SELECT last_order_no FROM accounts ORDER BY account_no').pluck().all();
  assert.deepEqual(ends, [7, 6]);
});
