// exchange-connection: what a kill switch does to submits. Cancels have a lane of their own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../../src/limits.ts';
import { orderIdOf } from '../venue-messages.ts';
import { ConnectionRig, DECISION, ORDER_CONNECTIONS, repliesOf } from './connection-rig.ts';

const HALTED = { state: 'halted', reason: 'drill' } as const;
const NOT_SENT = { outcome: 'not_sent', reason: 'halted' };
const BATCH = 2;

/** Each connection carries a batch of two, and `queued` more submits wait. */
function busy(queued: number): ConnectionRig {
  const rig = new ConnectionRig();
  rig.linkUp({ batchOrdersMax: BATCH });
  const submits = ORDER_CONNECTIONS * BATCH + queued;
  rig.receive(...Array.from({ length: submits }, (_, index) => rig.submit(index + 1)));
  assert.equal(rig.openEffects('PlaceOrders').length, ORDER_CONNECTIONS);
  rig.sent();
  return rig;
}

test('a halt calls back what is queued, names what is written, and refuses what comes later', () => {
  const rig = busy(2);
  rig.decide({ broker: HALTED });
  const onTheWire = [1, 2, 3, 4].map((n) => orderIdOf(n));
  assert.deepEqual(repliesOf(rig.sent()), [
    [5, NOT_SENT],
    [6, NOT_SENT],
    [DECISION, { outcome: 'applied', notSent: 2, onTheWire }],
  ]);
  rig.receive(rig.submit(7));
  assert.deepEqual(repliesOf(rig.sent()), [[7, NOT_SENT]]);
  rig.finish('PlaceOrders', { outcome: 'unknown', reason: 'no_answer' });
  assert.equal(rig.openEffects('PlaceOrders').length, ORDER_CONNECTIONS - 1, 'nothing more goes');
});

test('I15 a submit that was given up a moment ago may still arrive: it is named', () => {
  const rig = busy(0);
  rig.finish('PlaceOrders', { outcome: 'unknown', reason: 'no_answer' });
  rig.sent();
  rig.decide({ broker: HALTED });
  const onTheWire = [3, 4, 1, 2].map((n) => orderIdOf(n));
  assert.deepEqual(repliesOf(rig.sent()), [
    [DECISION, { outcome: 'applied', notSent: 0, onTheWire }],
  ]);
  rig.advance(LIMITS.notAfterMs + LIMITS.clockSkewMs + 1);
  rig.decide({ broker: HALTED });
  const [, applied] = repliesOf(rig.sent()).at(-1) ?? [];
  assert.deepEqual(applied, { outcome: 'applied', notSent: 0, onTheWire: [] });
});

test('a halted symbol stops its own submits only', () => {
  const rig = busy(1);
  const aig = { ...rig.submit(9), symbol: 'AIG' };
  rig.receive(aig);
  rig.decide({ symbols: [{ symbol: 'AIG', ...HALTED }] });
  assert.deepEqual(repliesOf(rig.sent()), [
    [aig.replyTo.correlationId, NOT_SENT],
    [DECISION, { outcome: 'applied', notSent: 1, onTheWire: [] }],
  ]);
  rig.receive({ ...rig.submit(10), symbol: 'AIG' });
  assert.deepEqual(repliesOf(rig.sent()), [[7, NOT_SENT]]);
  rig.finish('PlaceOrders', { outcome: 'unknown', reason: 'no_answer' });
  assert.equal(rig.openEffects('PlaceOrders').length, ORDER_CONNECTIONS, 'IBM goes on');
});

test('reducing is for the shards to judge: what they have taken is sent', () => {
  const rig = busy(1);
  rig.decide({ broker: { state: 'reducing', reason: null } });
  const applied = { outcome: 'applied', notSent: 0, onTheWire: [] };
  assert.deepEqual(repliesOf(rig.sent()), [[DECISION, applied]]);
});

test('released, it takes submits again', () => {
  const rig = new ConnectionRig();
  rig.linkUp();
  rig.decide({ broker: HALTED });
  rig.decide();
  rig.receive(rig.submit(1));
  assert.equal(rig.openEffects('PlaceOrders').length, 1);
});

test('after a restart submits wait in the queue until it has heard whether trading is halted', () => {
  const rig = new ConnectionRig();
  rig.linkUp();
  rig.restart();
  rig.linkUpUndecided();
  rig.receive(rig.submit(1), rig.submit(2));
  assert.deepEqual(rig.openEffects('PlaceOrders'), []);
  rig.decide();
  assert.equal(rig.openEffects('PlaceOrders').length, 1);
  rig.restart();
  rig.linkUpUndecided();
  rig.receive(rig.submit(3));
  rig.sent();
  rig.decide({ broker: HALTED });
  assert.deepEqual(repliesOf(rig.sent())[0], [3, NOT_SENT]);
  assert.deepEqual(rig.openEffects('PlaceOrders'), []);
});

test('one user can be called back: the others stay in the queue', () => {
  const rig = busy(1);
  const theirs = { ...rig.submit(9), userId: 'usr_00b' };
  rig.receive(theirs);
  const replyTo = rig.replyTo<never>();
  rig.receive({ kind: 'RecallSubmits', userId: 'usr_00b', replyTo });
  assert.deepEqual(repliesOf(rig.sent()), [
    [theirs.replyTo.correlationId, NOT_SENT],
    [replyTo.correlationId, { outcome: 'recalled', notSent: 1, onTheWire: [] }],
  ]);
  rig.receive({ kind: 'RecallSubmits', userId: 'usr_00a', replyTo });
  const onTheWire = [1, 2, 3, 4].map((n) => orderIdOf(n));
  assert.deepEqual(repliesOf(rig.sent()).at(-1), [
    replyTo.correlationId,
    { outcome: 'recalled', notSent: 1, onTheWire },
  ]);
});

test('cancels go out while everything is halted', () => {
  const rig = busy(0);
  rig.decide({ broker: HALTED });
  const cancel = { kind: 'SubmitCancel', orderId: orderIdOf(1), externalOrderId: null } as const;
  rig.receive({ ...cancel, cancelId: `${orderIdOf(1)}.c1`, replyTo: rig.replyTo() });
  assert.equal(rig.openEffects('CancelOrders').length, 1);
});
