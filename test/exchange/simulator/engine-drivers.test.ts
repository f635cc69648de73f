// The engine behind the port's effects on a virtual clock: the same effects, the same feeds, the
// same run for a seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  AskOrdersAnswer,
  FeedName,
  PlaceOrdersAnswer,
  ReadFeed,
  ReadFeedAnswer,
  VenueEffect,
} from '../../../src/exchange/effects.ts';
import type { ExecutionFrame, PriceFrame } from '../../../src/exchange/port.ts';
import { Engine } from '../../../src/exchange/simulator/engine.ts';
import {
  createEngineDrivers,
  type EngineVenue,
} from '../../../src/exchange/simulator/engine-drivers.ts';
import { seededRandom } from '../../../src/exchange/simulator/random.ts';
import { SyntheticMarket, syntheticListings } from '../../../src/exchange/simulator/synthetic.ts';
import { anOrder, byClientOrderId, NOW } from './an-engine.ts';

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Time that stands still until it is told to pass. */
class VirtualTime {
  #nowMs = NOW;
  #timers: Timer[] = [];
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  pass(ms: number): void {
    const end = this.#nowMs + ms;
    for (;;) {
      const next = this.#timers.reduce<Timer | null>(
        (first, timer) => (first === null || timer.atMs < first.atMs ? timer : first),
        null,
      );
      if (next === null || next.atMs > end) break;
      this.#nowMs = next.atMs;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.run();
    }
    this.#nowMs = end;
  }
}

function aVenue(seed = 1): { venue: EngineVenue; time: VirtualTime } {
  const time = new VirtualTime(seed);
  const engine = new Engine({ epoch: 'e1', listings: syntheticListings(2) });
  const venue = createEngineDrivers({ engine, environment: time, latencyMs: [1, 20] });
  const market = new SyntheticMarket(engine, { symbols: 2, seed, printsPerSecond: 4 });
  venue.run((_, nowMs) => {
    engine.openSession('e1-s1', nowMs);
    market.advance(nowMs);
  });
  venue.every(250, (_, nowMs) => market.advance(nowMs));
  return { venue, time };
}

/** The answers land in the list that is returned, as time passes. */
function start({ drivers }: EngineVenue, effect: VenueEffect): unknown[] {
  const answers: unknown[] = [];
  drivers[effect.kind]?.start(effect, (answer) => answers.push(answer));
  return answers;
}

function answerTo<Answer>(venue: EngineVenue, time: VirtualTime, effect: VenueEffect): Answer {
  const answers = start(venue, effect);
  assert.deepEqual(answers, [], 'an answer takes its time');
  time.pass(100);
  assert.equal(answers.length, 1);
  return answers[0] as Answer;
}

/** Reads a feed for that long, always asking for more. */
function readFor(venue: EngineVenue, time: VirtualTime, feed: FeedName, ms: number) {
  const frames: (ExecutionFrame | PriceFrame)[] = [];
  const read = () => {
    const effect: ReadFeed = { kind: 'ReadFeed', feed, framesMax: 3 };
    venue.drivers['ReadFeed']?.start(effect, (result) => {
      const answer = result as ReadFeedAnswer;
      if (answer.outcome !== 'frames') return;
      frames.push(...answer.frames);
      read();
    });
  };
  read();
  time.pass(ms);
  return frames;
}

function buy(clientOrderId: string): VenueEffect {
  const terms = { symbol: 'SYN0001', timeInForce: 'ioc', priceInCents: 100_000 } as const;
  return { kind: 'PlaceOrders', orders: [anOrder(clientOrderId, { ...terms, numShares: 10 })] };
}

test('an order is placed, traded, found by a query, and its executions come on the feed', () => {
  const { venue, time } = aVenue();
  answerTo(venue, time, { kind: 'OpenFeed', feed: 'executions', from: null });
  const placed = answerTo<PlaceOrdersAnswer>(venue, time, buy('a'));
  assert(placed.outcome === 'answered' && placed.results[0]?.outcome === 'accepted');
  const query: VenueEffect = { kind: 'AskOrders', orders: [byClientOrderId('a')] };
  const asked = answerTo<AskOrdersAnswer>(venue, time, query);
  assert(asked.outcome === 'answered' && asked.results[0]?.outcome === 'found');
  assert.equal(asked.results[0].order.status, 'filled');
  const frames = readFor(venue, time, 'executions', 2_500);
  const words = frames.map((frame) => (frame.kind === 'execution' ? frame.execKind : frame.kind));
  assert.deepEqual(words.slice(0, 3), ['accepted', 'trade', 'heartbeat']);
  assert(frames.every((frame) => frame.kind !== 'execution' || frame.clientOrderId === null));
});

test('a feed resumes exactly, and begins anew for another epoch', () => {
  const { venue, time } = aVenue();
  for (const id of ['a', 'b', 'c']) answerTo(venue, time, buy(id));
  const kindsAfter = (from: { epoch: string; seq: number } | null) => {
    answerTo(venue, time, { kind: 'OpenFeed', feed: 'executions', from });
    const frames = readFor(venue, time, 'executions', 300);
    return frames.map((frame) => (frame.kind === 'execution' ? frame.seq : frame.kind));
  };
  assert.deepEqual(
    kindsAfter(null).filter((word) => word !== 'heartbeat'),
    [1, 2, 3, 4, 5, 6],
  );
  assert.deepEqual(
    kindsAfter({ epoch: 'e1', seq: 4 }).filter((word) => word !== 'heartbeat'),
    [5, 6],
  );
  assert.deepEqual(kindsAfter({ epoch: 'e0', seq: 4 }).slice(0, 3), ['reset', 1, 2]);
});

test('the price feed begins with a snapshot and every symbol prints on', () => {
  const { venue, time } = aVenue();
  answerTo(venue, time, { kind: 'OpenFeed', feed: 'prices', from: null });
  const frames = readFor(venue, time, 'prices', 3_000);
  const [snapshot, ...later] = frames;
  assert(snapshot?.kind === 'snapshot');
  assert(snapshot.symbols.every((symbol) => symbol.lastPriceInCents !== null));
  const seqs = later.flatMap((frame) => (frame.kind === 'tick' ? [frame.seq] : []));
  assert.deepEqual(
    seqs,
    seqs.map((_, i) => snapshot.seq + 1 + i),
  );
  assert(seqs.length >= 8);
});

test('a cut connection ends the read, and a cancelled effect is not answered', () => {
  const { venue, time } = aVenue();
  answerTo(venue, time, { kind: 'OpenFeed', feed: 'executions', from: null });
  const reading = start(venue, { kind: 'ReadFeed', feed: 'executions', framesMax: 5 });
  venue.cutFeeds();
  time.pass(0);
  assert.deepEqual(reading, [{ outcome: 'closed', error: 'the connection was lost' }]);
  const answers: unknown[] = [];
  const cancel = venue.drivers['PlaceOrders']?.start(buy('x'), (answer) => answers.push(answer));
  cancel?.();
  time.pass(1_000);
  assert.deepEqual(answers, []);
});

test('the same seed gives the same records, another seed others', () => {
  const run = (seed: number) => {
    const { venue, time } = aVenue(seed);
    for (let i = 0; i < 20; i++) start(venue, buy(`o${i}`));
    time.pass(5_000);
    return venue.records;
  };
  assert.deepEqual(run(7), run(7));
  assert.notDeepEqual(run(7), run(8));
});
