// The hub over a fake edge and fake sinks: a user's events, slow readers, and the ends of streams.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { settled } from './fake-edge.ts';
import { FakeShard } from './fake-shard.ts';
import { FakeSink } from './fake-sink.ts';
import { ALICE, BOB, events } from './fixtures.ts';
import { aHub, price } from './hub-rig.ts';

/** A frame of an event is never shorter. */
const FRAME_BYTES_MIN = 100;

test('a stream begins with hello, without an id, and the retry time', async () => {
  const { open, shard } = aHub();
  shard.happen(ALICE, 7);
  const { sink } = await open();
  const [hello] = sink.received;
  assert.equal(hello?.event, 'hello');
  assert.equal(hello?.id, undefined);
  assert.match(hello?.data.streamId, /^str_0_[0-9a-z]{10}$/);
  assert.deepEqual({ ...hello?.data, streamId: '' }, { streamId: '', resume: 'none', headSeq: 7 });
  assert.match(sink.writes[0] ?? '', /^event: hello\nretry: \d+\ndata: /);
});

test('later events arrive once each, with their number as id', async () => {
  const { open, shard } = aHub();
  shard.happen(ALICE, 2);
  const { sink } = await open();
  shard.happen(ALICE, 3);
  assert.deepEqual(sink.seqs, [3, 4, 5]);
  assert.deepEqual(
    sink.of('order').map(({ id }) => id),
    ['3', '4', '5'],
  );
});

test('a resume sends exactly what was missed, over several pages, and goes on live', async () => {
  const { open, shard } = aHub();
  shard.happen(ALICE, 700);
  const { sink } = await open({ lastEventId: '3' });
  shard.happen(ALICE, 1);
  await settled();
  assert.equal(sink.received[0]?.data.resume, 'resumed');
  assert.deepEqual(
    sink.seqs,
    Array.from({ length: 698 }, (_, i) => i + 4),
  );
});

test('a resume at the head sends nothing again', async () => {
  const { open, shard } = aHub();
  shard.happen(ALICE, 5);
  const { sink } = await open({ lastEventId: '5' });
  assert.deepEqual(sink.names, ['hello']);
  assert.equal(sink.received[0]?.data.resume, 'resumed');
});

for (const [name, lastEventId, head] of [
  ['above the head', '9', 8],
  ['malformed', 'abc', 8],
  ['negative', '-1', 8],
  ['too far behind', '1', LIMITS.resumeEventsMax + 2],
] as const) {
  test(`a resume id that is ${name} gives a reset, then live from the head`, async () => {
    const { open, shard } = aHub();
    shard.happen(ALICE, head);
    const { sink } = await open({ lastEventId });
    assert.deepEqual(sink.names, ['hello', 'reset']);
    assert.equal(sink.received[0]?.data.resume, 'reset');
    assert.deepEqual(sink.received[1]?.data, { headSeq: head });
    shard.happen(ALICE, 1);
    assert.deepEqual(sink.seqs, [head + 1]);
  });
}

test('a resume exactly at the bound is resumed', async () => {
  const { open, shard } = aHub();
  shard.happen(ALICE, LIMITS.resumeEventsMax + 1);
  const { sink } = await open({ lastEventId: '1' });
  for (let page = 0; page < 60; page++) await settled();
  assert.equal(sink.received[0]?.data.resume, 'resumed');
  assert.equal(sink.seqs.length, LIMITS.resumeEventsMax);
});

test('a hole is read again before anything after it is sent', async () => {
  const { open, shard } = aHub();
  const { sink } = await open();
  shard.happen(ALICE, 2, 'lost');
  shard.happen(ALICE, 1);
  assert.deepEqual(sink.seqs, []);
  await settled();
  assert.deepEqual(sink.seqs, [1, 2, 3]);
});

test('an event that overtakes the answer of the first read is not lost', async () => {
  const { edge, open } = aHub();
  const answers: ((reply: unknown) => void)[] = [];
  edge.answer('ReadEvents', () => new Promise((resolve) => answers.push(resolve)));
  const { sink } = await open();
  edge.deliver({ kind: 'UserEvents', userId: ALICE, events: events(1, 1) } as { kind: string });
  assert.deepEqual(sink.names, []);
  answers[0]?.({ outcome: 'events', events: [], headSeq: 0, caughtUp: true });
  await settled();
  assert.deepEqual(sink.names, ['hello']);
  assert.equal(edge.askedKinds('ReadEvents')[1]?.message['afterSeq'], 0);
  answers[1]?.({ outcome: 'events', events: events(1, 1), headSeq: 1, caughtUp: true });
  await settled();
  assert.deepEqual(sink.seqs, [1]);
});

test('a dropped watcher and a restarted shard are read again from the last number', async () => {
  const { edge, open, shard } = aHub();
  const { sink } = await open();
  shard.happen(ALICE, 1);
  shard.watched.clear();
  shard.happen(ALICE, 2);
  edge.deliver({ kind: 'WatcherDropped', userId: ALICE, lastSeq: 1 } as { kind: string });
  await settled();
  assert.deepEqual(sink.seqs, [1, 2, 3]);

  shard.watched.clear();
  shard.happen(ALICE, 1);
  edge.live('order-shard/01', 'down');
  edge.live('order-shard/01', 'up');
  await settled();
  assert.deepEqual(sink.seqs, [1, 2, 3, 4]);
  assert(shard.watched.has(ALICE));
});

test('a shard that restarts after its answer and before anybody has looked at it is read again', async () => {
  const { edge, shard, hub } = aHub();
  let answer: (reply: unknown) => void = () => undefined;
  const read = edge.scriptOf('ReadEvents');
  edge.answer('ReadEvents', (ask) => {
    const reply = read(ask);
    return new Promise((resolve) => {
      answer = () => resolve(reply);
    });
  });
  const sink = new FakeSink();
  const terms = { userId: ALICE, symbols: [], lastEventId: null, expiresAtMs: edge.nowMs() + 1e6 };
  hub.open({ ...terms, wantsEvents: true, intervalMs: 0 }, sink);
  // One tick brings the answer, and word of a restart that has forgotten the registration.
  answer(null);
  shard.watched.clear();
  edge.answer('ReadEvents', read);
  edge.live('order-shard/01', 'down');
  edge.live('order-shard/01', 'up');
  await settled();
  shard.happen(ALICE, 2);
  await settled();
  assert.deepEqual(sink.seqs, [1, 2]);
});

test('a shard that does not answer is asked again, and hello waits for it', async () => {
  const { edge, open } = aHub();
  edge.answer('ReadEvents', () => ({ outcome: 'unknown', reason: 'stopped' }));
  const { sink } = await open();
  assert.deepEqual(sink.names, []);
  new FakeShard(edge).happen(ALICE, 4);
  edge.advance(LIMITS.streamRereadMs);
  await settled();
  assert.equal(sink.of('hello')[0]?.data.headSeq, 4);
  assert.equal(edge.askedKinds('ReadEvents').length, 2);
});

test('several streams of one user share one registration, each with its own place', async () => {
  const { edge, open, shard } = aHub();
  shard.happen(ALICE, 10);
  const first = await open();
  const second = await open({ lastEventId: '4' });
  const third = await open({ lastEventId: '99' });
  shard.happen(ALICE, 2);
  assert.deepEqual(first.sink.seqs, [11, 12]);
  assert.deepEqual(second.sink.seqs, [5, 6, 7, 8, 9, 10, 11, 12]);
  assert.deepEqual(third.sink.names, ['hello', 'reset', 'order', 'order']);
  assert.equal(edge.toldKinds('UnwatchUser').length, 0);
});

test("two users see nothing of each other's events", async () => {
  const { open, shard } = aHub();
  const alice = await open();
  const bob = await open({ userId: BOB });
  shard.happen(ALICE, 2);
  shard.happen(BOB, 1);
  assert.deepEqual(alice.sink.seqs, [1, 2]);
  assert.deepEqual(bob.sink.seqs, [1]);
});

test('a stream without orders gets none, and asks no shard', async () => {
  const { edge, watch, open, shard } = aHub();
  const prices = await watch(['IBM']);
  await open();
  shard.happen(ALICE, 1);
  assert.deepEqual(prices.sink.names, ['hello']);
  assert.equal(prices.sink.received[0]?.data.headSeq, null);
  assert.equal(edge.askedKinds('ReadEvents').length, 1);
});

test('E39 a stalled reader gets one price per symbol when it drains, and all events', async () => {
  const { edge, hub, open, shard } = aHub();
  const { sink, listener } = await open({ symbols: ['IBM', 'BAC'] });
  sink.isFull = true;
  edge.deliver(price('IBM', 1, 1)); // this write finds the socket full
  for (let seq = 2; seq < 50; seq++) edge.deliver(price(seq % 2 ? 'IBM' : 'BAC', seq, seq));
  shard.happen(ALICE, 3);
  assert.equal(sink.of('price').length, 1);
  const heldBytes = Buffer.byteLength(sink.writes.at(-1) ?? '');
  assert.deepEqual([hub.sizes.stalledStreams, hub.sizes.heldBytes], [1, heldBytes]);
  sink.isFull = false;
  listener.drained();
  assert.deepEqual([hub.sizes.stalledStreams, hub.sizes.heldBytes], [0, 0]);
  assert.deepEqual(
    sink.of('price').map(({ data }) => [data.symbol, data.seq]),
    [
      ['IBM', 1],
      ['IBM', 49],
      ['BAC', 48],
    ],
  );
  assert.deepEqual(sink.seqs, [1, 2, 3]);
});

test('E39 a reader whose events exceed the bound is told where to resume, and closed', async () => {
  const { open, shard, hub } = aHub();
  const { sink } = await open();
  shard.happen(ALICE, 1);
  sink.isFull = true;
  shard.happen(ALICE, 1);
  const other = await open();
  for (let events = 0; !sink.isClosed; events += 100) {
    assert(events * FRAME_BYTES_MIN < LIMITS.streamBufferBytesMax, 'its lane has a bound (I24)');
    shard.happen(ALICE, 100);
  }
  const last = sink.received.at(-1);
  assert.equal(last?.event, 'goaway');
  assert.deepEqual(last?.data, { reason: 'slow', resumeFrom: 2 });
  assert.deepEqual(sink.seqs, [1, 2]);
  assert.equal(other.sink.isClosed, false);
  assert.equal(hub.sizes.streams, 1);
});

test('a resume waits while its reader is stalled, instead of filling its lane', async () => {
  const { edge, open, shard } = aHub();
  shard.happen(ALICE, 2_000);
  const { sink, listener } = await open({ lastEventId: '0' }, { isFull: true });
  await settled();
  assert.equal(sink.seqs.length, LIMITS.eventsPageMax);
  // The page, and the registration at the head.
  assert.equal(edge.askedKinds('ReadEvents').length, 2);
  sink.isFull = false;
  listener.drained();
  await settled();
  assert.deepEqual(
    sink.seqs,
    Array.from({ length: 2_000 }, (_, i) => i + 1),
  );
});

test('E39 a reader that has stopped is given up after a while', async () => {
  const { edge, watch, hub } = aHub();
  const { sink } = await watch(['IBM']);
  sink.isFull = true;
  edge.deliver(price('IBM', 1, 1));
  edge.advance(LIMITS.streamStalledMs + LIMITS.streamSweepMs);
  assert.equal(sink.received.at(-1)?.data.reason, 'slow');
  assert.equal(sink.isClosed, true);
  assert.equal(hub.sizes.streams, 0);
});

test('a quiet stream gets a comment every 15 seconds', async () => {
  const { edge, open } = aHub();
  const { sink } = await open();
  edge.advance(LIMITS.streamHeartbeatMs * 3 + LIMITS.streamSweepMs * 3);
  assert.equal(sink.comments.length, 3);
});

test('a stream ends with its token', async () => {
  const { edge, open } = aHub();
  const { sink } = await open({ expiresAtMs: edge.nowMs() + 5_000 });
  edge.advance(5_000 + LIMITS.streamSweepMs);
  assert.deepEqual(sink.received.at(-1)?.data, { reason: 'expired', resumeFrom: 0 });
  assert.equal(sink.isClosed, true);
});

test('a drain sends everybody away', async () => {
  const { open, watch, shard, hub } = aHub();
  const orders = await open();
  const prices = await watch(['IBM']);
  shard.happen(ALICE, 2);
  hub.drain();
  assert.deepEqual(orders.sink.received.at(-1)?.data, { reason: 'shutdown', resumeFrom: 2 });
  assert.deepEqual(prices.sink.received.at(-1)?.data, { reason: 'shutdown', resumeFrom: null });
  assert.equal(hub.sizes.streams, 0);
});

test('the last leave ends the watches after a while, and nothing is left over', async () => {
  const { edge, open, hub } = aHub();
  const first = await open({ symbols: ['IBM', 'BAC'] });
  const second = await open({ symbols: ['IBM'] });
  first.listener.closed();
  second.listener.closed();
  edge.advance(LIMITS.unwatchLingerMs - 1);
  assert.equal(edge.toldKinds('UnwatchSymbol').length, 0);
  edge.advance(1 + LIMITS.streamSweepMs);
  assert.deepEqual(
    edge.toldKinds('UnwatchSymbol').map(({ to }) => to),
    ['symbol-fanout/BAC', 'symbol-fanout/IBM'],
  );
  assert.deepEqual(edge.toldKinds('UnwatchUser'), [
    {
      to: 'order-shard/01',
      message: { kind: 'UnwatchUser', userId: ALICE, watcher: 'gateway/0' },
    },
  ]);
  assert(
    Object.values(hub.sizes).every((size) => size === 0),
    JSON.stringify(hub.sizes),
  );
  assert.equal(edge.timers, 0);
});

test('who comes back in time finds the watch still there', async () => {
  const { edge, watch } = aHub();
  const { listener } = await watch(['IBM']);
  const told = edge.toldKinds('WatchSymbol').length;
  listener.closed();
  edge.advance(LIMITS.unwatchLingerMs - 1);
  await watch(['IBM']);
  edge.advance(LIMITS.unwatchLingerMs * 2);
  assert.equal(edge.toldKinds('UnwatchSymbol').length, 0);
  assert.equal(edge.toldKinds('WatchSymbol').length, told);
});

test('who is told of prices or events that nobody here wants any more ends the watch again', async () => {
  const { edge, shard } = aHub();
  shard.watched.add(ALICE);
  edge.deliver(price('IBM', 1, 1)); // a gateway that died in this place had watched them
  shard.happen(ALICE, 1);
  assert.deepEqual(
    [...edge.toldKinds('UnwatchSymbol'), ...edge.toldKinds('UnwatchUser')].map(({ to }) => to),
    ['symbol-fanout/IBM', 'order-shard/01'],
  );
});
