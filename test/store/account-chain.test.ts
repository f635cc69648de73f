// The events and orders of an account are found along chains, whatever others wrote in between.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { EVENT_WALK, EVENTS_PER_LEAP } from '../../src/store/account-chain.ts';
import { ShardStore } from '../../src/store/shard-store.ts';
import { tempDirectory } from '../temp-directory.ts';

const BOUNDS = {
  changesPerCheckpoint: 1_000,
  recentOrdersMax: 1,
  accountsKeptMax: 1,
  holdingsKeptMax: 1,
};
const USERS = ['usr_00ada', 'usr_00bob', 'usr_00cid'] as const;
const BALANCES = { available: 0, reserved: 0, tradingState: 'active' } as const;

/** Turns of events of all users, Ada's most of all; the file is closed and opened in the middle. */
function aShard(t: TestContext, turns: number) {
  const path = join(tempDirectory(t), 'shard-00.db');
  let store = new ShardStore(path, BOUNDS);
  for (let turn = 0; turn < turns; turn++) {
    if (turn === turns >> 1) {
      store.close();
      store = new ShardStore(path, BOUNDS);
    }
    store.turn.begin();
    for (const userId of [USERS[turn % 3] ?? USERS[0], USERS[0]]) {
      const { accountNo } = store.accounts.find(userId) ?? store.accounts.open(userId, 1);
      store.events.appendAccount(accountNo, 'account_changed', turn, BALANCES);
    }
    store.turn.commit();
  }
  t.after(() => store.close());
  return { store, path };
}

test('what comes after any number is found, page by page, also beyond many leaps', (t) => {
  const { store } = aShard(t, 3 * EVENTS_PER_LEAP);
  const account = store.accounts.find(USERS[0]);
  assert(account !== null);
  const { accountNo, lastSeq } = account;
  assert.equal(lastSeq, 4 * EVENTS_PER_LEAP);
  for (const max of [1, 3, EVENTS_PER_LEAP, lastSeq + 1]) {
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
  const { path } = aShard(t, 12 * EVENTS_PER_LEAP);
  const db = new Database(path, { readonly: true });
  t.after(() => db.close());
  const steps = db.prepare<[object], number>(`${EVENT_WALK} SELECT count(*) FROM walk`).pluck();
  const all = steps.get({ accountNo: 1, after: 0, through: 1_000_000 }) ?? 0;
  assert.equal(all, 16 * EVENTS_PER_LEAP);
  const one = steps.get({ accountNo: 1, after: 5, through: 6 }) ?? 0;
  assert(one < 16 + EVENTS_PER_LEAP, `${one} steps`);
});
