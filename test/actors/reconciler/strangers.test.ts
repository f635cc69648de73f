import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ListParked } from '../../../src/actors/trade-processor/protocol.ts';
import type { QueryResult } from '../../../src/exchange/port.ts';
import { LIMITS } from '../../../src/limits.ts';
import { EPOCH, orderIdOf } from '../venue-messages.ts';
import {
  answered,
  BOOKED,
  list,
  matched,
  notFound,
  parkedOf,
  type Rig,
  SHARD_0,
  settle,
  unresolved,
  venueOrder,
} from './reconciler-rig.ts';

const PARKED = { epoch: EPOCH, externalOrderId: 'x1' };
const RECORDED = ['RecordAcceptances', 'MarkStrays', 'OrderQueried'];

describe('reconciler: executions without an owner', () => {
  test('E05 what is parked for 5 s is asked about by the id of the exchange', () => {
    const rig = matched();
    rig.advance(LIMITS.reconcileRoundMs);
    const [listing] = rig.openAsks('ListParked') as ListParked[];
    assert.equal(listing?.olderThanMs, LIMITS.parkedAskAfterMs);
    parked(rig);
    assert.deepEqual(rig.openAsks('QueryOrders'), [
      { kind: 'QueryOrders', orders: [{ clientOrderId: null, externalOrderId: 'x1' }] },
    ]);
  });

  test('E05 an order that its shard knows has its acceptance recorded', () => {
    const rig = askedAbout();
    rig.answer('QueryOrders', answered([is(orderIdOf(1))]));
    const venue = venueOrder(1);
    assert.deepEqual(asksOf(rig), [
      {
        kind: 'OrderQueried',
        orderId: orderIdOf(1),
        epoch: EPOCH,
        venue,
        askedAtMs: answered([]).askedAtMs,
        nothingParked: false,
      },
    ]);
    rig.answer('OrderQueried', BOOKED);
    const acceptances = [{ orderId: orderIdOf(1), externalOrderId: 'x1' }];
    assert.deepEqual(asksOf(rig), [{ kind: 'RecordAcceptances', epoch: EPOCH, acceptances }]);
  });

  test('E22 an order that its shard does not know is a stray', () => {
    const rig = askedAbout();
    rig.answer('QueryOrders', answered([is(orderIdOf(1))]));
    asksOf(rig);
    rig.answer('OrderQueried', { outcome: 'no_such_order', fillsMissing: false });
    assert.deepEqual(asksOf(rig), [{ kind: 'MarkStrays', strays: [PARKED] }]);
  });

  test("E22 an order under somebody else's id is a stray", () => {
    const rig = askedAbout();
    rig.answer('QueryOrders', answered([is('someone-else')]));
    assert.deepEqual(asksOf(rig), [{ kind: 'MarkStrays', strays: [PARKED] }]);
  });

  test('E22 what is not found for a minute is a stray, and questions that fail do not count', () => {
    const rig = askedAbout();
    const beganAtMs = rig.ctx.clockMs;
    let failures = 0;
    while (rig.openAsks('MarkStrays').length === 0) {
      assert(rig.ctx.clockMs - beganAtMs < 2 * LIMITS.strayAfterMs);
      if (rig.openAsks('QueryOrders').length > 0) {
        const fails = failures < 3;
        if (fails) rig.answer('QueryOrders', { outcome: 'cannot_tell', reason: 'no_answer' });
        else rig.answer('QueryOrders', answered([isNot()], rig.ctx.clockMs));
        failures++;
      }
      round(rig);
    }
    const tookMs = rig.ctx.clockMs - beganAtMs;
    assert(tookMs >= LIMITS.strayAfterMs, `${tookMs}`);
    assert(tookMs < LIMITS.strayAfterMs + 2 * LIMITS.parkedAskAfterMs, `${tookMs}`);
  });

  test('E22 an answer of another epoch says nothing about the order', () => {
    const rig = askedAbout();
    rig.answer('QueryOrders', answered([is('someone-else')], rig.ctx.clockMs, 'e2'));
    assert.deepEqual(asksOf(rig), []);
  });

  test('E41 an id of an epoch that is gone is not asked about, and a stray after a minute', () => {
    const rig = matched();
    const gone = { epoch: 'e0', externalOrderId: 'x1' };
    const beganAtMs = rig.ctx.clockMs;
    while (rig.openAsks('MarkStrays').length === 0) {
      assert(rig.ctx.clockMs - beganAtMs < 2 * LIMITS.strayAfterMs);
      round(rig, gone);
      assert.deepEqual(rig.openAsks('QueryOrders'), []);
    }
    assert(rig.ctx.clockMs - beganAtMs >= LIMITS.strayAfterMs);
    assert.deepEqual(rig.openAsks('MarkStrays'), [{ kind: 'MarkStrays', strays: [gone] }]);
  });

  test('E11 an order held up by what is parked is asked about as soon as that has found its place', () => {
    const rig = matched();
    const gone = { epoch: 'e0', externalOrderId: 'x1' };
    const order = unresolved(1, rig.ctx.clockMs);
    while (rig.openAsks('MarkStrays').length === 0) {
      rig.advance(LIMITS.reconcileRoundMs);
      settle(rig, 'ListParked', 'ListUnresolved', 'QueryOrders', 'GetParked');
      if (rig.openAsks('ListUnresolved').length > 0) list(rig, SHARD_0, order);
      absent(rig, rig.ctx.clockMs);
      parked(rig, gone);
    }
    rig.answer('MarkStrays', { outcome: 'marked' });
    const markedAtMs = rig.ctx.clockMs;
    let proofs = 0;
    while (proofs < 2) {
      rig.advance(LIMITS.reconcileRoundMs);
      assert(rig.ctx.clockMs - markedAtMs <= 3_000, 'both proofs within three seconds');
      settle(rig, 'ListUnresolved', 'QueryOrders', 'GetParked');
      if (rig.openAsks('ListUnresolved').length > 0) list(rig, SHARD_0, order);
      proofs += absent(rig, null);
    }
  });

  test('what has found its owner meanwhile is forgotten', () => {
    const rig = askedAbout();
    rig.answer('QueryOrders', answered([isNot()], rig.ctx.clockMs));
    rig.advance(LIMITS.reconcileRoundMs);
    settle(rig);
    rig.advance(2 * LIMITS.parkedAskAfterMs);
    assert.deepEqual(rig.openAsks('QueryOrders'), []);
  });
});

function askedAbout(): Rig {
  const rig = matched();
  rig.advance(LIMITS.reconcileRoundMs);
  parked(rig);
  rig.sent();
  return rig;
}

function round(rig: Rig, id = PARKED): void {
  rig.advance(LIMITS.reconcileRoundMs);
  parked(rig, id);
}

function parked(rig: Rig, id = PARKED): void {
  settle(rig, 'ListParked');
  const orders = [{ ...id, executions: 1, parkedAtMs: rig.ctx.clockMs - 5_000 }];
  rig.answer('ListParked', { outcome: 'parked_orders', orders });
}

function is(clientOrderId: string): QueryResult {
  const order = venueOrder(1, { clientOrderId });
  return { outcome: 'found', clientOrderId: null, externalOrderId: 'x1', order };
}

function isNot(): QueryResult {
  return { outcome: 'not_found', clientOrderId: null, externalOrderId: 'x1' };
}

/** The exchange does not know order 1. How often it was asked, and its shard told. */
function absent(rig: Rig, newestParkedAtMs: number | null): number {
  let told = 0;
  while (rig.openAsks('QueryOrders').length > 0) {
    rig.answer('QueryOrders', answered([notFound(1)], rig.ctx.clockMs));
    rig.answer('GetParked', parkedOf(newestParkedAtMs));
    told++;
  }
  return told;
}

/** What was asked since the last look. */
function asksOf(rig: Rig): unknown[] {
  return rig.sent().flatMap((one) => {
    return one.via === 'ask' && RECORDED.includes(one.message.kind) ? [one.message] : [];
  });
}
