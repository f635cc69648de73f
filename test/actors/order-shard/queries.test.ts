// What the exchange's answers to our questions prove, and what they do not.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { USD } from '../../../src/domain/ledger.ts';
import { ALICE, ShardRig } from './shard-rig.ts';

function funded(t: Pick<TestContext, 'after'>): ShardRig {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 500_000);
  return rig;
}

function reasons(rig: ShardRig): string[] {
  return rig.unresolved().map(({ reason }) => reason);
}

test('E13 a cancel too late without a fill to explain it: the exchange is asked', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.cancel(id);
  const late = {
    outcome: 'refused',
    cancelId: `${id}.c1`,
    reason: 'too_late',
    cumQty: 10,
  } as const;
  rig.actor.answer('SubmitCancel', { outcome: 'answered', result: late });
  assert.deepEqual([rig.order(id).status, reasons(rig)], ['submitted', ['too_late']]);
  const filled = rig.query(id, { status: 'filled', cumQty: 10 });
  assert.deepEqual(filled, { outcome: 'already_booked', fillsMissing: true });
  assert.deepEqual(reasons(rig), ['too_late'], 'until its fills are here');
  rig.execute({ ...rig.trade(id, 10, 18_000), cumQty: 10 }, id);
  assert.deepEqual([rig.order(id).status, reasons(rig)], ['filled', []]);
});

test('E13 a cancel too late, and yet the order works: it stays open and is asked about no more', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.cancel(id);
  const late = { outcome: 'refused', cancelId: `${id}.c1`, reason: 'too_late', cumQty: 0 } as const;
  rig.actor.answer('SubmitCancel', { outcome: 'answered', result: late });
  rig.actor.advance(1_000);
  rig.query(id, { status: 'open' });
  assert.deepEqual([rig.order(id).status, reasons(rig)], ['submitted', []]);
});

test('E20 closed there with fills we have not seen: the difference stays reserved, also after a restart', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  const answer = rig.query(id, { status: 'cancelled', cumQty: 4, reason: 'by_venue' });
  assert.deepEqual(answer, { outcome: 'booked', fillsMissing: true });
  assert.deepEqual([rig.order(id).status, rig.order(id).cumQty], ['cancelled', 0]);
  assert.equal(rig.account().reservedInCents, 4 * 18_000 + 8);
  assert.deepEqual(reasons(rig), ['missing_fills']);
  rig.restart();
  assert.deepEqual(reasons(rig), ['missing_fills']);
  rig.execute({ ...rig.trade(id, 4, 17_900), cumQty: 4 }, id);
  assert.deepEqual([rig.order(id).status, rig.order(id).cumQty], ['cancelled', 4]);
  assert.deepEqual([rig.account().reservedInCents, reasons(rig)], [0, []]);
  assert.deepEqual(rig.incidents(), [], 'a fill that the exchange had counted is no surprise');
  const kinds = rig.events().map(({ kind }) => kind);
  assert(kinds.includes('order_traded') && !kinds.includes('trade_after_cancel'));
});

test('E35 E41 fills that the exchange has counted and lost with its book: an incident, once, and the difference stays reserved', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.query(id, { status: 'cancelled', cumQty: 4, reason: 'by_venue' });
  for (let asked = 0; asked < 3; asked++) rig.query(id, null, { epoch: 'e2' });
  assert.deepEqual(rig.incidents(), ['fills_not_listed']);
  assert.deepEqual([rig.order(id).status, rig.order(id).cumQty], ['cancelled', 0]);
  assert.equal(rig.account().reservedInCents, 4 * 18_000 + 8);
  assert.deepEqual(reasons(rig), ['missing_fills']);
  rig.execute({ ...rig.trade(id, 4, 17_900), cumQty: 4 }, id);
  assert.deepEqual([rig.account().reservedInCents, reasons(rig)], [0, []], 'if they come at last');
});

test('E08 a trade beyond what the exchange had counted is a surprise: booked, and an incident', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.execute(rig.execution(id, { execKind: 'cancelled', cumQty: 0, reason: 'requested' }), id);
  rig.execute({ ...rig.trade(id, 4, 18_000), cumQty: 4 }, id);
  assert.deepEqual([rig.order(id).status, rig.order(id).cumQty], ['cancelled', 4]);
  assert.deepEqual(rig.incidents(), ['trade_after_close']);
  assert(rig.events().some(({ kind }) => kind === 'trade_after_cancel'));
});

test('E23 a day order that is expired there expires here on that word', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.query(id, { status: 'expired', reason: 'end_of_session' });
  assert.deepEqual([rig.order(id).status, rig.account().reservedInCents], ['expired', 0]);
});

test('E41 a new epoch that knows nothing of an order: lost after two answers a settle window apart', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.execute({ ...rig.trade(id, 4, 18_000), cumQty: 4 }, id);
  rig.actor.advance(10_000);
  rig.query(id, null, { epoch: 'e2' });
  rig.actor.advance(1_999);
  rig.query(id, null, { epoch: 'e2' });
  assert.equal(rig.order(id).status, 'partially_filled');
  rig.actor.advance(1);
  rig.query(id, null, { epoch: 'e2', nothingParked: false }); // a stranger's
  const { status, cumQty, cancelled } = rig.order(id);
  assert.deepEqual([status, cumQty, cancelled], ['cancelled', 4, 'venue_book_lost']);
  assert.equal(rig.account().reservedInCents, 0);
  assert.deepEqual(rig.incidents(), ['venue_book_lost']);
});

test('E41 news of the order starts the settle window again', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.query(id, null, { epoch: 'e2' });
  rig.actor.advance(1_500);
  rig.execute({ ...rig.trade(id, 4, 18_000), cumQty: 4 }, id);
  rig.actor.advance(1_500);
  rig.query(id, null, { epoch: 'e2' });
  assert.equal(rig.order(id).status, 'partially_filled');
});

test('E41 the same epoch that took an order and denies it proves nothing: held, one incident', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  for (let asked = 0; asked < 3; asked++) {
    rig.actor.advance(30_000);
    rig.query(id, null);
  }
  assert.equal(rig.order(id).status, 'submitted');
  assert.equal(rig.account().reservedInCents, 180_018);
  assert.deepEqual(rig.incidents(), ['forgotten_by_venue']);
});

test('E16 a cancel without an answer says why, once per reason', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.cancel(id);
  for (const reason of ['link_down', 'link_down', 'deadline']) {
    rig.actor.answer('SubmitCancel', { outcome: 'cannot_tell', reason });
    rig.actor.advance(2_000);
  }
  assert.deepEqual(
    [rig.order(id).status, rig.order(id).cancelError],
    ['pending_cancel', 'deadline'],
  );
  const told = rig.events().filter(({ kind }) => kind === 'order_cancel_unanswered');
  assert.equal(told.length, 2);
});

test('E42 an order whose booking was poison: its user is restricted to closing, others trade on', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  const detail = { execId: 'x9', error: 'Error' };
  const incident = 'execution_quarantined';
  rig.actor.receive({ kind: 'IncidentFound', orderId: id, incident, detail });
  assert.deepEqual([rig.account().tradingState, rig.incidents()], ['reducing', [incident]]);
  const refused = rig.place();
  assert(refused?.outcome === 'rejected');
  assert.equal(refused.code, 'reduce_only');
});

test('for the full match open orders come in pages, oldest first', (t) => {
  const rig = funded(t);
  const ids = [1, 2, 3, 4, 5].map((numShares) => rig.submitted({ numShares }).id);
  rig.execute({ ...rig.trade(ids[1] ?? '', 2, 18_000), cumQty: 2 }, ids[1] ?? '');
  const pages: string[][] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page = rig.openOrders(after, 2);
    pages.push(page.orders.map(({ orderId }) => orderId));
    after = page.nextAfter;
  }
  assert.deepEqual(pages, [[ids[0], ids[2]], [ids[3], ids[4]], []]);
});
