// Sessions on the wall clock: one pass each, looping, with a price and a quote for every symbol
// from the first moment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { protectivePrice } from '../../../src/domain/money.ts';
import { Engine } from '../../../src/exchange/simulator/engine.ts';
import { Replay } from '../../../src/exchange/simulator/replay.ts';
import { SyntheticMarket, syntheticListings } from '../../../src/exchange/simulator/synthetic.ts';
import { openTape, type Tape } from '../../../src/exchange/simulator/tape.ts';
import type { TapeEvent } from '../../../src/exchange/simulator/tape-events.ts';
import { anOrder, executionsIn, NOW, ticksIn } from './an-engine.ts';

const TAPE_DAY = '2013-10-07';
const OPEN_MS = 34_200_000;
const SESSION_MS = 23_400_000;

const EVENTS: readonly TapeEvent[] = [
  { kind: 'print', atMs: OPEN_MS + 1_000, symbol: 'A', priceInCents: 1_000, numShares: 10 },
  { kind: 'print', atMs: OPEN_MS + 2_000, symbol: 'A', priceInCents: 1_001, numShares: 20 },
  { kind: 'print', atMs: OPEN_MS + 4_000, symbol: 'B', priceInCents: 2_000, numShares: 30 },
  { kind: 'print', atMs: OPEN_MS + 6_000, symbol: 'A', priceInCents: 1_002, numShares: 40 },
];

function aTape(): Tape {
  const listings = ['A', 'B'].map((symbol) => ({ symbol, company: symbol, tickInCents: 1 }));
  return { listings, pass: () => EVENTS, dateOf: () => TAPE_DAY };
}

function aReplay({ speed = 1, breakMs = 0 } = {}) {
  const tape = aTape();
  const engine = new Engine({ epoch: 'e1', listings: tape.listings });
  const replay = new Replay(engine, tape, { speed, breakMs, sessionSinceMs: null });
  return { engine, replay };
}

test('the first quotes and prints are brought forward to the open, the rest keeps its time', () => {
  const { engine, replay } = aReplay({ speed: 2 });
  replay.advance(NOW);
  assert.deepEqual(ticksIn(engine.take()), ['1000x10', '2000x30']);
  assert(engine.priceSnapshot().symbols.every((symbol) => symbol.lastPriceInCents !== null));
  replay.advance(NOW + 999);
  assert.deepEqual(ticksIn(engine.take()), []);
  replay.advance(NOW + 1_000);
  assert.deepEqual(ticksIn(engine.take()), ['1001x20']);
  replay.advance(NOW + 3_000);
  assert.deepEqual(ticksIn(engine.take()), ['1002x40']);
});

test('a pass is a session: day orders expire, closed and open follow, the tape begins anew', () => {
  const { engine, replay } = aReplay();
  replay.advance(NOW);
  engine.place([anOrder('d', { symbol: 'A', priceInCents: 900 })], NOW);
  replay.advance(NOW + SESSION_MS - 1);
  engine.take();
  replay.advance(NOW + SESSION_MS);
  const output = engine.take();
  assert.deepEqual(executionsIn(output), ['d expired end_of_session cum 0']);
  const frames = output.prices.map((frame) =>
    frame.kind === 'session'
      ? `${frame.session.sessionId} ${frame.session.state}`
      : frame.kind === 'tick' && frame.priceInCents,
  );
  assert.deepEqual(frames, ['e1-s1 closed', 'e1-s2 open', 1_000, 2_000]);
});

test('a break between two sessions keeps the market closed for that long', () => {
  const { engine, replay } = aReplay({ breakMs: 500 });
  replay.advance(NOW);
  replay.advance(NOW + SESSION_MS);
  assert.deepEqual(engine.session, { sessionId: 'e1-s1', state: 'closed', tradingDate: TAPE_DAY });
  replay.advance(NOW + SESSION_MS + 499);
  assert.equal(engine.session.state, 'closed');
  replay.advance(NOW + SESSION_MS + 500);
  assert.deepEqual(engine.session, { sessionId: 'e1-s2', state: 'open', tradingDate: TAPE_DAY });
});

test('after a restart within a session the tape goes on where it would be by now', () => {
  const tape = aTape();
  const engine = new Engine({ epoch: 'e1', listings: tape.listings });
  engine.openSession('e1-s1', NOW);
  const replay = new Replay(engine, tape, { speed: 1, breakMs: 0, sessionSinceMs: NOW });
  engine.take();
  replay.advance(NOW + 5_000);
  const lastPrices = engine.priceSnapshot().symbols.map((symbol) => symbol.lastPriceInCents);
  assert.deepEqual(lastPrices, [1_001, 2_000]);
  engine.take();
  replay.advance(NOW + 6_000);
  assert.deepEqual(ticksIn(engine.take()), ['1002x40']);
});

test('after a restart when the session should be over it ends first', () => {
  const tape = aTape();
  const engine = new Engine({ epoch: 'e1', listings: tape.listings });
  engine.openSession('e1-s1', NOW);
  engine.place([anOrder('d', { symbol: 'A', priceInCents: 900 })], NOW);
  engine.take();
  const replay = new Replay(engine, tape, { speed: 1, breakMs: 0, sessionSinceMs: NOW });
  replay.advance(NOW + 2 * SESSION_MS);
  assert.deepEqual(executionsIn(engine.take()), ['d expired end_of_session cum 0']);
  assert.equal(engine.session.sessionId, 'e1-s2');
});

test('on the real tapes a market order of 10 fills at any time, on both sides', () => {
  const tape = openTape('data/market');
  const engine = new Engine({ epoch: 'e1', listings: tape.listings });
  const speed = 600;
  const replay = new Replay(engine, tape, { speed, breakMs: 0, sessionSinceMs: null });
  const end = NOW + SESSION_MS / speed;
  for (let nowMs = NOW, n = 0; nowMs <= end; nowMs += 500) {
    replay.advance(nowMs);
    engine.advance(nowMs);
    for (const { symbol, lastPriceInCents } of engine.priceSnapshot().symbols) {
      for (const side of ['buy', 'sell'] as const) {
        const priceInCents = protectivePrice(lastPriceInCents ?? 0, side, 300);
        const terms = { symbol, side, timeInForce: 'ioc', priceInCents, numShares: 10 } as const;
        engine.place([anOrder(`m${++n}`, { ...terms, notAfterMs: nowMs })], nowMs);
        const words = executionsIn(engine.take()).at(-1) ?? '';
        assert.match(words, /trade .* cum 10$/, `${symbol} ${side} at ${nowMs - NOW} ms`);
      }
    }
  }
});

test('synthetic walks follow from their seed and keep their rate', () => {
  const walk = (seed: number) => {
    const engine = new Engine({ epoch: 'e1', listings: syntheticListings(3) });
    engine.openSession('e1-s1', NOW);
    const market = new SyntheticMarket(engine, { symbols: 3, seed, printsPerSecond: 10 });
    for (let ms = 0; ms <= 2_000; ms += 50) market.advance(NOW + ms);
    return ticksIn(engine.take());
  };
  assert.equal(walk(1).length, 3 + 20);
  assert.deepEqual(walk(1), walk(1));
  assert.notDeepEqual(walk(1), walk(2));
});

test('each session opens with a print of every symbol, and no print is owed for the time between', () => {
  const engine = new Engine({ epoch: 'e1', listings: syntheticListings(3) });
  const market = new SyntheticMarket(engine, { symbols: 3, seed: 1, printsPerSecond: 10 });
  engine.openSession('e1-s1', NOW);
  market.advance(NOW);
  market.advance(NOW + 1_000);
  engine.closeSession(NOW + 1_000);
  engine.take();
  engine.openSession('e1-s2', NOW + 9_000);
  market.advance(NOW + 9_000);
  assert.equal(ticksIn(engine.take()).length, 3);
  market.advance(NOW + 10_000);
  assert.equal(ticksIn(engine.take()).length, 10);
});
