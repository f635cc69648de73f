import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { USD } from '../../../src/domain/ledger.ts';
import { ALICE, LINKED, ShardRig, type ShardRigOptions } from './shard-rig.ts';

function funded(t: Pick<TestContext, 'after'>, options: ShardRigOptions = {}): ShardRig {
  const rig = new ShardRig(t, options);
  rig.deposit(ALICE, USD, 500_000);
  rig.deposit(ALICE, 'IBM', 100);
  return rig;
}

test('fills move cash, shares and fee, and give back what the order no longer needs', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted(); // 10 at 180.00, reserved 1,800.18
  rig.execute(rig.trade(id, 4, 17_900), id);
  const part = rig.order(id);
  assert.deepEqual([part.status, part.cumQty, part.leavesQty], ['partially_filled', 4, 6]);
  rig.execute(rig.trade(id, 6, 18_000), id);
  const full = rig.order(id);
  assert.deepEqual(
    [full.status, full.cumQty, full.leavesQty, full.cumNotionalInCents, full.feeInCents],
    ['filled', 10, 0, 179_600, 18],
  );
  assert.deepEqual(rig.account(), {
    userId: ALICE,
    cashInCents: 500_000 - 179_600 - 18,
    reservedInCents: 0,
    buyingPowerInCents: 500_000 - 179_600 - 18,
    tradingState: 'active',
  });
  assert.deepEqual(rig.holdings(), [{ symbol: 'IBM', numShares: 110, reservedShares: 0 }]);
});

test('a sell reserves shares and brings cash less the fee', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted({ side: 'sell', priceInCents: 18_300, numShares: 100 });
  assert.deepEqual(rig.holdings(), [{ symbol: 'IBM', numShares: 100, reservedShares: 100 }]);
  rig.execute(rig.trade(id, 100, 18_300), id);
  assert.equal(rig.account().cashInCents, 500_000 + 1_830_000 - 183);
  assert.deepEqual(rig.holdings(), []);
});

test('E04 a repeated trade is booked once; one with another price is an incident', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  const trade = rig.trade(id, 4, 18_000);
  assert.deepEqual(rig.execute(trade, id), { outcome: 'booked' });
  const after = { order: rig.order(id), account: rig.account(), events: rig.events() };
  assert.deepEqual(rig.execute(trade, id), { outcome: 'already_booked' });
  assert.deepEqual(rig.execute({ ...trade, lastPriceInCents: 17_999 }, id), {
    outcome: 'already_booked',
  });
  assert.deepEqual({ order: rig.order(id), account: rig.account(), events: rig.events() }, after);
  assert.equal(rig.actor.ctx.counters.get('incident_trade_conflict'), 1);
  rig.execute(rig.trade(id, 6, 18_000), id);
  assert.deepEqual(rig.execute(trade, id), { outcome: 'already_booked' }, 'filled meanwhile');
});

test('E04 an execId that another order has is an incident, never taken for a repetition', (t) => {
  const rig = funded(t);
  const [one, other] = [rig.submitted({ numShares: 5 }), rig.submitted({ numShares: 4 })];
  rig.execute(rig.trade(one.id, 4, 17_900, 'same'), one.id);
  rig.execute(rig.trade(other.id, 4, 17_900, 'same'), other.id);
  assert.deepEqual(rig.incidents(), ['trade_conflict']);
});

test('E04 E41 an execId that a new epoch gives again is another trade', (t) => {
  const rig = funded(t);
  const [one, other] = [rig.submitted({ numShares: 5 }), rig.submitted({ numShares: 4 })];
  rig.execute(rig.trade(one.id, 4, 17_900, 'same'), one.id);
  const again = { ...rig.trade(other.id, 4, 17_900, 'same'), epoch: 'e2' };
  assert.deepEqual(rig.execute(again, other.id), { outcome: 'booked' });
  assert.equal(rig.order(other.id).status, 'filled');
  assert.deepEqual(rig.incidents(), []);
});

test('E42 a trade worth more than can be counted exactly is refused, not rounded', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  assert.throws(() => rig.execute(rig.trade(id, 100_000_001, 100_000_001), id), /exactly/);
});

test('S12 I14 no fill is worse than its limit: one that is, is booked as it was made, and is an incident', (t) => {
  const rig = funded(t);
  const buy = rig.submitted();
  rig.execute(rig.trade(buy.id, 1, 17_999), buy.id);
  rig.execute(rig.trade(buy.id, 1, 18_000), buy.id);
  const sell = rig.submitted({ side: 'sell', priceInCents: 18_300 });
  rig.execute(rig.trade(sell.id, 1, 18_301), sell.id);
  rig.execute(rig.trade(sell.id, 1, 18_300), sell.id);
  assert.deepEqual(rig.incidents(), [], 'at the limit or better');
  rig.execute(rig.trade(buy.id, 1, 18_001), buy.id);
  rig.execute(rig.trade(sell.id, 1, 18_299), sell.id);
  assert.deepEqual(rig.incidents(), ['fill_outside_limit', 'fill_outside_limit']);
  assert.deepEqual([rig.order(buy.id).cumQty, rig.order(sell.id).cumQty], [3, 3]);
});

test('E05 executions that outran the acknowledgement are booked with it, as events in order', (t) => {
  const rig = funded(t);
  rig.place();
  const { id } = rig.lastOrder();
  const head = rig.events().length;
  rig.acknowledge(id, [rig.trade(id, 10, 18_000)]);
  assert.deepEqual(
    rig.events(ALICE, head).map(({ kind }) => kind),
    ['order_submitted', 'order_traded', 'account_changed'],
  );
  assert.equal(rig.order(id).status, 'filled');
});

test('E08 a trade after the cancel counts, and a full one makes the order filled', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.execute(rig.execution(id, { execKind: 'cancelled', reason: 'by_exchange', cumQty: 0 }), id);
  rig.execute(rig.trade(id, 4, 18_000), id);
  assert.deepEqual([rig.order(id).status, rig.order(id).cumQty], ['cancelled', 4]);
  rig.execute(rig.trade(id, 6, 18_000), id);
  assert.deepEqual([rig.order(id).status, rig.order(id).cumQty], ['filled', 10]);
  assert.equal(rig.actor.ctx.counters.get('incident_trade_after_close'), 2);
});

test('E20 the final word holds the reservation of fills not seen yet', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.execute(rig.execution(id, { execKind: 'cancelled', reason: 'by_user', cumQty: 3 }), id);
  assert.equal(rig.account().reservedInCents, 3 * 18_000 + 6, 'three shares may still come');
  rig.execute(rig.trade(id, 3, 18_000), id);
  assert.deepEqual([rig.order(id).status, rig.order(id).cumQty], ['cancelled', 3]);
  assert.equal(rig.account().reservedInCents, 0);
});

test('E21 an overfill is booked whole and is an incident', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.execute(rig.trade(id, 8, 18_000), id);
  rig.execute(rig.trade(id, 3, 18_000), id);
  assert.deepEqual([rig.order(id).status, rig.order(id).cumQty], ['filled', 11]);
  assert.equal(rig.actor.ctx.counters.get('incident_overfill'), 1);
});

test('E23 the day ends: expired on the word of the exchange', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.execute(rig.execution(id, { execKind: 'expired', cumQty: 0 }), id);
  assert.equal(rig.order(id).status, 'expired');
  assert.equal(rig.account().reservedInCents, 0);
});

/** An order that we called failed, and its user was told so. */
function calledFailed(rig: ShardRig): string {
  rig.place();
  const { id } = rig.lastOrder();
  rig.actor.answer('SubmitOrder', { outcome: 'not_sent', reason: 'link_down' });
  assert.equal(rig.order(id).status, 'failed');
  return id;
}

test('E12 taken after we had called it failed: resurrected, reserved again, and cancelled', (t) => {
  const rig = funded(t);
  const id = calledFailed(rig);
  rig.acknowledge(id);
  assert.equal(rig.order(id).status, 'pending_cancel', 'nobody wants it any more');
  assert.equal(rig.account().reservedInCents, 180_018);
  assert.deepEqual(rig.incidents(), ['order_resurrected']);
  const result = { outcome: 'cancelled', cancelId: `${id}.c1`, cumQty: 0 } as const;
  rig.actor.answer('SubmitCancel', { outcome: 'answered', result });
  assert.equal(rig.order(id).status, 'cancelled');
  assert.equal(rig.account().reservedInCents, 0);
});

test('E12 with the policy `keep` a resurrected order works on', (t) => {
  const rig = funded(t, { lateAck: 'keep' });
  const id = calledFailed(rig);
  rig.acknowledge(id);
  assert.equal(rig.order(id).status, 'submitted');
});

test('E12 a trade after failed is booked, even when the cash is gone: then only closing is allowed', (t) => {
  const rig = funded(t);
  const id = calledFailed(rig);
  const other = rig.submitted({ numShares: 27 }); // 4,860.49 of 5,000
  rig.acknowledge(id, [{ ...rig.trade(id, 10, 18_000), cumQty: 10 }]);
  assert.deepEqual([rig.order(id).status, rig.order(other.id).status], ['filled', 'submitted']);
  assert(rig.account().buyingPowerInCents < 0);
  assert.equal(rig.account().tradingState, 'reducing');
  assert.deepEqual(rig.incidents(), ['overdrawn', 'order_resurrected']);
});

test('E11 absence is proven by two answers that are late enough, not by one', (t) => {
  const rig = funded(t);
  rig.place();
  const { id, notAfterMs } = rig.lastOrder();
  const provableAtMs = notAfterMs + 2_000;
  const ask = (askedAtMs: number, nothingParked = true) => {
    rig.query(id, null, { askedAtMs, nothingParked });
    return rig.order(id).status;
  };
  assert.equal(ask(provableAtMs - 1), 'pending', 'too early to prove anything');
  assert.equal(ask(provableAtMs), 'pending', 'the bound itself is not later');
  assert.equal(ask(provableAtMs + 1, false), 'pending', 'something is parked: it may be ours');
  assert.equal(ask(provableAtMs + 1), 'pending', 'the first proof');
  assert.equal(ask(provableAtMs + 2), 'failed', 'the second');
  assert.equal(rig.order(id).failCode, 'not_found_at_exchange');
  assert.equal(rig.account().reservedInCents, 0);
});

test('E11 an exchange without notAfter may take the order for 30 s: until then absence proves nothing', (t) => {
  const rig = funded(t);
  assert(LINKED.capabilities !== null);
  rig.link({ ...LINKED, capabilities: { ...LINKED.capabilities, notAfter: false } });
  rig.place();
  const { id, sendAttemptedAtMs } = rig.lastOrder();
  const provableAtMs = sendAttemptedAtMs + 30_000 + 2_000;
  const statuses = [-1, 0, 1, 2].map((ms) => {
    rig.query(id, null, { askedAtMs: provableAtMs + ms });
    return rig.order(id).status;
  });
  assert.deepEqual(statuses, ['pending', 'pending', 'pending', 'failed']);
});

test('an order that the exchange says it refused has failed, though the answer to its submit was lost', (t) => {
  const rig = funded(t);
  rig.place();
  const { id } = rig.lastOrder();
  rig.actor.answer('SubmitOrder', { outcome: 'outcome_unknown', reason: 'no_answer' });
  rig.query(id, { status: 'rejected', reason: 'too_late' });
  const { status, failCode, venueRejected } = rig.order(id);
  assert.deepEqual(
    [status, failCode, venueRejected],
    ['failed', 'rejected_by_exchange', 'too_late'],
  );
  assert.equal(rig.account().reservedInCents, 0);
});

test('what the stream replays is what was sent live, event by event', (t) => {
  const rig = funded(t);
  const head = rig.watch('gateway/0');
  const live: unknown[] = [];
  const collect = () => {
    for (const sent of rig.actor.sent()) {
      if (sent.via === 'offer') live.push(...(sent.message as unknown as { events: [] }).events);
    }
  };
  rig.place();
  collect();
  const { id } = rig.lastOrder();
  rig.acknowledge(id, [rig.trade(id, 4, 17_950)]);
  const cancel = { kind: 'CancelOrder', userId: ALICE, orderId: id, waitMs: 0 } as const;
  rig.actor.receive({ ...cancel, replyTo: rig.actor.replyTo() });
  rig.actor.answer('SubmitCancel', {
    outcome: 'answered',
    result: { outcome: 'cancelled', cancelId: `${id}.c1`, cumQty: 4 },
  });
  collect();
  assert.deepEqual(
    live.map((event) => (event as { kind: string }).kind),
    [
      'order_created',
      'account_changed',
      'order_submitted',
      'order_traded',
      'account_changed',
      'order_cancel_requested',
      'order_cancelled',
      'account_changed',
    ],
  );
  assert.deepEqual(rig.events(ALICE, head), live);
});

test('a watcher without room is dropped and told where to read on', (t) => {
  const rig = funded(t);
  const head = rig.watch('gateway/0');
  rig.actor.ctx.hasRoom = false;
  rig.place();
  const tells = rig.actor.sent().filter((sent) => sent.via === 'tell');
  assert.deepEqual(tells, [
    {
      via: 'tell',
      to: 'gateway/0',
      message: { kind: 'WatcherDropped', userId: ALICE, lastSeq: head },
    },
  ]);
});

test('after a restart everything is there, and a user whose order has no answer yet must wait (E32)', (t) => {
  const rig = funded(t);
  const filled = rig.submitted({ numShares: 1 });
  rig.execute(rig.trade(filled.id, 1, 18_000), filled.id);
  rig.place();
  const pending = rig.lastOrder();
  const before = { account: rig.account(), events: rig.events(), holdings: rig.holdings() };
  rig.actor.restart();
  rig.decide();
  rig.link(LINKED);
  assert.deepEqual(
    { account: rig.account(), events: rig.events(), holdings: rig.holdings() },
    before,
  );
  const refusal = rig.place();
  assert(refusal?.outcome === 'rejected');
  assert.deepEqual([refusal.code, refusal.retry], ['account_reconciling', 'same_key']);
  assert.deepEqual(rig.actor.openAsks('SubmitOrder'), [], 'a pending order is never sent again');
  rig.acknowledge(pending.id);
  assert.equal(rig.place(), null, 'the exchange has spoken: new orders are taken');
  assert(rig.lastOrder().id > pending.id);
});

test('the file is synced at each commit, and its ledger balances to the cent', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.execute(rig.trade(id, 10, 17_777), id);
  const db = new Database(rig.path, { readonly: true });
  t.after(() => db.close());
  const unbalanced = 'SELECT tx_no FROM postings GROUP BY tx_no, asset HAVING sum(amount) <> 0';
  assert.deepEqual(db.prepare(unbalanced).all(), []);
  const drift = `
    SELECT account_no, asset, account FROM balances AS b WHERE amount <>
      (SELECT sum(amount) FROM postings AS p
       WHERE p.account_no = b.account_no AND p.asset = b.asset AND p.account = b.account)`;
  assert.deepEqual(db.prepare(drift).all(), []);
});
