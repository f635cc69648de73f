import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LINK_DOWN, type SubmitCancel } from '../../../src/actors/exchange-connection/protocol.ts';
import type { GetShardState } from '../../../src/actors/order-shard/protocol.ts';
import { USD } from '../../../src/domain/ledger.ts';
import type { ReplyOf } from '../../../src/runtime/actor.ts';
import { ALICE, BOB, LINKED, ShardRig } from './shard-rig.ts';

class CancelRig extends ShardRig {
  constructor(t: Pick<TestContext, 'after'>) {
    super(t);
    this.deposit(ALICE, USD, 500_000);
  }

  cancelsWaiting(): number | undefined {
    const replyTo = this.actor.replyTo<ReplyOf<GetShardState>>();
    this.actor.receive({ kind: 'GetShardState', replyTo });
    return this.reply<ReplyOf<GetShardState>>(replyTo.correlationId)?.cancelsWaiting;
  }

  confirm(orderId: string, cumQty = 0): void {
    const result = { outcome: 'cancelled', cancelId: `${orderId}.c1`, cumQty } as const;
    this.actor.answer('SubmitCancel', { outcome: 'answered', result });
  }
}

test('a cancel is durable as pending_cancel before it is sent, and ends cancelled on the word of the exchange', (t) => {
  const rig = new CancelRig(t);
  const { id } = rig.submitted();
  assert.equal(rig.cancel(id), null);
  assert.equal(rig.order(id).status, 'pending_cancel');
  assert.deepEqual(rig.actor.openAsks('SubmitCancel'), [
    {
      kind: 'SubmitCancel',
      cancelId: `${id}.c1`,
      orderId: id,
      externalOrderId: `ext-${id}`,
    },
  ]);
  rig.confirm(id);
  assert.equal(rig.order(id).status, 'cancelled');
  assert.equal(rig.account().reservedInCents, 0);
});

test('cancelling again sends nothing more and answers with the order as it stands', (t) => {
  const rig = new CancelRig(t);
  const { id } = rig.submitted();
  rig.cancel(id);
  assert.equal(rig.cancel(id), null, 'it waits with the first');
  assert.equal(rig.actor.openAsks('SubmitCancel').length, 1);
  rig.confirm(id);
  const again = rig.cancel(id);
  assert(again?.outcome === 'order');
  assert.equal(again.order.status, 'cancelled');
});

test('a filled or failed order cannot be cancelled: order_closed', (t) => {
  const rig = new CancelRig(t);
  const { id } = rig.submitted();
  rig.execute(rig.trade(id, 10, 18_000), id);
  const refusal = rig.cancel(id);
  assert(refusal?.outcome === 'rejected');
  assert.equal(refusal.code, 'order_closed');
});

test("I21 another user's order is not there", (t) => {
  const rig = new CancelRig(t);
  const { id } = rig.submitted();
  const refusal = rig.cancel(id, BOB);
  assert(refusal?.outcome === 'rejected');
  assert.equal(refusal.code, 'order_not_found');
  assert.equal(rig.order(id).status, 'submitted');
});

test('E07 a part fill does not end a cancel, a full fill wins against it', (t) => {
  const rig = new CancelRig(t);
  const { id } = rig.submitted();
  rig.cancel(id);
  rig.execute(rig.trade(id, 4, 18_000), id);
  assert.deepEqual([rig.order(id).status, rig.order(id).cumQty], ['pending_cancel', 4]);
  rig.execute(rig.trade(id, 6, 18_000), id);
  assert.equal(rig.order(id).status, 'filled');
  const result = { outcome: 'refused', cancelId: `${id}.c1`, reason: 'too_late', cumQty: 10 };
  rig.actor.answer('SubmitCancel', { outcome: 'answered', result });
  assert.equal(rig.order(id).status, 'filled');
});

test('E15 a cancel of an order still in the queue withdraws it there, without a call to the exchange', (t) => {
  const rig = new CancelRig(t);
  rig.place();
  const { id } = rig.lastOrder();
  rig.actor.sent();
  rig.cancel(id);
  const told = rig.actor.sent().flatMap((sent) => (sent.via === 'tell' ? [sent.message] : []));
  assert.deepEqual(told, [{ kind: 'WithdrawSubmit', orderId: id }]);
  rig.actor.answer('SubmitOrder', { outcome: 'not_sent', reason: 'withdrawn' });
  assert.equal(rig.order(id).status, 'cancelled');
  assert.deepEqual(rig.actor.openAsks('SubmitCancel'), []);
});

test('E15 a cancel of an order on the wire goes out the moment the acknowledgement arrives', (t) => {
  const rig = new CancelRig(t);
  rig.place();
  const { id } = rig.lastOrder();
  rig.cancel(id);
  assert.deepEqual(rig.actor.openAsks('SubmitCancel'), []);
  rig.acknowledge(id);
  assert.equal(rig.order(id).status, 'pending_cancel');
  assert.equal(rig.actor.openAsks('SubmitCancel').length, 1);
});

test('E15 a cancel of an order with an unknown outcome goes out by its clientOrderId', (t) => {
  const rig = new CancelRig(t);
  rig.place();
  const { id } = rig.lastOrder();
  rig.cancel(id);
  rig.actor.answer('SubmitOrder', { outcome: 'outcome_unknown', reason: 'no_answer' });
  assert.deepEqual(rig.actor.openAsks('SubmitCancel'), [
    { kind: 'SubmitCancel', cancelId: `${id}.c1`, orderId: id, externalOrderId: null },
  ]);
});

test('E15 a cancel answered before the acknowledgement ends the order only after it, with its fills', (t) => {
  const rig = new CancelRig(t);
  rig.place();
  const { id } = rig.lastOrder();
  rig.cancel(id);
  rig.actor.answer('SubmitOrder', { outcome: 'outcome_unknown', reason: 'no_answer' });
  rig.confirm(id, 4);
  assert.equal(rig.order(id).status, 'pending_cancel', 'the reconciler still asks whose it is');
  rig.acknowledge(id, [rig.trade(id, 4, 18_000)]);
  rig.confirm(id, 4);
  const { status, cumQty } = rig.order(id);
  assert.deepEqual([status, cumQty], ['cancelled', 4]);
  assert.equal(rig.account().reservedInCents, 0);
});

test('E14 a cancel that met an unknown order is asked anew: the same id would repeat the same answer', (t) => {
  const rig = new CancelRig(t);
  rig.place();
  const { id } = rig.lastOrder();
  rig.cancel(id);
  rig.actor.answer('SubmitOrder', { outcome: 'outcome_unknown', reason: 'no_answer' });
  const result = { outcome: 'refused', cancelId: `${id}.c1`, reason: 'unknown_order' };
  rig.actor.answer('SubmitCancel', { outcome: 'answered', result: { ...result, cumQty: null } });
  assert.equal(rig.order(id).status, 'pending_cancel');
  rig.query(id, null);
  rig.actor.advance(20_000);
  assert.deepEqual(rig.actor.openAsks('SubmitCancel'), [], 'nothing to cancel has been found');
  rig.acknowledge(id);
  const [anew] = rig.actor.openAsks('SubmitCancel') as SubmitCancel[];
  assert.equal(anew?.cancelId, `${id}.c2`);
});

test('E16 a cancel without an answer is repeated with the same id, and at once when the link is back', (t) => {
  const rig = new CancelRig(t);
  const { id } = rig.submitted();
  rig.cancel(id);
  rig.actor.answer('SubmitCancel', { outcome: 'cannot_tell', reason: 'no_answer' });
  assert.equal(rig.order(id).status, 'pending_cancel');
  assert.deepEqual(rig.actor.openAsks('SubmitCancel'), []);
  rig.actor.advance(500);
  assert.equal(rig.actor.openAsks('SubmitCancel').length, 1);
  rig.actor.answer('SubmitCancel', { outcome: 'unknown', reason: 'stopped' });
  rig.link(LINK_DOWN);
  rig.link(LINKED);
  const [repeated] = rig.actor.openAsks('SubmitCancel');
  assert.equal((repeated as unknown as { cancelId: string }).cancelId, `${id}.c1`);
  rig.confirm(id);
  assert.equal(rig.order(id).status, 'cancelled');
});

test('E16 a cancel asked before a restart is sent after it', (t) => {
  const rig = new CancelRig(t);
  const { id } = rig.submitted();
  rig.cancel(id);
  rig.actor.restart();
  assert.equal(rig.order(id).status, 'pending_cancel');
  rig.link(LINKED);
  assert.equal(rig.actor.openAsks('SubmitCancel').length, 1);
  rig.confirm(id);
  assert.equal(rig.order(id).status, 'cancelled');
});

test('E41 a cancel does not name an id of a book that is lost: there it may be another order', (t) => {
  const rig = new CancelRig(t);
  const { id } = rig.submitted();
  const { capabilities } = LINKED;
  assert(capabilities !== null);
  rig.link({ ...LINKED, capabilities: { ...capabilities, epoch: 'e2' } });
  rig.cancel(id);
  const [sent] = rig.actor.openAsks('SubmitCancel') as unknown as SubmitCancel[];
  assert.deepEqual([sent?.orderId, sent?.externalOrderId], [id, null]);
});

test('E13 a cancel that came too late is refused; the order goes on by its facts', (t) => {
  const rig = new CancelRig(t);
  const { id } = rig.submitted();
  rig.cancel(id);
  const result = { outcome: 'refused', cancelId: `${id}.c1`, reason: 'too_late', cumQty: 10 };
  rig.actor.answer('SubmitCancel', { outcome: 'answered', result });
  assert.deepEqual([rig.order(id).status, rig.order(id).cancelRefusal], ['submitted', 'too_late']);
  rig.execute(rig.trade(id, 10, 18_000), id);
  assert.equal(rig.order(id).status, 'filled');
});

test('a cancel whose order ends without it is forgotten', (t) => {
  const rig = new CancelRig(t);
  const ends: ((id: string) => void)[] = [
    () => rig.actor.answer('SubmitOrder', { outcome: 'not_sent', reason: 'withdrawn' }),
    () => rig.actor.answer('SubmitOrder', { outcome: 'refused', reason: 'market_closed' }),
    (id) => void rig.acknowledge(id, [rig.trade(id, 10, 18_000)]),
    (id) => rig.query(id, { status: 'rejected', reason: 'too_late' }),
  ];
  for (const end of ends) {
    rig.place();
    const { id } = rig.lastOrder();
    rig.cancel(id);
    assert.equal(rig.cancelsWaiting(), 1);
    end(id);
    assert.equal(rig.order(id).isOpen, false);
    assert.equal(rig.cancelsWaiting(), 0);
    rig.actor.ctx.asks = [];
  }
});

test('a cancel answered after its order has ended is forgotten', (t) => {
  const rig = new CancelRig(t);
  rig.place();
  const { id } = rig.lastOrder();
  rig.cancel(id);
  rig.actor.answer('SubmitOrder', { outcome: 'outcome_unknown', reason: 'no_answer' });
  rig.query(id, { status: 'rejected', reason: 'too_late' });
  const result = { outcome: 'refused', cancelId: `${id}.c1`, reason: 'unknown_order' };
  rig.actor.answer('SubmitCancel', { outcome: 'answered', result: { ...result, cumQty: null } });
  assert.equal(rig.cancelsWaiting(), 0);
});
