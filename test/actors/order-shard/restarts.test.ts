// What a restart between any two steps of an order leaves, and how it goes on from there.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { USD } from '../../../src/domain/ledger.ts';
import { ALICE, BOB, ShardRig } from './shard-rig.ts';

function funded(t: Pick<TestContext, 'after'>): ShardRig {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 500_000);
  rig.deposit(BOB, USD, 500_000);
  return rig;
}

test('E30 a pending order that does not say when it was sent cannot be stored', (t) => {
  const rig = funded(t);
  rig.place();
  const { id, sendAttemptedAtMs, createdAtMs } = rig.lastOrder();
  assert.equal(sendAttemptedAtMs, createdAtMs, 'both are of one commit');
  rig.actor.close();
  const db = new Database(rig.path);
  t.after(() => db.close());
  const forget = db.prepare('UPDATE orders SET send_attempted_at_ms = NULL WHERE id = ?');
  assert.throws(() => forget.run(id), /NOT NULL constraint failed/);
});

test('E32 a restart with an unknown outcome: that user waits, everyone else trades on', (t) => {
  const rig = funded(t);
  rig.place();
  const { id } = rig.lastOrder();
  rig.restart();
  assert.deepEqual(rig.actor.openAsks('SubmitOrder'), [], 'never sent again');
  const waiting = rig.place();
  assert(waiting?.outcome === 'rejected');
  assert.deepEqual([waiting.code, waiting.retry], ['account_reconciling', 'same_key']);
  assert.equal(rig.place({ userId: BOB }), null, 'taken');
  assert.equal(rig.cancel(id), null, 'a cancel passes');
  assert.equal(rig.order(id).status, 'pending_cancel', 'and so do reads');
  rig.query(id, { status: 'open' });
  assert.equal(rig.place({ numShares: 1 }), null, 'one definite answer is enough');
});

test('E33 the acknowledgement whose commit was lost comes again, and its trades with it', (t) => {
  const rig = funded(t);
  rig.place();
  const { id } = rig.lastOrder();
  rig.restart();
  rig.acknowledge(id, [{ ...rig.trade(id, 4, 18_000), cumQty: 4 }]);
  const { status, cumQty, externalOrderId } = rig.order(id);
  assert.deepEqual([status, cumQty, externalOrderId], ['partially_filled', 4, `ext-${id}`]);
});

test('E34 committed, and the reply lost: the retry gets the original, the stream has its events', (t) => {
  const rig = funded(t);
  const head = rig.events().length;
  rig.place({ idempotencyKey: 'monday-1' });
  const { id } = rig.lastOrder();
  rig.acknowledge(id);
  rig.restart();
  const again = rig.place({ idempotencyKey: 'monday-1' });
  assert(again?.outcome === 'order');
  assert.deepEqual([again.order.id, again.replayed, again.order.status], [id, true, 'submitted']);
  assert.deepEqual(
    rig.events(ALICE, head).map(({ kind }) => kind),
    ['order_created', 'account_changed', 'order_submitted'],
  );
});

test("E40 the exchange's clock may run anywhere: our sequence orders the fills, its time is kept raw", (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  const nowMs = rig.actor.ctx.nowMs();
  for (const [qty, exchangeAtMs] of [
    [4, nowMs + 86_400_000],
    [6, 5],
  ] as const) {
    rig.execute({ ...rig.trade(id, qty, 18_000), exchangeAtMs }, id);
  }
  const trades = rig.events().filter(({ topic }) => topic === 'trade');
  assert.deepEqual(
    trades.map((event) => event.topic === 'trade' && event.lastQty),
    [4, 6],
  );
  assert(trades.every(({ atMs }) => atMs === nowMs));
  rig.actor.close();
  const db = new Database(rig.path, { readonly: true });
  t.after(() => db.close());
  const kept = db.prepare('SELECT exchange_at_ms FROM fills ORDER BY fill_no').pluck().all();
  assert.deepEqual(kept, [nowMs + 86_400_000, 5]);
});
