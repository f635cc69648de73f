import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LIMITS } from '../../../src/limits.ts';
import { START_MS } from '../test-context.ts';
import { CAPABILITIES, EPOCH, orderIdOf } from '../venue-messages.ts';
import {
  answered,
  BOOKED,
  found,
  LINKED,
  matched,
  newRig,
  notFound,
  openOrder,
  ours,
  page,
  parkedOf,
  queried,
  questions,
  type Rig,
  SESSION,
  SHARD_0,
  SHARD_1,
  settle,
  stateOf,
  venueOrder,
} from './reconciler-rig.ts';

const PAGES = ['ListOpenOrders', 'ListVenueOrders'];

describe('reconciler: the full match', () => {
  test('it begins as soon as the link is up: our pages, shard by shard, then theirs', () => {
    const rig = linked();
    rig.answer('ListOpenOrders', ours([openOrder(1)], 17), SHARD_0);
    rig.answer('ListOpenOrders', ours([openOrder(2)]), SHARD_0);
    rig.answer('ListOpenOrders', ours([openOrder(3)]), SHARD_1);
    rig.answer('ListVenueOrders', page([venueOrder(1), venueOrder(2)], true));
    rig.answer('ListVenueOrders', page([venueOrder(3)]));
    const max = LIMITS.openOrdersPageMax;
    const limit = LIMITS.matchPageMax;
    assert.deepEqual(asksOf(rig, PAGES), [
      { kind: 'ListOpenOrders', after: 0, max },
      { kind: 'ListOpenOrders', after: 17, max },
      { kind: 'ListOpenOrders', after: 0, max },
      { kind: 'ListVenueOrders', after: null, limit },
      { kind: 'ListVenueOrders', after: 'x2', limit },
    ]);
    assert.deepEqual(lastMatch(rig), result({ openHere: 3, openThere: 3 }));
    assert.deepEqual(questions(rig), [], 'nothing differs');
  });

  test('it comes again after a minute, and on demand at once', () => {
    const rig = matched();
    rig.advance(LIMITS.fullMatchEveryMs - LIMITS.reconcileRoundMs);
    settle(rig);
    assert.deepEqual(asksOf(rig, ['ListVenueOrders']), []);
    rig.advance(2 * LIMITS.reconcileRoundMs);
    settle(rig);
    assert.equal(asksOf(rig, ['ListVenueOrders']).length, 1);
    rig.receive({ kind: 'RunFullMatch', replyTo: rig.replyTo() });
    const running = { startedAtMs: rig.ctx.clockMs, phase: 'ours' };
    assert.deepEqual(repliesOf(rig), [{ outcome: 'full_match', running }]);
    rig.receive({ kind: 'RunFullMatch', replyTo: rig.replyTo() });
    assert.deepEqual(repliesOf(rig), [{ outcome: 'full_match', running }], 'the one that runs');
  });

  test('while the exchange cannot be asked, one that is wanted waits', () => {
    const rig = newRig();
    rig.receive({ kind: 'RunFullMatch', replyTo: rig.replyTo() });
    assert.deepEqual(repliesOf(rig), [{ outcome: 'full_match', running: null }]);
    rig.receive({ kind: 'LinkChanged', link: LINKED });
    assert.equal(rig.openAsks('ListOpenOrders').length, 1 + 1, 'the match and the sweep');
  });

  test('an acknowledged order that its list lacks is asked about: absence there is no proof', () => {
    const rig = compared([openOrder(1), openOrder(2)], [venueOrder(2)]);
    assert.equal(lastMatch(rig)?.missingThere, 1);
    assert.deepEqual(questions(rig), [[orderIdOf(1)]]);
    rig.sent();
    rig.answer('QueryOrders', answered([found(1, { status: 'filled', cumQty: 10 })]));
    assert.deepEqual(rig.sent(), [queried(1, venueOrder(1, { status: 'filled', cumQty: 10 }))]);
  });

  test('an order without an acknowledgement has its own schedule, a young one is no finding', () => {
    const pending = openOrder(1, { status: 'pending', externalOrderId: null, venueEpoch: null });
    const young = openOrder(2, { updatedAtMs: START_MS });
    const rig = compared([pending, young], []);
    assert.equal(lastMatch(rig)?.missingThere, 0);
    assert.deepEqual(questions(rig), []);
  });

  test('E10 a finding whose question brings no answer is asked about again', () => {
    const rig = compared([openOrder(1)], []);
    rig.answer('QueryOrders', { outcome: 'cannot_tell', reason: 'no_answer' });
    rig.advance(1_500);
    assert.deepEqual(questions(rig), [[orderIdOf(1)]]);
  });

  test('E12 an order on its list that is not open here is told to its shard, and recorded', () => {
    const rig = compared([], [venueOrder(1)]);
    assert.equal(lastMatch(rig)?.unknownHere, 1);
    assert.deepEqual(asksOf(rig, ['OrderQueried', 'RecordAcceptances']), [
      questionOf(queried(1, venueOrder(1))),
    ]);
    rig.answer('OrderQueried', BOOKED);
    const acceptances = [{ orderId: orderIdOf(1), externalOrderId: 'x1' }];
    assert.deepEqual(asksOf(rig, ['RecordAcceptances']), [
      { kind: 'RecordAcceptances', epoch: EPOCH, acceptances },
    ]);
  });

  for (const [what, clientOrderId] of [
    ['names no order of ours', 'someone-else'],
    ['its shard does not know', orderIdOf(1)],
  ] as const) {
    test(`an order on its list whose id ${what} is an incident, once`, () => {
      const rig = matched();
      for (let match = 0; match < 2; match++) {
        rig.receive({ kind: 'RunFullMatch', replyTo: rig.replyTo() });
        settle(rig, 'ListVenueOrders', 'OrderQueried');
        rig.answer('ListVenueOrders', page([venueOrder(1, { clientOrderId })]));
        for (const _ of rig.openAsks('OrderQueried')) {
          rig.answer('OrderQueried', { outcome: 'no_such_order', fillsMissing: false });
        }
      }
      const told = rig.ctx.logs.filter(({ text }) => text === 'incident: unknown_venue_order');
      assert.equal(told.length, 1);
      assert.deepEqual(asksOf(rig, ['RecordAcceptances']), []);
    });
  }

  test('E20 fills that it counts and we do not are waited for a while, then asked about', () => {
    const rig = compared([openOrder(1)], [venueOrder(1, { cumQty: 3 })]);
    assert.equal(lastMatch(rig)?.differing, 1);
    rig.advance(LIMITS.fillsLateMs - LIMITS.reconcileRoundMs);
    assert.deepEqual(questions(rig), []);
    rig.advance(2 * LIMITS.reconcileRoundMs);
    assert.deepEqual(questions(rig), [[orderIdOf(1)]]);
  });

  test('E26 fills that we count and it does not: the bust is among its executions', () => {
    const rig = compared([openOrder(1, { cumQty: 5 })], [venueOrder(1, { cumQty: 3 })]);
    assert.deepEqual(rig.openAsks('FetchFills'), [{ kind: 'FetchFills', externalOrderId: 'x1' }]);
  });

  test('E23 some seconds after the close every open DAY order is asked about', () => {
    const rig = matched();
    const session = { ...SESSION, state: 'closed' } as const;
    rig.receive({ kind: 'LinkChanged', link: { ...LINKED, session } });
    rig.advance(2_500);
    settle(rig);
    assert.deepEqual(asksOf(rig, ['ListVenueOrders']), []);
    rig.advance(1_000);
    const day = openOrder(1);
    const gtc = openOrder(2, { timeInForce: 'gtc' });
    compare(rig, [day, gtc], [venueOrder(1), venueOrder(2)]);
    assert.deepEqual(questions(rig), [[orderIdOf(1)]]);
  });

  test('E23 a close that was not heard shows in the next session', () => {
    const rig = matched();
    const session = { ...SESSION, sessionId: 's2' } as const;
    rig.receive({ kind: 'LinkChanged', link: { ...LINKED, session } });
    rig.advance(3_500);
    compare(rig, [openOrder(1)], [venueOrder(1)]);
    assert.deepEqual(questions(rig), [[orderIdOf(1)]]);
  });

  test('E41 in a new epoch what is missing is asked about twice, a settle window apart', () => {
    const rig = matched();
    const capabilities = { ...CAPABILITIES, epoch: 'e2' };
    rig.receive({ kind: 'LinkChanged', link: { ...LINKED, capabilities } });
    rig.advance(LIMITS.reconcileRoundMs);
    compare(rig, [openOrder(1)], [], 'e2');
    const asked: number[] = [];
    for (let ms = 0; ms < 20_000; ms += 100) {
      rig.advance(100);
      settle(rig);
      if (questions(rig).length === 0) continue;
      asked.push(rig.ctx.clockMs);
      rig.answer('QueryOrders', answered([notFound(1)], rig.ctx.clockMs, 'e2'));
      rig.answer('GetParked', parkedOf(null));
    }
    assert.equal(asked.length, 2);
    const [first = 0, second = 0] = asked;
    assert(second - first > LIMITS.settleWindowMs);
    assert.deepEqual(
      asksOf(rig, ['OrderQueried']),
      asked.map((askedAtMs) => ({
        kind: 'OrderQueried',
        orderId: orderIdOf(1),
        epoch: 'e2',
        venue: null,
        askedAtMs,
        nothingParked: true,
      })),
    );
  });

  test('E41 a new epoch interrupts the match of the old one, and the next begins at once', () => {
    const rig = linked();
    const capabilities = { ...CAPABILITIES, epoch: 'e2' };
    rig.receive({ kind: 'LinkChanged', link: { ...LINKED, capabilities } });
    assert.equal(lastMatch(rig)?.outcome, 'interrupted');
    rig.answer('ListOpenOrders', ours([openOrder(1)]), SHARD_0); // of the old one: late
    rig.sent();
    rig.advance(LIMITS.reconcileRoundMs);
    compare(rig, [], [], 'e2');
    assert.deepEqual([lastMatch(rig)?.outcome, lastMatch(rig)?.openHere], ['complete', 0]);
  });

  test('a list that does not come is asked for again, and in the end the match is interrupted', () => {
    const rig = matched();
    rig.receive({ kind: 'RunFullMatch', replyTo: rig.replyTo() });
    settle(rig, 'ListVenueOrders');
    for (let tries = 0; tries < LIMITS.matchPageTriesMax; tries++) {
      rig.answer('ListVenueOrders', { outcome: 'cannot_tell', reason: 'no_answer' });
      rig.advance(LIMITS.reconcileRoundMs);
      settle(rig, 'ListVenueOrders');
    }
    assert.equal(lastMatch(rig)?.outcome, 'interrupted');
    assert.equal(stateOf(rig).fullMatch.lastComplete?.outcome, 'complete', 'the one before');
    rig.advance(LIMITS.fullMatchRetryMs);
    settle(rig);
    rig.advance(LIMITS.reconcileRoundMs);
    settle(rig);
    assert.equal(lastMatch(rig)?.outcome, 'complete');
  });

  test('each page of a list has its own tries', () => {
    const rig = matched();
    rig.receive({ kind: 'RunFullMatch', replyTo: rig.replyTo() });
    settle(rig, 'ListVenueOrders');
    for (const hasMore of [true, true, false]) {
      for (let tries = 1; tries < LIMITS.matchPageTriesMax; tries++) {
        rig.answer('ListVenueOrders', { outcome: 'cannot_tell', reason: 'no_answer' });
        rig.advance(LIMITS.reconcileRoundMs);
        settle(rig, 'ListVenueOrders');
      }
      rig.answer('ListVenueOrders', page([venueOrder(1)], hasMore));
      settle(rig, 'ListVenueOrders');
    }
    assert.equal(lastMatch(rig)?.outcome, 'complete');
  });

  test('E18 after executions were lost the fills of every open order are fetched', () => {
    const rig = newRig();
    rig.receive({ kind: 'LinkChanged', link: LINKED });
    settle(rig, 'GetConnectionState');
    rig.answer('GetConnectionState', lostOnce());
    rig.advance(LIMITS.reconcileRoundMs);
    compare(rig, [openOrder(1), openOrder(2)], [venueOrder(1), venueOrder(2)]);
    assert.equal(stateOf(rig).fillsWanted, 1, 'and one on its way');
    assert.deepEqual(rig.openAsks('FetchFills'), [{ kind: 'FetchFills', externalOrderId: 'x1' }]);
  });
});

/** The match has begun, and nothing of it is answered. */
function linked(): Rig {
  const rig = newRig();
  rig.receive({ kind: 'LinkChanged', link: LINKED });
  rig.ctx.asks = rig.ctx.asks.filter(({ message }) => message.kind !== 'GetConnectionState');
  dropSweep(rig);
  return rig;
}

function compared(here: Parameters<typeof ours>[0], there: Parameters<typeof page>[0]): Rig {
  const rig = linked();
  compare(rig, here, there);
  return rig;
}

/** All that is open here is of shard 0. */
function compare(
  rig: Rig,
  here: Parameters<typeof ours>[0],
  there: Parameters<typeof page>[0],
  epoch = EPOCH,
): void {
  dropSweep(rig);
  settle(rig, 'ListOpenOrders', 'ListVenueOrders', 'OrderQueried', 'RecordAcceptances');
  rig.sent();
  rig.answer('ListOpenOrders', ours(here), SHARD_0);
  rig.answer('ListOpenOrders', ours([]), SHARD_1);
  rig.answer('ListVenueOrders', page(there, false, epoch));
}

/** The sweep for crossed orders (E19) reads the same pages, at its own pace. */
function dropSweep(rig: Rig): void {
  rig.ctx.asks = rig.ctx.asks.filter(({ message }) => {
    return !(message.kind === 'ListOpenOrders' && 'max' in message && isSweep(message.max));
  });
}

function isSweep(max: unknown): boolean {
  return max === LIMITS.sweepPageMax;
}

/** What was asked since the last look. */
function asksOf(rig: Rig, kinds: readonly string[]): unknown[] {
  return rig.sent().flatMap((one) => {
    if (one.via !== 'ask' || !kinds.includes(one.message.kind)) return [];
    return 'max' in one.message && isSweep(one.message.max) ? [] : [one.message];
  });
}

function questionOf(sent: ReturnType<typeof queried>): unknown {
  return sent.via === 'ask' ? sent.message : null;
}

function repliesOf(rig: Rig): unknown[] {
  return rig.sent().flatMap((one) => (one.via === 'reply' ? [one.reply] : []));
}

function lastMatch(rig: Rig) {
  return stateOf(rig).fullMatch.last;
}

function result(changes: object) {
  return {
    startedAtMs: START_MS,
    finishedAtMs: START_MS,
    openHere: 0,
    openThere: 0,
    missingThere: 0,
    unknownHere: 0,
    differing: 0,
    outcome: 'complete',
    ...changes,
  };
}

function lostOnce() {
  const executionFeed = { epoch: EPOCH, headSeq: 9, gaps: 0, losses: 1 };
  return { outcome: 'connection_state', executionFeed };
}
