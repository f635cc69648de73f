import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OpenOrder } from '../../../src/actors/order-shard/protocol.ts';
import { NO_SESSION_PRICES } from '../../../src/domain/session-prices.ts';
import { LIMITS } from '../../../src/limits.ts';
import { orderIdOf } from '../venue-messages.ts';
import {
  answered,
  found,
  LINKED,
  matched,
  openOrder,
  ours,
  page,
  questions,
  type Rig,
  SESSION,
  SHARD_0,
  settle,
  venueOrder,
} from './reconciler-rig.ts';

const LIMIT = 18_000;

describe('reconciler: orders that the price has crossed', () => {
  test('E19 one that is crossed for more than 10 s without a change is asked about', () => {
    const rig = priced(LIMIT - 1);
    assert.deepEqual(
      askedWithin(rig, LIMITS.crossedAfterMs, () => openOrder(1)),
      [],
    );
    assert.equal(askedWithin(rig, 5_000, () => openOrder(1)).length, 1);
  });

  test('E19 it is asked about at most once a minute', () => {
    const rig = priced(LIMIT - 1);
    const asked = askedWithin(rig, 100_000, () => openOrder(1));
    assert.equal(asked.length, 2);
    const [first = 0, second = 0] = asked;
    assert(second - first >= LIMITS.crossedAskEveryMs);
  });

  test('E19 a change of the order begins its time anew', () => {
    const rig = priced(LIMIT - 1);
    const changing = () => {
      const updatedAtMs = Math.floor(rig.ctx.clockMs / 8_000) * 8_000;
      return openOrder(1, { updatedAtMs });
    };
    assert.deepEqual(askedWithin(rig, 40_000, changing), []);
  });

  for (const [what, price, order] of [
    ['a buy at the last price', LIMIT, openOrder(1)],
    ['a buy below the last price', LIMIT + 1, openOrder(1)],
    ['a sell above the last price', LIMIT - 1, openOrder(1, { side: 'sell' })],
    ['an order without an acknowledgement', LIMIT - 1, openOrder(1, { externalOrderId: null })],
  ] as const) {
    test(`E19 ${what} is not crossed`, () => {
      assert.deepEqual(
        askedWithin(priced(price), 15_000, () => order),
        [],
      );
    });
  }

  test('E19 a sell below the last price is crossed', () => {
    const rig = priced(LIMIT + 1);
    assert.equal(askedWithin(rig, 15_000, () => openOrder(1, { side: 'sell' })).length, 1);
  });

  test('E19 without prices, or outside the session, nothing is crossed', () => {
    for (const link of [
      { ...LINKED, priceFeedLive: false },
      { ...LINKED, session: { ...SESSION, state: 'closed' } as const },
    ]) {
      const rig = priced(LIMIT - 1);
      rig.receive({ kind: 'LinkChanged', link });
      rig.advance(LIMITS.reconcileRoundMs);
      assert.deepEqual(sweeps(rig), []);
    }
  });
});

function priced(priceInCents: number): Rig {
  const rig = matched();
  const price = { priceInCents, lastTradedAtMs: rig.ctx.clockMs, seq: 1 };
  const session = NO_SESSION_PRICES;
  rig.ctx.prices.set('IBM', { tickInCents: 1, halted: false, price, session });
  return rig;
}

/** When the exchange was asked; its shard lists the order, the exchange says that it is open. */
function askedWithin(rig: Rig, ms: number, order: () => OpenOrder): number[] {
  const asked: number[] = [];
  const untilMs = rig.ctx.clockMs + ms;
  while (rig.ctx.clockMs < untilMs) {
    rig.advance(LIMITS.reconcileRoundMs);
    answerRound(rig, order());
    if (questions(rig).length === 0) continue;
    assert.deepEqual(questions(rig), [[orderIdOf(1)]]);
    asked.push(rig.ctx.clockMs);
    rig.answer('QueryOrders', answered([found(1)]));
  }
  return asked;
}

function answerRound(rig: Rig, order: OpenOrder): void {
  settle(rig, 'ListOpenOrders', 'ListVenueOrders');
  for (const { to } of rig.ctx.asks.filter(({ message }) => message.kind === 'ListOpenOrders')) {
    rig.answer('ListOpenOrders', ours(to === SHARD_0 ? [order] : []), to);
  }
  // A full match may be among them.
  settle(rig, 'ListVenueOrders');
  for (const _ of rig.openAsks('ListVenueOrders')) {
    rig.answer('ListVenueOrders', page([venueOrder(1)]));
  }
  settle(rig);
}

function sweeps(rig: Rig): unknown[] {
  return rig.openAsks('ListOpenOrders');
}
