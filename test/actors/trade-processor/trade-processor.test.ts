import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LIMITS } from '../../../src/limits.ts';
import { START_MS } from '../test-context.ts';
import { anExecution, EPOCH } from '../venue-messages.ts';
import {
  acknowledged,
  asked,
  BOOKED,
  kinds,
  mapped,
  newRig,
  ON_SHARD_1,
  ORDER,
  OTHER,
  parkedOf,
  positionOf,
  recordOf,
  replied,
  reported,
  STOPPED,
  swapAsks,
  takeOf,
} from './trade-rig.ts';

describe('trade-processor: acceptances', () => {
  test('an acceptance is recorded, then acknowledged to the shard of its order', (t) => {
    const rig = newRig(t);
    rig.receive(recordOf(rig, [ON_SHARD_1, 'x3']));
    assert.deepEqual(rig.sent(), [
      acknowledged('order-shard/01', ON_SHARD_1, 'x3', []),
      replied(1, { outcome: 'recorded' }),
    ]);
  });

  test('an acceptance that comes again is acknowledged again, unless that is on its way', (t) => {
    const rig = newRig(t);
    rig.receive(recordOf(rig, [ORDER, 'x1']), recordOf(rig, [ORDER, 'x1']));
    assert.deepEqual(kinds(rig.sent()), ['OrderAcknowledged', 'recorded', 'recorded']);
    rig.answer('OrderAcknowledged', BOOKED);
    rig.receive(recordOf(rig, [ORDER, 'x1']));
    assert.deepEqual(kinds(rig.sent()), ['OrderAcknowledged', 'recorded']);
  });

  test('an external id claimed by a second order is an incident and changes nothing', (t) => {
    const rig = newRig(t);
    rig.receive(recordOf(rig, [ORDER, 'x1']));
    rig.answer('OrderAcknowledged', BOOKED);
    rig.sent();
    rig.receive(recordOf(rig, [OTHER, 'x1']));
    assert.deepEqual(rig.sent(), [replied(2, { outcome: 'recorded' })]);
    assert.equal(rig.ctx.counters.get('mapping_conflicts'), 1);
    assert.equal(rig.ctx.logs.at(-1)?.level, 'error');
    rig.receive(takeOf(rig, anExecution(1)));
    assert.deepEqual(rig.openAsks('ExecutionReported'), [reported(ORDER, anExecution(1))]);
  });

  test('the same external id of another epoch is another order', (t) => {
    const rig = newRig(t);
    rig.receive(recordOf(rig, [ORDER, 'x1']), recordOf(rig, [OTHER, 'x1'], 'e2'));
    assert.deepEqual(
      rig.openAsks('OrderAcknowledged').map((ask) => 'orderId' in ask && ask.orderId),
      [ORDER, OTHER],
    );
  });
});

describe('trade-processor: executions', () => {
  test('an execution of a known order goes to its shard in feed order', (t) => {
    const rig = mapped(t);
    rig.receive(takeOf(rig, anExecution(1), anExecution(2)));
    assert.deepEqual(rig.sent(), [
      asked(reported(ORDER, anExecution(1))),
      asked(reported(ORDER, anExecution(2))),
      replied(3, { outcome: 'taken' }),
    ]);
  });

  test('E05 executions that outrun the acknowledgement are parked, and travel with it', (t) => {
    const rig = newRig(t);
    rig.receive(takeOf(rig, anExecution(1), anExecution(2, { externalOrderId: 'x2' })));
    rig.receive(takeOf(rig, anExecution(3)));
    assert.deepEqual(rig.sent(), [
      replied(1, { outcome: 'taken' }),
      replied(2, { outcome: 'taken' }),
    ]);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 3 }, 'parked counts as done');
    assert.deepEqual(parkedOf(rig), {
      parked: 3,
      quarantined: 0,
      oldestParkedAtMs: START_MS,
      newestParkedAtMs: START_MS,
      inFlight: 0,
    });
    rig.sent();
    rig.receive(recordOf(rig, [ORDER, 'x1']));
    const executions = [anExecution(1), anExecution(3)];
    assert.deepEqual(rig.sent()[0], acknowledged('order-shard/00', ORDER, 'x1', executions));
    rig.answer('OrderAcknowledged', BOOKED);
    assert.equal(parkedOf(rig).parked, 1, 'the stranger is still parked');
  });

  test('E05 E17 parked executions travel in feed order, whatever their ids', (t) => {
    const rig = newRig(t);
    const executions = ['x9', 'x10', 'x11'].map((execId, at) => anExecution(at + 1, { execId }));
    rig.receive(takeOf(rig, ...executions));
    rig.receive(recordOf(rig, [ORDER, 'x1']));
    assert.deepEqual(rig.sent()[1], acknowledged('order-shard/00', ORDER, 'x1', executions));
  });

  test('E41 an execution of a new epoch is not of the old order with its external id', (t) => {
    const rig = mapped(t);
    rig.receive(recordOf(rig, [OTHER, 'x2'], 'e2'));
    rig.receive(takeOf(rig, anExecution(1, { epoch: 'e2' })));
    assert.deepEqual(rig.openAsks('ExecutionReported'), []);
    assert.equal(parkedOf(rig).parked, 1);
  });

  test('parked executions that were routed are sent again after a crash, until booked', (t) => {
    const rig = newRig(t);
    rig.receive(takeOf(rig, anExecution(1)));
    rig.receive(recordOf(rig, [ORDER, 'x1']));
    rig.sent();
    rig.restart();
    const again = acknowledged('order-shard/00', ORDER, 'x1', [anExecution(1)]);
    assert.deepEqual(rig.sent(), [again]);
    rig.answer('OrderAcknowledged', { outcome: 'already_booked' });
    rig.restart();
    assert.deepEqual(rig.sent(), []);
  });

  test('an echoed clientOrderId routes at once, and the mapping is recorded', (t) => {
    const rig = newRig(t);
    const echoed = anExecution(1, { clientOrderId: ORDER });
    rig.receive(takeOf(rig, echoed));
    assert.deepEqual(rig.sent()[0], acknowledged('order-shard/00', ORDER, 'x1', [echoed]));
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 0 }, 'not booked yet');
    rig.answer('OrderAcknowledged', BOOKED);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 1 });
    rig.receive(takeOf(rig, anExecution(2)));
    assert.deepEqual(rig.openAsks('ExecutionReported'), [reported(ORDER, anExecution(2))]);
  });

  test('an acceptance on the feed without an owner carries nothing and counts as done', (t) => {
    const rig = newRig(t);
    const foreign = anExecution(2, { execKind: 'accepted', clientOrderId: 'not-ours' });
    rig.receive(takeOf(rig, anExecution(1, { execKind: 'accepted' }), foreign));
    assert.deepEqual(rig.sent(), [replied(1, { outcome: 'taken' })]);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 2 });
    assert.equal(parkedOf(rig).parked, 0);
  });

  test('an echo that is no id of ours is parked like a silent one', (t) => {
    const rig = newRig(t);
    rig.receive(takeOf(rig, anExecution(1, { clientOrderId: 'ord_zz' })));
    assert.equal(parkedOf(rig).parked, 1);
  });
});

describe('trade-processor: the watermark', () => {
  test('it stops below the first execution that its shard has not booked', (t) => {
    const rig = mapped(t);
    rig.receive(takeOf(rig, anExecution(1), anExecution(2), anExecution(3)));
    rig.answer('ExecutionReported', BOOKED);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 1 });
    swapAsks(rig);
    rig.answer('ExecutionReported', BOOKED);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 1 });
    rig.answer('ExecutionReported', { outcome: 'already_booked' });
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 3 });
  });

  test('after a crash it is never ahead of what was booked, and a replay is sent again', (t) => {
    const rig = mapped(t);
    rig.receive(takeOf(rig, anExecution(1), anExecution(2)));
    rig.answer('ExecutionReported', BOOKED);
    rig.restart();
    const position = positionOf(rig);
    assert(position === null || position.seq <= 1);
    rig.sent();
    rig.receive(takeOf(rig, anExecution(1), anExecution(2)));
    assert.deepEqual(kinds(rig.sent()), ['ExecutionReported', 'ExecutionReported', 'taken']);
  });

  test('a replay of what is in flight or done is recognised and not sent twice', (t) => {
    const rig = mapped(t);
    rig.receive(takeOf(rig, anExecution(1), anExecution(2)));
    rig.answer('ExecutionReported', BOOKED);
    rig.sent();
    rig.receive(takeOf(rig, anExecution(1), anExecution(2), anExecution(3)));
    assert.deepEqual(kinds(rig.sent()), ['ExecutionReported', 'taken']);
    assert.equal(rig.ctx.counters.get('executions_replayed'), 2);
  });

  test('executions beyond a hole are not taken, so that the feed is opened again', (t) => {
    const rig = mapped(t);
    rig.receive(takeOf(rig, anExecution(2)));
    assert.deepEqual(rig.sent(), []);
    assert.equal(positionOf(rig)?.seq, 0);
  });

  test('a new epoch counts from 1, and what the old one still owed is kept', (t) => {
    const rig = mapped(t);
    const old = anExecution(1);
    rig.receive(takeOf(rig, old));
    rig.receive(takeOf(rig, anExecution(1, { epoch: 'e2', externalOrderId: 'y1' })));
    assert.deepEqual(positionOf(rig), { epoch: 'e2', seq: 1 });
    rig.sent();
    rig.restart();
    assert.deepEqual(rig.sent(), [acknowledged('order-shard/00', ORDER, 'x1', [old])]);
    assert.deepEqual(positionOf(rig), { epoch: 'e2', seq: 1 });
  });
});

describe('trade-processor: shards that do not answer', () => {
  test('a fact without an answer is sent again with back-off, and none overtakes it', (t) => {
    const rig = mapped(t);
    rig.receive(takeOf(rig, anExecution(1)));
    rig.answer('ExecutionReported', STOPPED);
    rig.receive(takeOf(rig, anExecution(2)));
    assert.deepEqual(rig.openAsks('ExecutionReported'), [], 'both wait');
    rig.advance(LIMITS.linkRetryMinMs);
    assert.deepEqual(rig.openAsks('ExecutionReported'), [reported(ORDER, anExecution(1))]);
    rig.answer('ExecutionReported', { outcome: 'not_delivered', reason: 'busy' });
    rig.advance(LIMITS.linkRetryMaxMs);
    rig.answer('ExecutionReported', BOOKED);
    assert.deepEqual(rig.openAsks('ExecutionReported'), [reported(ORDER, anExecution(2))]);
    rig.answer('ExecutionReported', BOOKED);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 2 });
  });

  test('facts that fail together are sent again one by one, in their order', (t) => {
    const rig = mapped(t);
    rig.receive(takeOf(rig, anExecution(1), anExecution(2), anExecution(3)));
    for (let i = 0; i < 3; i++) rig.answer('ExecutionReported', STOPPED);
    rig.sent();
    rig.advance(LIMITS.linkRetryMaxMs);
    for (let i = 0; i < 3; i++) rig.answer('ExecutionReported', BOOKED);
    assert.deepEqual(
      rig.sent(),
      [1, 2, 3].map((seq) => asked(reported(ORDER, anExecution(seq)))),
    );
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 3 });
  });

  test('other orders of the same shard do not wait for the one that failed', (t) => {
    const rig = mapped(t);
    rig.receive(recordOf(rig, [OTHER, 'x2']));
    rig.receive(takeOf(rig, anExecution(1)));
    rig.answer('ExecutionReported', STOPPED);
    const foreign = anExecution(2, { externalOrderId: 'x2' });
    rig.receive(takeOf(rig, foreign));
    assert.deepEqual(rig.openAsks('ExecutionReported'), [reported(OTHER, foreign)]);
  });

  test('a shard that is up again hears at once what it owes an answer for', (t) => {
    const rig = mapped(t);
    rig.receive(takeOf(rig, anExecution(1)));
    rig.life('order-shard/00', 'down');
    rig.answer('ExecutionReported', STOPPED);
    rig.life('order-shard/01', 'up');
    assert.deepEqual(rig.openAsks('ExecutionReported'), []);
    rig.life('order-shard/00', 'up');
    assert.deepEqual(rig.openAsks('ExecutionReported'), [reported(ORDER, anExecution(1))]);
  });

  test('taken is withheld while too many executions are unacknowledged', (t) => {
    const rig = mapped(t);
    const all = Array.from({ length: LIMITS.executionsInFlightMax }, (_, i) => anExecution(i + 1));
    const half = LIMITS.feedFramesPerReadMax;
    rig.receive(takeOf(rig, ...all.slice(0, half)));
    assert.deepEqual(kinds(rig.sent()).at(-1), 'taken');
    rig.receive(takeOf(rig, ...all.slice(half)));
    assert.equal(kinds(rig.sent()).at(-1), 'ExecutionReported');
    for (let i = half; i > 1; i--) rig.answer('ExecutionReported', BOOKED);
    assert.deepEqual(rig.sent(), []);
    rig.answer('ExecutionReported', BOOKED);
    assert.deepEqual(rig.sent(), [replied(4, { outcome: 'taken' })]);
  });
});

describe('trade-processor: quarantine', () => {
  test('E42 an execution whose booking is poison is kept with its error and passed', (t) => {
    const rig = mapped(t);
    rig.receive(takeOf(rig, anExecution(1), anExecution(2)));
    rig.sent();
    rig.answer('ExecutionReported', { outcome: 'failed', error: 'a bug' });
    assert.deepEqual(kinds(rig.sent()), ['IncidentFound'], 'so that its shard restricts the user');
    rig.answer('ExecutionReported', BOOKED);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 2 });
    assert.equal(parkedOf(rig).quarantined, 1);
    assert.equal(rig.ctx.logs.at(-1)?.level, 'error');
  });

  test('a quarantined execution that is replayed does not meet its shard again', (t) => {
    const rig = mapped(t);
    rig.receive(takeOf(rig, anExecution(1), anExecution(2)));
    swapAsks(rig);
    rig.answer('ExecutionReported', { outcome: 'failed', error: 'a bug' });
    rig.restart();
    rig.receive(takeOf(rig, anExecution(1), anExecution(2)));
    assert.deepEqual(rig.openAsks('ExecutionReported'), [reported(ORDER, anExecution(1))]);
    rig.answer('ExecutionReported', BOOKED);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 2 });
  });

  test('E22 an execution that its shard has no order for is kept for the house, not dropped', (t) => {
    const rig = mapped(t);
    rig.receive(takeOf(rig, anExecution(1)));
    rig.answer('ExecutionReported', { outcome: 'no_such_order' });
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 1 });
    assert.equal(rig.openAsks('BookStray').length, 1);
    rig.restart();
    assert.equal(rig.openAsks('BookStray').length, 1);
  });

  test('parked executions whose acknowledgement fails are quarantined with it', (t) => {
    const rig = newRig(t);
    rig.receive(takeOf(rig, anExecution(1)));
    rig.receive(recordOf(rig, [ORDER, 'x1']));
    rig.answer('OrderAcknowledged', { outcome: 'failed', error: 'a bug' });
    assert.deepEqual(parkedOf(rig), {
      parked: 0,
      quarantined: 1,
      oldestParkedAtMs: null,
      newestParkedAtMs: null,
      inFlight: 0,
    });
  });
});
