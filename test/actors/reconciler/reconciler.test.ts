import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LINK_DOWN } from '../../../src/actors/exchange-connection/protocol.ts';
import type { ListUnresolved, UnresolvedOrder } from '../../../src/actors/order-shard/protocol.ts';
import type { Reconciliation } from '../../../src/actors/reconciler/protocol.ts';
import { LIMITS } from '../../../src/limits.ts';
import { START_MS } from '../test-context.ts';
import { EPOCH, orderIdOf } from '../venue-messages.ts';
import {
  answered,
  asking,
  BOOKED,
  found,
  list,
  listed,
  newRig,
  notFound,
  OPTIONS,
  parkedOf,
  queried,
  questions,
  REACHABLE,
  type Rig,
  reachable,
  SHARD_0,
  SHARD_1,
  stateOf,
  unresolved,
  venueOrder,
} from './reconciler-rig.ts';

describe('reconciler', () => {
  test('it watches the link, and asks nobody while the exchange is out of reach', () => {
    const rig = newRig();
    rig.advance(10 * LIMITS.reconcileRoundMs);
    const message = { kind: 'WatchLink', watcher: 'reconciler/0' };
    assert.deepEqual(rig.sent(), [{ via: 'tell', to: 'exchange-connection/0', message }]);
  });

  test('every round asks every shard that has answered the last one', () => {
    const rig = reachable();
    assert.deepEqual(listed(rig), [SHARD_0, SHARD_1]);
    list(rig, SHARD_0);
    rig.advance(LIMITS.reconcileRoundMs);
    assert.deepEqual(listed(rig), [SHARD_1, SHARD_0]);
  });

  test('after a start an order sent before is asked about at once', () => {
    const rig = reachable();
    list(rig, SHARD_0, unresolved(1, START_MS - 60_000));
    assert.deepEqual(questions(rig), [[orderIdOf(1)]]);
  });

  test('an order seen going out is asked about on its schedule', () => {
    const rig = reachable();
    rig.advance(100);
    const order = unresolved(1, rig.ctx.clockMs);
    const asked = timesOfQuestions(rig, order, 9_000);
    const proofMs = LIMITS.notAfterMs + LIMITS.indexLagMs + LIMITS.clockSkewMs + 1;
    const schedule = [1_000, 2_000, 5_000, proofMs, proofMs + 1_000];
    assert.deepEqual(
      asked.map((atMs) => schedule.findLast((ms) => ms <= atMs)),
      schedule,
    );
    for (const [index, atMs] of asked.entries()) {
      assert(atMs - (schedule[index] ?? 0) < LIMITS.reconcileRoundMs, 'within a round');
    }
  });

  test('S148 how long an order may wait is configuration, by its state', () => {
    const rig = reachable();
    const [first] = rig.openAsks('ListUnresolved') as ListUnresolved[];
    const others = LIMITS.unresolvedOlderThanMs;
    assert.deepEqual(first?.olderThanMs, {
      outcome: OPTIONS.unresolvedAfterMs.pending,
      cancel: OPTIONS.unresolvedAfterMs.pendingCancel,
      too_late: OPTIONS.unresolvedAfterMs.pendingCancel,
      missing_fills: others,
      busted: others,
    });
  });

  test('E13 a cancel refused as too late: asked about when listed, and on a schedule from then', () => {
    const rig = reachable();
    rig.advance(30_000);
    const known = { externalOrderId: 'x1', reason: 'too_late' } as const;
    const order = { ...unresolved(1, START_MS - 600_000), ...known };
    list(rig, SHARD_0, order);
    const listedAtMs = rig.ctx.clockMs;
    assert.deepEqual(questions(rig), [[orderIdOf(1)]]);
    const asked: number[] = [];
    for (let ms = 0; ms < 6_000; ms += LIMITS.reconcileRoundMs) {
      if (questions(rig).length > 0) {
        asked.push(rig.ctx.clockMs - listedAtMs);
        rig.answer('QueryOrders', answered([found(1)], rig.ctx.clockMs));
      }
      rig.advance(LIMITS.reconcileRoundMs);
      if (listed(rig).includes(SHARD_0)) list(rig, SHARD_0, order);
    }
    assert.deepEqual(asked, [0, 1_000, 2_000, 5_000]);
  });

  test('an end that outran its acknowledgement is asked about again, when it can be booked', () => {
    const rig = asking(1);
    rig.answer('QueryOrders', answered([found(1, { status: 'cancelled', cumQty: 3 })]));
    rig.answer('OrderQueried', BOOKED);
    rig.advance(LIMITS.reconcileRoundMs);
    list(rig, SHARD_0); // acknowledged now, so its shard lists it no more
    rig.advance(LIMITS.reconcileRoundMs);
    list(rig, SHARD_0);
    assert.deepEqual(questions(rig), []);
    rig.advance(LIMITS.fillsLateMs);
    assert.deepEqual(questions(rig), [[orderIdOf(1)]]);
  });

  test('its state says what differs, how far the feed is settled, and what it may still ask', () => {
    const rig = reachable();
    const cancel = { ...unresolved(2, START_MS - 20_000), reason: 'cancel' } as const;
    list(rig, SHARD_0, unresolved(1, START_MS - 10_000), cancel);
    assert.deepEqual(stateOf(rig), {
      outcome: 'reconciliation',
      unresolved: 2,
      unresolvedByReason: { outcome: 1, cancel: 1, too_late: 0, missing_fills: 0, busted: 0 },
      oldestUnknownAtMs: START_MS - 10_000,
      targeted: 0,
      fillsWanted: 0,
      crossed: 0,
      queriesAsked: 1,
      answeredFound: 0,
      answeredNotFound: 0,
      cannotTell: 0,
      budget: {
        perRound: LIMITS.queriesPerRoundMax,
        roundMs: LIMITS.reconcileRoundMs,
        left: LIMITS.queriesPerRoundMax - 1,
        inFlight: 1,
      },
      lastRoundAtMs: START_MS,
      fullMatch: { running: null, last: null, lastComplete: null },
      feed: { epoch: EPOCH, watermarkSeq: 7, headSeq: 9, lag: 2, gaps: 2, losses: 0 },
      parked: { parked: 3, quarantined: 0, oldestParkedAtMs: START_MS, inFlight: 0 },
    });
  });

  test('a state of which others do not answer is told with what is known', () => {
    const rig = newRig();
    rig.receive({ kind: 'GetReconciliation', replyTo: rig.replyTo() });
    rig.advance(3 * LIMITS.readinessAskMs);
    const replies = rig.sent().flatMap((one) => (one.via === 'reply' ? [one.reply] : []));
    const [state] = replies as Reconciliation[];
    assert.deepEqual([state?.feed, state?.parked, state?.unresolved], [null, null, 0]);
  });

  test('found: the acceptance is recorded and the shard is told', () => {
    const rig = asking(1);
    rig.sent();
    rig.answer('QueryOrders', answered([found(1)]));
    const acceptances = [{ orderId: orderIdOf(1), externalOrderId: 'x1' }];
    assert.deepEqual(rig.sent(), [
      {
        via: 'ask',
        to: 'trade-processor/0',
        message: { kind: 'RecordAcceptances', epoch: EPOCH, acceptances },
      },
      queried(1, venueOrder(1)),
    ]);
  });

  test('found, but refused: the shard is told why, and nothing is recorded as accepted', () => {
    const rig = asking(1);
    rig.sent();
    const refused = { status: 'rejected', reason: 'too_late' } as const;
    rig.answer('QueryOrders', answered([found(1, refused)]));
    assert.deepEqual(rig.sent(), [queried(1, venueOrder(1, refused))]);
  });

  for (const [what, newestParkedAtMs, nothingParked] of [
    ['nothing', null, true],
    ['what came after it was sent', START_MS - 10_000, false],
    ['what came before it was sent', START_MS - 10_001, true],
  ] as const) {
    test(`not found: the shard is told whether what is parked may be the order's (${what})`, () => {
      const rig = asking(1);
      rig.sent();
      rig.answer('QueryOrders', answered([notFound(1)]));
      assert.deepEqual(
        rig.sent().map((one) => (one.via === 'ask' ? one.message.kind : one.via)),
        ['GetParked'],
      );
      rig.answer('GetParked', parkedOf(newestParkedAtMs));
      assert.deepEqual(rig.sent(), [queried(1, null, nothingParked)]);
    });
  }

  test('E10 a question that brought no answer uses nothing up and is asked again', () => {
    const rig = asking(1);
    rig.answer('QueryOrders', { outcome: 'cannot_tell', reason: 'no_answer' });
    rig.sent();
    rig.advance(1_500);
    assert.deepEqual(questions(rig), [[orderIdOf(1)]]);
    assert.deepEqual(pick(stateOf(rig)), { queriesAsked: 2, found: 0, notFound: 0, cannotTell: 1 });
  });

  test('an order that is missing from the answer cannot be told', () => {
    const rig = asking(1, 2);
    rig.answer('QueryOrders', answered([found(2)]));
    assert.deepEqual(pick(stateOf(rig)), { queriesAsked: 1, found: 1, notFound: 0, cannotTell: 1 });
  });

  test('"not found" is not told when nobody can say what is parked', () => {
    const rig = asking(1);
    rig.answer('QueryOrders', answered([notFound(1)]));
    rig.sent();
    rig.answer('GetParked', { outcome: 'unknown', reason: 'deadline' });
    assert.deepEqual(rig.sent(), []);
    assert.deepEqual(pick(stateOf(rig)), { queriesAsked: 1, found: 0, notFound: 0, cannotTell: 1 });
  });

  test('an order that its shard lists no more is forgotten', () => {
    const rig = asking(1);
    rig.answer('QueryOrders', answered([found(1)]));
    rig.answer('OrderQueried', BOOKED);
    rig.advance(LIMITS.reconcileRoundMs);
    list(rig, SHARD_0);
    rig.advance(LIMITS.reconcileRoundMs);
    list(rig, SHARD_0);
    assert.equal(stateOf(rig).unresolved, 0);
    rig.advance(10_000);
    assert.deepEqual(questions(rig), []);
  });

  test('a link that is restored begins every schedule again, with a question at once', () => {
    const rig = asking(1);
    rig.answer('QueryOrders', answered([notFound(1)]));
    rig.answer('GetParked', parkedOf(null));
    rig.advance(100);
    rig.receive({ kind: 'LinkChanged', link: LINK_DOWN });
    rig.advance(20_000);
    assert.deepEqual(questions(rig), []);
    rig.receive({ kind: 'LinkChanged', link: REACHABLE });
    assert.deepEqual(questions(rig), [[orderIdOf(1)]]);
  });

  test('a connection that restarts is watched again', () => {
    const rig = reachable();
    rig.sent();
    rig.life('exchange-connection/0', 'down');
    rig.life('exchange-connection/0', 'up');
    const message = { kind: 'WatchLink', watcher: 'reconciler/0' };
    assert.deepEqual(rig.sent(), [{ via: 'tell', to: 'exchange-connection/0', message }]);
  });

  test('a round asks so many questions about so many orders, and the rest in the next one', () => {
    const rig = reachable();
    const perRound = LIMITS.queriesPerRoundMax * LIMITS.queryOrdersMax;
    const orders = Array.from({ length: perRound + 1 }, (_, n) => unresolved(n, START_MS - 1_000));
    list(rig, SHARD_0, ...orders);
    const sizes = questions(rig).map((ids) => ids.length);
    assert.deepEqual(sizes, Array(LIMITS.queriesPerRoundMax).fill(LIMITS.queryOrdersMax));
    rig.answer('QueryOrders', { outcome: 'cannot_tell', reason: 'no_answer' });
    assert.equal(questions(rig).length, LIMITS.queriesPerRoundMax - 1);
    rig.advance(LIMITS.reconcileRoundMs);
    assert.deepEqual(questions(rig).at(-1), [orderIdOf(perRound)]);
  });

  test('an order that stays unknown raises one alarm', () => {
    const rig = reachable();
    for (let round = 0; round < 3; round++) {
      list(rig, SHARD_0, unresolved(1, START_MS - LIMITS.unknownAlarmMs));
      rig.advance(LIMITS.reconcileRoundMs);
    }
    assert.equal(rig.ctx.counters.get('orders_unresolved_too_long'), 1);
    assert.equal(stateOf(rig).oldestUnknownAtMs, START_MS - LIMITS.unknownAlarmMs);
  });
});

/** Runs the clock; the shard lists the order in every round, the exchange never finds it. */
function timesOfQuestions(rig: Rig, order: UnresolvedOrder, forMs: number): number[] {
  const asked: number[] = [];
  const stepMs = 100;
  for (let ms = stepMs; ms <= forMs; ms += stepMs) {
    rig.advance(stepMs);
    const isListed = ms >= LIMITS.unresolvedOlderThanMs;
    if (listed(rig).includes(SHARD_0)) list(rig, SHARD_0, ...(isListed ? [order] : []));
    if (questions(rig).length === 0) continue;
    asked.push(ms);
    rig.answer('QueryOrders', answered([notFound(1)], rig.ctx.clockMs));
    rig.answer('GetParked', parkedOf(null));
    rig.answer('OrderQueried', BOOKED);
  }
  return asked;
}

function pick({ queriesAsked, answeredFound, answeredNotFound, cannotTell }: Reconciliation) {
  return { queriesAsked, found: answeredFound, notFound: answeredNotFound, cannotTell };
}
