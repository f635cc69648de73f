import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Message } from '../../../src/actors/trade-processor/trade-processor.ts';
import type { Execution } from '../../../src/exchange/port.ts';
import { LIMITS } from '../../../src/limits.ts';
import type { Sent } from '../test-context.ts';
import { START_MS } from '../test-context.ts';
import { anExecution, EPOCH, orderIdOf } from '../venue-messages.ts';
import {
  acknowledged,
  askRig,
  BOOKED,
  kinds,
  mapped,
  NO_SUCH_ORDER,
  newRig,
  ORDER,
  OTHER,
  parkedOf,
  positionOf,
  type Rig,
  recordOf,
  replied,
  reported,
  STOPPED,
  takeOf,
} from './trade-rig.ts';

test('S110 every look-up of an external id is counted as a hit or a miss, on both roads', (t) => {
  const rig = mapped(t);
  const stranger = { externalOrderId: 'x2' };
  const counts = () =>
    ['mapping_hits', 'mapping_misses'].map((name) => rig.ctx.counters.get(name) ?? 0);
  assert.deepEqual(counts(), [0, 0], 'recording an acceptance is no look-up');
  rig.receive(takeOf(rig, anExecution(1), anExecution(2), anExecution(3, stranger)));
  assert.deepEqual(counts(), [2, 1]);
  rig.receive(takeOf(rig, anExecution(3, stranger)));
  assert.deepEqual(counts(), [2, 1], 'what is replayed is not looked up');
  rig.receive(routeOf(rig, anExecution(5), anExecution(6, stranger)));
  assert.deepEqual(counts(), [3, 2]);
  rig.receive(recordOf(rig, [OTHER, 'x2']));
  rig.receive(takeOf(rig, anExecution(4, stranger)));
  assert.deepEqual(counts(), [4, 2], 'a miss becomes a hit when the order is known');
});

describe('trade-processor: fills that did not come by the feed', () => {
  test('E20 each goes to its shard, and the watermark stays where the feed is', (t) => {
    const rig = mapped(t);
    const [first, second] = [anExecution(5), anExecution(6)];
    rig.receive(routeOf(rig, first, second));
    assert.deepEqual(rig.sent(), [
      acknowledged('order-shard/00', ORDER, 'x1', [first]),
      acknowledged('order-shard/00', ORDER, 'x1', [second]),
      replied(3, { outcome: 'routed', unmapped: 0 }),
    ]);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 0 });
  });

  test('they are sent again after a crash, until their shard has them', (t) => {
    const rig = mapped(t);
    rig.receive(routeOf(rig, anExecution(5), anExecution(6)));
    rig.answer('OrderAcknowledged', BOOKED);
    rig.sent();
    rig.restart();
    assert.deepEqual(rig.sent(), [acknowledged('order-shard/00', ORDER, 'x1', [anExecution(6)])]);
    rig.answer('OrderAcknowledged', { outcome: 'already_booked' });
    rig.restart();
    assert.deepEqual(rig.sent(), []);
  });

  test('E35 one that the feed brings too is reported on both roads: the shard books it once', (t) => {
    const rig = mapped(t);
    rig.receive(takeOf(rig, anExecution(1)), routeOf(rig, anExecution(1)));
    assert.deepEqual(kinds(rig.sent()), [
      'ExecutionReported',
      'taken',
      'OrderAcknowledged',
      'routed',
    ]);
    rig.answer('OrderAcknowledged', BOOKED);
    rig.answer('ExecutionReported', { outcome: 'already_booked' });
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 1 });
    rig.restart();
    assert.deepEqual(rig.openAsks('OrderAcknowledged'), []);
  });

  test('E42 one that cannot be booked is quarantined alone, and not tried again', (t) => {
    const rig = mapped(t);
    rig.receive(routeOf(rig, anExecution(5), anExecution(6)));
    rig.answer('OrderAcknowledged', { outcome: 'failed', error: 'a bug' });
    rig.answer('OrderAcknowledged', BOOKED);
    const told = rig.sent().flatMap((sent) => (sent.via === 'tell' ? [sent.message] : []));
    assert.deepEqual(told, [
      {
        kind: 'IncidentFound',
        orderId: orderIdOf(1),
        incident: 'execution_quarantined',
        detail: { fact: 'OrderAcknowledged', error: 'a bug' },
      },
    ]);
    assert.equal(parkedOf(rig).quarantined, 1);
    rig.sent();
    rig.receive(routeOf(rig, anExecution(5)));
    assert.deepEqual(kinds(rig.sent()), ['routed']);
  });

  test('fills of an order that nobody has recorded are not taken', (t) => {
    const rig = newRig(t);
    rig.receive(routeOf(rig, anExecution(5)));
    assert.deepEqual(rig.sent(), [replied(1, { outcome: 'routed', unmapped: 1 })]);
    assert.equal(parkedOf(rig).parked, 0);
  });

  test('while too many executions are unacknowledged there is no room for them', (t) => {
    const rig = mapped(t);
    const all = Array.from({ length: LIMITS.executionsInFlightMax }, (_, i) => anExecution(i + 1));
    rig.receive(takeOf(rig, ...all));
    rig.sent();
    rig.receive(routeOf(rig, anExecution(9_999)));
    assert.deepEqual(kinds(rig.sent()), ['no_room']);
  });
});

describe('trade-processor: executions that nobody claims', () => {
  test('E05 they are listed by the id of the exchange, once they have waited for long', (t) => {
    const rig = newRig(t);
    rig.receive(takeOf(rig, anExecution(1), anExecution(2)));
    rig.advance(1_000);
    rig.receive(takeOf(rig, anExecution(3, { externalOrderId: 'x2' })));
    rig.advance(4_000);
    const x1 = { epoch: EPOCH, externalOrderId: 'x1', executions: 2, parkedAtMs: START_MS };
    assert.deepEqual(parkedSince(rig, 5_000), [x1]);
    const x2 = { ...x1, externalOrderId: 'x2', executions: 1, parkedAtMs: START_MS + 1_000 };
    assert.deepEqual(parkedSince(rig, 4_000), [x1, x2]);
    rig.receive(recordOf(rig, [ORDER, 'x1']));
    assert.deepEqual(parkedSince(rig, 4_000), [x2]);
  });

  test("E22 a stray's trades go to the house, what else it did is dropped", (t) => {
    const rig = newRig(t);
    const trades = [anExecution(1), anExecution(2, { execKind: 'bust', execRef: 'exec-1' })];
    rig.receive(takeOf(rig, ...trades, anExecution(3, { execKind: 'cancelled', lastQty: null })));
    rig.sent();
    rig.receive(strayOf(rig));
    assert.deepEqual(rig.sent(), [stray(...trades), replied(2, { outcome: 'marked' })]);
    rig.answer('BookStray', BOOKED);
    assert.equal(parkedOf(rig).parked, 0);
    rig.restart();
    assert.deepEqual(rig.sent(), []);
  });

  test('E22 what the house has not booked is sent again: after a failure, after a crash', (t) => {
    const rig = newRig(t);
    rig.receive(takeOf(rig, anExecution(1)), strayOf(rig));
    rig.answer('BookStray', STOPPED);
    rig.sent();
    rig.advance(LIMITS.linkRetryMinMs);
    assert.deepEqual(rig.sent(), [stray(anExecution(1))]);
    rig.restart();
    assert.deepEqual(rig.sent(), [stray(anExecution(1))]);
  });

  test('E22 its later trades go the same way, and the watermark waits for them', (t) => {
    const rig = newRig(t);
    rig.receive(takeOf(rig, anExecution(1)), strayOf(rig));
    rig.answer('BookStray', BOOKED);
    rig.sent();
    const expired = anExecution(3, { execKind: 'expired', lastQty: null });
    rig.receive(takeOf(rig, anExecution(2), expired));
    assert.deepEqual(rig.sent(), [stray(anExecution(2)), replied(3, { outcome: 'taken' })]);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 1 });
    rig.answer('BookStray', BOOKED);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 3 });
  });

  test('an id that has found its order meanwhile is no stray', (t) => {
    const rig = mapped(t);
    rig.receive(strayOf(rig));
    assert.deepEqual(kinds(rig.sent()), ['marked']);
    rig.receive(takeOf(rig, anExecution(1)));
    assert.deepEqual(rig.openAsks('ExecutionReported'), [reported(ORDER, anExecution(1))]);
  });

  test('an order that claims a stray afterwards is an incident: an operator assigns it', (t) => {
    const rig = newRig(t);
    rig.receive(takeOf(rig, anExecution(1)), strayOf(rig));
    rig.receive(recordOf(rig, [ORDER, 'x1']));
    assert.equal(rig.ctx.counters.get('mapping_conflicts'), 1);
    assert.deepEqual(rig.openAsks('OrderAcknowledged'), []);
  });
});

/** The exchange echoes ids, and a stranger's looks like one of ours. */
describe('trade-processor: an id like ours that no shard has', () => {
  const echoed = (seq: number, fields: Partial<Execution> = {}) =>
    anExecution(seq, { clientOrderId: ORDER, ...fields });

  test('E22 its trade goes to the house, and waits there durably', (t) => {
    const rig = newRig(t);
    rig.receive(takeOf(rig, echoed(1)));
    rig.sent();
    rig.answer('OrderAcknowledged', NO_SUCH_ORDER);
    assert.deepEqual(rig.sent(), [stray(echoed(1))]);
    assert.equal(parkedOf(rig).quarantined, 0);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 1 });
    rig.restart();
    assert.deepEqual(rig.sent(), [stray(echoed(1))]);
    rig.answer('BookStray', BOOKED);
    rig.restart();
    assert.deepEqual(rig.sent(), []);
  });

  test('E22 what was on its way to the shard goes to the house in feed order, before what comes later', (t) => {
    const rig = newRig(t);
    const bust = echoed(3, { execKind: 'bust', execRef: 'exec-2' });
    const ended = echoed(4, { execKind: 'cancelled', lastQty: null });
    rig.receive(takeOf(rig, echoed(1), echoed(2), bust, ended));
    rig.sent();
    rig.answer('ExecutionReported', NO_SUCH_ORDER);
    assert.deepEqual(rig.sent(), [stray(echoed(1)), stray(echoed(2)), stray(bust)]);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 4 });
    rig.answer('OrderAcknowledged', NO_SUCH_ORDER);
    rig.answer('ExecutionReported', NO_SUCH_ORDER);
    assert.deepEqual(rig.sent(), [], 'the other answers say nothing new');
    rig.receive(takeOf(rig, echoed(5)));
    assert.deepEqual(rig.sent(), [stray(echoed(5)), replied(3, { outcome: 'taken' })]);
    for (let i = 0; i < 4; i++) rig.answer('BookStray', BOOKED);
    assert.deepEqual(positionOf(rig), { epoch: EPOCH, seq: 5 });
    assert.deepEqual(parkedOf(rig), {
      parked: 0,
      quarantined: 0,
      oldestParkedAtMs: null,
      newestParkedAtMs: null,
      inFlight: 0,
    });
  });

  test("E22 after a restart the id is still the house's, and all that it has not booked is sent", (t) => {
    const rig = newRig(t);
    rig.receive(takeOf(rig, anExecution(1), echoed(2), echoed(3)));
    rig.answer('OrderAcknowledged', NO_SUCH_ORDER);
    rig.restart();
    assert.deepEqual(rig.sent().slice(-1), [stray(anExecution(1), echoed(2), echoed(3))]);
    rig.receive(takeOf(rig, echoed(4)));
    assert.deepEqual(rig.sent(), [stray(echoed(4)), replied(2, { outcome: 'taken' })]);
    rig.receive(routeOf(rig, echoed(9)));
    assert.deepEqual(kinds(rig.sent()), ['BookStray', 'routed']);
  });

  test('E22 a shard that is restarting has not said so: its order is asked about again', (t) => {
    const rig = newRig(t);
    rig.receive(takeOf(rig, echoed(1), echoed(2)));
    rig.answer('OrderAcknowledged', STOPPED);
    rig.answer('ExecutionReported', STOPPED);
    rig.sent();
    rig.advance(LIMITS.linkRetryMaxMs);
    assert.deepEqual(rig.sent(), [acknowledged('order-shard/00', ORDER, 'x1', [echoed(1)])]);
    rig.answer('OrderAcknowledged', NO_SUCH_ORDER);
    assert.deepEqual(rig.sent(), [stray(echoed(1)), stray(echoed(2))]);
    assert.deepEqual(rig.openAsks('ExecutionReported'), []);
  });

  test("E22 an acceptance without a trade leaves nothing to book, and its trades are the house's", (t) => {
    const rig = newRig(t);
    rig.receive(takeOf(rig, echoed(1, { execKind: 'accepted', lastQty: null })));
    rig.sent();
    rig.answer('OrderAcknowledged', NO_SUCH_ORDER);
    assert.deepEqual(rig.sent(), []);
    rig.receive(takeOf(rig, echoed(2)));
    assert.deepEqual(rig.sent(), [stray(echoed(2)), replied(2, { outcome: 'taken' })]);
  });
});

function routeOf(rig: Rig, ...executions: Execution[]): Message {
  return { kind: 'RouteFills', executions, replyTo: rig.replyTo() };
}

function strayOf(rig: Rig): Message {
  const strays = [{ epoch: EPOCH, externalOrderId: 'x1' }];
  return { kind: 'MarkStrays', strays, replyTo: rig.replyTo() };
}

function stray(...executions: Execution[]): Sent {
  const message = { kind: 'BookStray', epoch: EPOCH, externalOrderId: 'x1', executions };
  return { via: 'ask', to: 'order-shard/00', message };
}

function parkedSince(rig: Rig, olderThanMs: number): unknown {
  const question = { kind: 'ListParked', olderThanMs, max: 10, replyTo: rig.replyTo() } as const;
  return (askRig(rig, question) as { orders: unknown }).orders;
}
