import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PriceTicked } from '../../../src/actors/symbol-fanout/protocol.ts';
import { type PriceSpan, spanOf } from '../../../src/domain/price-span.ts';
import { NO_SESSION_PRICES, withSpan } from '../../../src/domain/session-prices.ts';
import { LIMITS } from '../../../src/limits.ts';
import type { Address } from '../../../src/runtime/actor.ts';
import { type Sent, START_MS } from '../test-context.ts';
import { aHeartbeat, aListedSymbol, aSnapshot, aTick, EPOCH } from '../venue-messages.ts';
import { ConnectionRig, OPENED } from './connection-rig.ts';

const IBM = 'symbol-fanout/IBM';
const AIG = 'symbol-fanout/AIG';

describe('exchange-connection: the price feed', () => {
  test('a snapshot lists every symbol, publishes every price and tells the directory', () => {
    const rig = new ConnectionRig();
    rig.readCapabilities();
    rig.finish('OpenFeed', OPENED, { feed: 'prices' });
    rig.sent();
    rig.frames('prices', aSnapshot(10));
    assert.deepEqual(rig.published, ['list IBM', 'list AIG', 'IBM=18000@10']);
    const symbols = [aListedSymbol('IBM'), aListedSymbol('AIG', { lastPriceInCents: null })];
    assert.deepEqual(mailOf(rig.sent()), [
      { via: 'ask', to: 'directory/0', message: { kind: 'SymbolsListed', symbols } },
      repeated(IBM, 18_000, 10, START_MS),
      live(true),
      fresh(IBM, false),
      fresh(AIG, false),
      live(true), // whoever is watched tells first that it is there
    ]);
  });

  test('the ticks of one read are merged: one per symbol, the newest, with their number', () => {
    const rig = linked();
    rig.frames('prices', aTick(11), aTick(12, { symbol: 'AIG' }), aTick(13), aTick(14));
    const ibm = { openInCents: 18_011, highInCents: 18_014, lowInCents: 18_011, volume: 300 };
    const notionalInCents = 100 * (18_011 + 18_013 + 18_014);
    assert.deepEqual(mailOf(rig.sent()), [
      ticked(IBM, 18_014, 14, { ...ibm, notionalInCents, prints: 3 }),
      ticked(AIG, 18_012, 12),
    ]);
    assert.deepEqual(rig.published, ['IBM=18014@14', 'AIG=18012@12']);
  });

  test("the exchange's halt of a symbol, and its end, go to the shared table in sequence", () => {
    const rig = linked();
    const halt = { kind: 'halt', epoch: EPOCH, symbol: 'IBM', exchangeAtMs: START_MS } as const;
    const ghost = { ...halt, seq: 13, symbol: 'GHOST', halted: true };
    rig.frames('prices', { ...halt, seq: 11, halted: true }, aTick(12, { symbol: 'AIG' }), ghost);
    assert.deepEqual(rig.published, ['list IBM halted', 'AIG=18012@12']);
    assert.deepEqual(mailOf(rig.sent()), [ticked(AIG, 18_012, 12)]);
    rig.frames('prices', { ...halt, seq: 14, halted: false }, { ...halt, seq: 14, halted: true });
    assert.deepEqual(rig.published.slice(2), ['list IBM']);
  });

  test('a tick of a symbol that is not listed is counted and passed over', () => {
    const rig = linked();
    rig.frames('prices', aTick(11, { symbol: 'GHOST' }), aTick(12));
    assert.deepEqual(mailOf(rig.sent()), [ticked(IBM, 18_012, 12)]);
    assert.equal(rig.ctx.counters.get('ticks_of_unlisted_symbols'), 1);
  });

  test('fan-outs are made again by being told how the feed is, also those that print nothing', () => {
    const rig = linked();
    rig.life(IBM, 'down');
    assert.deepEqual(mailOf(rig.sent()), [live(true), fresh(IBM, false), fresh(AIG, false)]);
    rig.frames('prices', aTick(11), aTick(13));
    rig.sent();
    rig.life(IBM, 'down');
    assert.deepEqual(mailOf(rig.sent()), [live(false), fresh(IBM, true), fresh(AIG, true)]);
    rig.advance(LIMITS.linkRetryMinMs);
    assert.deepEqual(mailOf(rig.sent()), [live(false), fresh(IBM, true), fresh(AIG, true)]);
  });

  test('a price-history that is made again is told how the feed is', () => {
    const rig = linked();
    rig.life('price-history/0', 'down');
    assert.deepEqual(mailOf(rig.sent()), []);
    rig.life('price-history/0', 'up');
    assert.deepEqual(mailOf(rig.sent()), [live(true)]);
  });

  test('the prints of one read that lie in two minutes are told apart', () => {
    const rig = linked();
    const late = aTick(12, { exchangeAtMs: START_MS + 60_000, numShares: 7 });
    rig.frames('prices', aTick(11), late);
    const [first, second] = mailOf(rig.sent());
    assert.deepEqual(first, {
      ...ticked(IBM, 18_011, 11),
      message: messageOf(18_011, 11, { volume: 100, notionalInCents: 1_801_100 }),
    });
    assert.deepEqual(second, {
      via: 'conflate',
      to: IBM,
      key: 'IBM',
      message: {
        ...messageOf(18_012, 12, { volume: 7, notionalInCents: 7 * 18_012 }),
        exchangeAtMs: START_MS + 60_000,
        session: {
          openInCents: 18_011,
          highInCents: 18_012,
          lowInCents: 18_011,
          volume: 107,
          previousCloseInCents: null,
        },
      },
    });
  });

  test('a new session begins with the last print as its previous close', () => {
    const rig = linked();
    const session = { sessionId: 's2', state: 'open', tradingDate: '2026-01-06' } as const;
    rig.frames('prices', aTick(11), {
      kind: 'session',
      epoch: EPOCH,
      seq: 12,
      session,
      exchangeAtMs: START_MS,
    });
    const told = mailOf(rig.sent()).filter(({ via }) => via === 'conflate');
    assert.deepEqual(told, [
      ticked(IBM, 18_011, 11),
      {
        via: 'conflate',
        to: IBM,
        key: 'IBM',
        message: {
          ...messageOf(18_011, 11, {}),
          span: null,
          session: { ...NO_SESSION_PRICES, previousCloseInCents: 18_011 },
        },
      },
    ]);
    rig.frames('prices', aTick(13));
    const [next] = mailOf(rig.sent());
    assert.deepEqual((next as unknown as { message: PriceTicked }).message.session, {
      openInCents: 18_013,
      highInCents: 18_013,
      lowInCents: 18_013,
      volume: 100,
      previousCloseInCents: 18_011,
    });
  });

  test('a gap flags every price as stale and resumes after the last tick in sequence', () => {
    const rig = linked();
    rig.frames('prices', aTick(11), aTick(13));
    assert.deepEqual(mailOf(rig.sent()), [
      ticked(IBM, 18_011, 11),
      live(false),
      fresh(IBM, true),
      fresh(AIG, true),
    ]);
    rig.advance(LIMITS.linkRetryMinMs);
    const from = { epoch: EPOCH, seq: 11 };
    assert.deepEqual(rig.openEffects('OpenFeed'), [{ kind: 'OpenFeed', feed: 'prices', from }]);
    rig.finish('OpenFeed', OPENED, { feed: 'prices' });
    rig.sent();
    rig.frames('prices', aTick(12), aTick(13));
    assert.deepEqual(mailOf(rig.sent()).slice(1), [
      live(true),
      fresh(IBM, false),
      fresh(AIG, false),
    ]);
  });

  test('a heartbeat ahead of us shows that the last ticks were lost', () => {
    const rig = linked();
    rig.frames('prices', aHeartbeat(10));
    assert.deepEqual(mailOf(rig.sent()), []);
    rig.frames('prices', aHeartbeat(11));
    assert.deepEqual(mailOf(rig.sent()), [live(false), fresh(IBM, true), fresh(AIG, true)]);
  });

  test('a feed that is silent is stale', () => {
    const rig = linked();
    rig.advance(LIMITS.feedSilentMs - 1);
    assert.deepEqual(mailOf(rig.sent()), []);
    rig.frames('executions', aHeartbeat(0));
    rig.advance(1);
    assert.deepEqual(mailOf(rig.sent()), [live(false), fresh(IBM, true), fresh(AIG, true)]);
  });

  test('after a reset the snapshot that follows is the truth, whatever its sequence', () => {
    const rig = linked();
    const snapshot = aSnapshot(2, { epoch: 'e2', symbols: [aListedSymbol('IBM')] });
    rig.frames('prices', aTick(11), { kind: 'reset', epoch: 'e2', headSeq: 2 }, snapshot);
    rig.sent();
    rig.frames('prices', aTick(3, { epoch: 'e2' }));
    assert.deepEqual(mailOf(rig.sent()), [ticked(IBM, 18_003, 3)]);
  });

  test('ticks of an unannounced epoch have the feed begin anew', () => {
    const rig = linked();
    rig.frames('prices', aTick(11, { epoch: 'e2' }));
    rig.advance(LIMITS.linkRetryMinMs);
    const from = null;
    assert.deepEqual(rig.openEffects('OpenFeed'), [{ kind: 'OpenFeed', feed: 'prices', from }]);
  });

  test('a directory that did not take the symbols is told again', () => {
    const rig = new ConnectionRig();
    rig.readCapabilities();
    rig.finish('OpenFeed', OPENED, { feed: 'prices' });
    rig.frames('prices', aSnapshot(10));
    rig.answer('SymbolsListed', { outcome: 'unknown', reason: 'stopped' });
    assert.equal(rig.openAsks('SymbolsListed').length, 0);
    rig.advance(LIMITS.linkRetryMaxMs);
    rig.answer('SymbolsListed', { outcome: 'listed' });
    rig.advance(LIMITS.linkRetryMaxMs);
    assert.equal(rig.openAsks('SymbolsListed').length, 0);
  });
});

function linked(): ConnectionRig {
  const rig = new ConnectionRig();
  rig.linkUp();
  return rig;
}

/** What went to other actors. */
function mailOf(sent: readonly Sent[]): Sent[] {
  return sent.filter(({ via }) => via !== 'effect');
}

/** Printed once since the last message and since the session opened, but for `span`. */
function ticked(
  to: Address,
  priceInCents: number,
  feedSeq: number,
  span: Partial<PriceSpan> = {},
): Sent {
  const message = messageOf(priceInCents, feedSeq, span);
  return { via: 'conflate', to, key: symbolOf(to), message };
}

function messageOf(priceInCents: number, feedSeq: number, fields: Partial<PriceSpan>): PriceTicked {
  const span = { ...spanOf(priceInCents, 100), ...fields };
  const session = withSpan(NO_SESSION_PRICES, span);
  const exchangeAtMs = START_MS + feedSeq;
  return { kind: 'PriceTicked', priceInCents, exchangeAtMs, feedSeq, span, session };
}

function repeated(to: Address, priceInCents: number, feedSeq: number, exchangeAtMs: number): Sent {
  const message: PriceTicked = {
    kind: 'PriceTicked',
    priceInCents,
    exchangeAtMs,
    feedSeq,
    span: null,
    session: NO_SESSION_PRICES,
  };
  return { via: 'conflate', to, key: symbolOf(to), message };
}

function live(isLive: boolean): Sent {
  const message = { kind: 'FeedLiveness', live: isLive };
  return { via: 'conflate', to: 'price-history/0', key: 'liveness', message };
}

function fresh(to: Address, stale: boolean): Sent {
  const message = { kind: 'FeedFreshness', stale };
  return { via: 'conflate', to, key: `${symbolOf(to)}/freshness`, message };
}

function symbolOf(fanout: Address): string {
  return fanout.slice('symbol-fanout/'.length);
}
