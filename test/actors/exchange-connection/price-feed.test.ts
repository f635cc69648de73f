import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
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
    assert.deepEqual(rig.published, ['list IBM', 'IBM=18000@10', 'list AIG']);
    const symbols = [aListedSymbol('IBM'), aListedSymbol('AIG', { lastPriceInCents: null })];
    assert.deepEqual(mailOf(rig.sent()), [
      ticked(IBM, 18_000, 10, 0, START_MS),
      { via: 'ask', to: 'directory/0', message: { kind: 'SymbolsListed', symbols } },
      fresh(IBM, false),
      fresh(AIG, false),
    ]);
  });

  test('the ticks of one read are merged: one per symbol, the newest, with their number', () => {
    const rig = linked();
    rig.frames('prices', aTick(11), aTick(12, { symbol: 'AIG' }), aTick(13), aTick(14));
    assert.deepEqual(mailOf(rig.sent()), [ticked(IBM, 18_014, 14, 3), ticked(AIG, 18_012, 12, 1)]);
    assert.deepEqual(rig.published, ['IBM=18014@14', 'AIG=18012@12']);
  });

  test("the exchange's halt of a symbol, and its end, go to the shared table in sequence", () => {
    const rig = linked();
    const halt = { kind: 'halt', epoch: EPOCH, symbol: 'IBM', exchangeAtMs: START_MS } as const;
    const ghost = { ...halt, seq: 13, symbol: 'GHOST', halted: true };
    rig.frames('prices', { ...halt, seq: 11, halted: true }, aTick(12, { symbol: 'AIG' }), ghost);
    assert.deepEqual(rig.published, ['list IBM halted', 'AIG=18012@12']);
    assert.deepEqual(mailOf(rig.sent()), [ticked(AIG, 18_012, 12, 1)]);
    rig.frames('prices', { ...halt, seq: 14, halted: false }, { ...halt, seq: 14, halted: true });
    assert.deepEqual(rig.published.slice(2), ['list IBM']);
  });

  test('a tick of a symbol that is not listed is counted and passed over', () => {
    const rig = linked();
    rig.frames('prices', aTick(11, { symbol: 'GHOST' }), aTick(12));
    assert.deepEqual(mailOf(rig.sent()), [ticked(IBM, 18_012, 12, 1)]);
    assert.equal(rig.ctx.counters.get('ticks_of_unlisted_symbols'), 1);
  });

  test('fan-outs that are made again while the feed is not live are told that prices are stale', () => {
    const rig = linked();
    rig.life(IBM, 'down');
    assert.deepEqual(mailOf(rig.sent()), [], 'live is what they begin with');
    rig.frames('prices', aTick(11), aTick(13));
    rig.sent();
    rig.life(IBM, 'down');
    assert.deepEqual(mailOf(rig.sent()), [fresh(IBM, true), fresh(AIG, true)]);
  });

  test('a gap flags every price as stale and resumes after the last tick in sequence', () => {
    const rig = linked();
    rig.frames('prices', aTick(11), aTick(13));
    assert.deepEqual(mailOf(rig.sent()), [
      ticked(IBM, 18_011, 11, 1),
      fresh(IBM, true),
      fresh(AIG, true),
    ]);
    rig.advance(LIMITS.linkRetryMinMs);
    const from = { epoch: EPOCH, seq: 11 };
    assert.deepEqual(rig.openEffects('OpenFeed'), [{ kind: 'OpenFeed', feed: 'prices', from }]);
    rig.finish('OpenFeed', OPENED, { feed: 'prices' });
    rig.sent();
    rig.frames('prices', aTick(12), aTick(13));
    assert.deepEqual(mailOf(rig.sent()), [
      ticked(IBM, 18_013, 13, 2),
      fresh(IBM, false),
      fresh(AIG, false),
    ]);
  });

  test('a heartbeat ahead of us shows that the last ticks were lost', () => {
    const rig = linked();
    rig.frames('prices', aHeartbeat(10));
    assert.deepEqual(mailOf(rig.sent()), []);
    rig.frames('prices', aHeartbeat(11));
    assert.deepEqual(mailOf(rig.sent()), [fresh(IBM, true), fresh(AIG, true)]);
  });

  test('a feed that is silent is stale', () => {
    const rig = linked();
    rig.advance(LIMITS.feedSilentMs - 1);
    assert.deepEqual(mailOf(rig.sent()), []);
    rig.frames('executions', aHeartbeat(0));
    rig.advance(1);
    assert.deepEqual(mailOf(rig.sent()), [fresh(IBM, true), fresh(AIG, true)]);
  });

  test('after a reset the snapshot that follows is the truth, whatever its sequence', () => {
    const rig = linked();
    const snapshot = aSnapshot(2, { epoch: 'e2', symbols: [aListedSymbol('IBM')] });
    rig.frames('prices', aTick(11), { kind: 'reset', epoch: 'e2', headSeq: 2 }, snapshot);
    rig.sent();
    rig.frames('prices', aTick(3, { epoch: 'e2' }));
    assert.deepEqual(mailOf(rig.sent()), [ticked(IBM, 18_003, 3, 1)]);
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

function ticked(
  to: Address,
  priceInCents: number,
  feedSeq: number,
  ticks: number,
  exchangeAtMs = START_MS + feedSeq,
): Sent {
  const message = { kind: 'PriceTicked', priceInCents, exchangeAtMs, feedSeq, ticks };
  return { via: 'conflate', to, key: symbolOf(to), message };
}

function fresh(to: Address, stale: boolean): Sent {
  const message = { kind: 'FeedFreshness', stale };
  return { via: 'conflate', to, key: `${symbolOf(to)}/freshness`, message };
}

function symbolOf(fanout: Address): string {
  return fanout.slice('symbol-fanout/'.length);
}
