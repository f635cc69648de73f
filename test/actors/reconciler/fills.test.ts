import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { listedQty } from '../../../src/actors/reconciler/listed-qty.ts';
import type { Execution } from '../../../src/exchange/port.ts';
import { LIMITS } from '../../../src/limits.ts';
import { START_MS } from '../test-context.ts';
import { anExecution, EPOCH, orderIdOf } from '../venue-messages.ts';
import {
  answered,
  found,
  list,
  questions,
  type Rig,
  reachable,
  SHARD_0,
  stateOf,
  unresolved,
} from './reconciler-rig.ts';

const MISSING = { outcome: 'booked', fillsMissing: true } as const;
const BOOKED = { outcome: 'booked', fillsMissing: false } as const;

describe('reconciler: fills that the feed did not bring', () => {
  test('E20 when the shard lacks fills, its list of them is fetched and routed', () => {
    const rig = cancelledWith(3);
    rig.answer('OrderQueried', MISSING);
    assert.deepEqual(rig.openAsks('FetchFills'), [{ kind: 'FetchFills', externalOrderId: 'x1' }]);
    const executions = fills(1, 2, 3);
    rig.answer('FetchFills', listing(executions));
    assert.deepEqual(rig.openAsks('RouteFills'), [{ kind: 'RouteFills', executions }]);
    assert.deepEqual(incidents(rig), []);
  });

  test('E20 an order that is listed for its missing fills has them fetched whatever is said', () => {
    const rig = cancelledWith(3, 'missing_fills');
    rig.answer('OrderQueried', BOOKED);
    assert.equal(rig.openAsks('FetchFills').length, 1);
  });

  test('an order that lacks nothing has nothing fetched', () => {
    const rig = cancelledWith(3);
    rig.answer('OrderQueried', BOOKED);
    assert.deepEqual(rig.openAsks('FetchFills'), []);
  });

  test('E35 a list that is shorter than the count is an incident, once, and routed all the same', () => {
    const rig = cancelledWith(3);
    rig.answer('OrderQueried', MISSING);
    rig.answer('FetchFills', listing(fills(1, 2)));
    const detail = { externalOrderId: 'x1', venueCumQty: 3, listedQty: 2 };
    const incident = { kind: 'IncidentFound', orderId: orderIdOf(1), detail };
    assert.deepEqual(incidents(rig), [{ ...incident, incident: 'fills_not_listed' }]);
    rig.answer('RouteFills', { outcome: 'routed', unmapped: 0 });
    askedAgain(rig, 3);
    rig.answer('OrderQueried', MISSING);
    rig.answer('FetchFills', listing([]));
    assert.deepEqual(incidents(rig), []);
    assert.deepEqual(rig.openAsks('RouteFills'), [], 'an empty list is not routed');
  });

  test('E10 a list that does not come is no empty one: the order is asked about again', () => {
    const rig = cancelledWith(3);
    rig.answer('OrderQueried', MISSING);
    rig.answer('FetchFills', { outcome: 'cannot_tell', reason: 'no_answer' });
    assert.deepEqual(incidents(rig), []);
    assert.equal(stateOf(rig).cannotTell, 1);
    rig.advance(LIMITS.fillsLateMs + LIMITS.reconcileRoundMs);
    assert.deepEqual(questions(rig), [[orderIdOf(1)]]);
  });

  test('fills for which there is no room are fetched again', () => {
    const rig = cancelledWith(3);
    rig.answer('OrderQueried', MISSING);
    rig.answer('FetchFills', listing(fills(1, 2, 3)));
    rig.answer('RouteFills', { outcome: 'no_room' });
    assert.equal(rig.openAsks('FetchFills').length, 1);
  });

  test('what the exchange lists under the same id in another epoch is not the order', () => {
    const rig = cancelledWith(3);
    rig.answer('OrderQueried', MISSING);
    const foreign = fills(1, 2, 3).map((fill) => ({ ...fill, epoch: 'e2' }));
    rig.answer('FetchFills', { outcome: 'answered', epoch: 'e2', executions: foreign });
    assert.deepEqual(rig.openAsks('RouteFills'), []);
    assert.deepEqual(incidents(rig), []);
  });
});

test('a list adds up to its live trades, at their last corrections', () => {
  const bust = (seq: number, execRef: string) => anExecution(seq, { execKind: 'bust', execRef });
  const correct = (seq: number, execRef: string, lastQty: number) =>
    anExecution(seq, { execKind: 'correct', execRef, lastQty });
  const CASES: [executions: Execution[], qty: number][] = [
    [[], 0],
    [fills(1, 2, 3), 3],
    [[...fills(1, 2), bust(3, 'exec-1')], 1],
    [[...fills(1, 2), bust(3, 'exec-1'), bust(4, 'exec-1')], 1],
    [[bust(3, 'exec-1'), ...fills(1, 2)], 1],
    [[...fills(1, 2), correct(3, 'exec-1', 5)], 6],
    [[...fills(1, 2), correct(3, 'exec-1', 5), correct(4, 'exec-3', 7)], 8],
    [[...fills(1, 2), correct(3, 'exec-1', 5), bust(4, 'exec-3')], 1],
    [[...fills(1), anExecution(2, { execKind: 'cancelled', lastQty: null })], 1],
  ];
  for (const [executions, qty] of CASES) assert.equal(listedQty(executions), qty);
});

/** The exchange has said that order 1 is cancelled with so many filled; its shard was told. */
function cancelledWith(cumQty: number, reason: 'cancel' | 'missing_fills' = 'cancel'): Rig {
  const rig = reachable();
  const order = { ...unresolved(1, START_MS - 10_000), externalOrderId: 'x1', reason } as const;
  list(rig, SHARD_0, order);
  rig.answer('QueryOrders', answered([found(1, { status: 'cancelled', cumQty })]));
  return rig;
}

function askedAgain(rig: Rig, cumQty: number): void {
  while (questions(rig).length === 0) rig.advance(LIMITS.reconcileRoundMs);
  rig.answer('QueryOrders', answered([found(1, { status: 'cancelled', cumQty })], rig.ctx.clockMs));
}

/** One share each. */
function fills(...seqs: number[]): Execution[] {
  return seqs.map((seq) => anExecution(seq));
}

function listing(executions: readonly Execution[]) {
  return { outcome: 'answered', epoch: EPOCH, executions };
}

/** Told to shard 0 since the last look. */
function incidents(rig: Rig): unknown[] {
  return rig.sent().flatMap((one) => {
    return one.via === 'tell' && one.to === SHARD_0 ? [one.message] : [];
  });
}
