import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  LINK_DOWN,
  type LinkState,
  type QueryOrders,
} from '../../../src/actors/exchange-connection/protocol.ts';
import type { UnresolvedOrder } from '../../../src/actors/order-shard/protocol.ts';
import type { Reconciliation } from '../../../src/actors/reconciler/protocol.ts';
import { type Message, Reconciler } from '../../../src/actors/reconciler/reconciler.ts';
import type { QueryResult, VenueOrder } from '../../../src/exchange/port.ts';
import { LIMITS } from '../../../src/limits.ts';
import { ActorRig, type Sent, START_MS } from '../test-context.ts';
import { EPOCH, orderIdOf } from '../venue-messages.ts';

const SHARD_0 = 'order-shard/00';
const SHARD_1 = 'order-shard/01';
const REACHABLE: LinkState = { ...LINK_DOWN, ordersReachable: true };
const BOOKED = { outcome: 'booked', fillsMissing: false } as const;
type Rig = ActorRig<Message>;

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

  test('found: the acceptance is recorded and the shard is told', () => {
    const rig = asking(1);
    rig.sent();
    rig.answer('QueryOrders', answered(found(1)));
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
    rig.answer('QueryOrders', answered(found(1, refused)));
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
      rig.answer('QueryOrders', answered(notFound(1)));
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
    rig.answer('QueryOrders', answered(found(2)));
    assert.deepEqual(pick(stateOf(rig)), { queriesAsked: 1, found: 1, notFound: 0, cannotTell: 1 });
  });

  test('"not found" is not told when nobody can say what is parked', () => {
    const rig = asking(1);
    rig.answer('QueryOrders', answered(notFound(1)));
    rig.sent();
    rig.answer('GetParked', { outcome: 'unknown', reason: 'deadline' });
    assert.deepEqual(rig.sent(), []);
    assert.deepEqual(pick(stateOf(rig)), { queriesAsked: 1, found: 0, notFound: 0, cannotTell: 1 });
  });

  test('an order that its shard lists no more is forgotten', () => {
    const rig = asking(1);
    rig.answer('QueryOrders', answered(found(1)));
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
    rig.answer('QueryOrders', answered(notFound(1)));
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

function newRig(): Rig {
  return new ActorRig<Message>('reconciler/0', (ctx) => new Reconciler({ shards: 2 }, ctx));
}

function reachable(): Rig {
  const rig = newRig();
  rig.receive({ kind: 'LinkChanged', link: REACHABLE });
  return rig;
}

/** Orders of shard 0 that are being asked about. */
function asking(...numbers: number[]): Rig {
  const rig = reachable();
  list(rig, SHARD_0, ...numbers.map((n) => unresolved(n, START_MS - 10_000)));
  assert.equal(questions(rig).length, 1);
  return rig;
}

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
    rig.answer('QueryOrders', answered(notFound(1), rig.ctx.clockMs));
    rig.answer('GetParked', parkedOf(null));
    rig.answer('OrderQueried', BOOKED);
  }
  return asked;
}

function list(rig: Rig, shard: typeof SHARD_0, ...orders: UnresolvedOrder[]): void {
  rig.answer('ListUnresolved', { outcome: 'unresolved', orders }, shard);
}

function listed(rig: Rig): string[] {
  return rig.ctx.asks.filter(({ message }) => message.kind === 'ListUnresolved').map((a) => a.to);
}

/** The order ids of the questions that are on the way. */
function questions(rig: Rig): (readonly string[])[] {
  const asks = rig.openAsks('QueryOrders') as QueryOrders[];
  return asks.map(({ orders }) => orders.map(({ clientOrderId }) => clientOrderId ?? ''));
}

function unresolved(n: number, sendAttemptedAtMs: number): UnresolvedOrder {
  return {
    orderId: orderIdOf(n),
    reason: 'outcome',
    externalOrderId: null,
    sendAttemptedAtMs,
    notAfterMs: sendAttemptedAtMs + LIMITS.notAfterMs,
    cumQty: 0,
  };
}

function answered(result: QueryResult, askedAtMs = START_MS) {
  return { outcome: 'answered', epoch: EPOCH, askedAtMs, results: [result] };
}

function found(n: number, changes: Partial<VenueOrder> = {}): QueryResult {
  const order = venueOrder(n, changes);
  return { outcome: 'found', clientOrderId: orderIdOf(n), externalOrderId: null, order };
}

function venueOrder(n: number, changes: Partial<VenueOrder> = {}): VenueOrder {
  return {
    externalOrderId: `x${n}`,
    clientOrderId: orderIdOf(n),
    symbol: 'IBM',
    side: 'buy',
    numShares: 10,
    priceInCents: 18_000,
    status: 'open',
    cumQty: 0,
    reason: null,
    ...changes,
  };
}

function notFound(n: number): QueryResult {
  return { outcome: 'not_found', clientOrderId: orderIdOf(n), externalOrderId: null };
}

function parkedOf(newestParkedAtMs: number | null) {
  const parked = newestParkedAtMs === null ? 0 : 3;
  const times = { oldestParkedAtMs: newestParkedAtMs, newestParkedAtMs };
  return { outcome: 'parked', parked, quarantined: 0, inFlight: 0, ...times };
}

function queried(n: number, venue: VenueOrder | null, nothingParked = false): Sent {
  const orderId = orderIdOf(n);
  const word = { epoch: EPOCH, venue, askedAtMs: START_MS, nothingParked };
  const message = { kind: 'OrderQueried', orderId, ...word };
  return { via: 'ask', to: SHARD_0, message };
}

function stateOf(rig: Rig): Reconciliation {
  rig.receive({ kind: 'GetReconciliation', replyTo: rig.replyTo() });
  const last = rig.ctx.sent.pop();
  assert(last?.via === 'reply');
  return last.reply as Reconciliation;
}

function pick({ queriesAsked, answeredFound, answeredNotFound, cannotTell }: Reconciliation) {
  return { queriesAsked, found: answeredFound, notFound: answeredNotFound, cannotTell };
}
