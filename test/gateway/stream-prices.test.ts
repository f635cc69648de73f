// The hub over a fake edge and fake sinks: who gets which prices, and when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import type { FakeSink } from './fake-sink.ts';
import { ALICE, BOB } from './fixtures.ts';
import { aHub, price } from './hub-rig.ts';

test('prices go to those who watch the symbol, with exactly the documented members', async () => {
  const { edge, watch } = aHub();
  const ibm = await watch(['IBM']);
  const both = await watch(['IBM', 'BAC']);
  edge.deliver(price('IBM', 100, 1), price('BAC', 50, 2, true));
  assert.deepEqual(
    ibm.sink.of('price').map(({ data }) => data),
    [
      {
        symbol: 'IBM',
        priceInCents: 100,
        lastUpdated: '2023-11-14T22:13:20.000Z',
        seq: 1,
        openInCents: null,
        highInCents: null,
        lowInCents: null,
        volume: 0,
        previousCloseInCents: null,
        merged: 1,
      },
    ],
  );
  assert.equal(both.sink.of('price')[1]?.data.stale, true);
  assert.equal(both.sink.of('price').length, 2);
  assert.equal(ibm.sink.of('price')[0]?.id, undefined);
});

test('one tick is one write per stream, and the newest price of a symbol wins', async () => {
  const { edge, watch } = aHub();
  const { sink } = await watch(['IBM', 'BAC']);
  const before = sink.writes.length;
  edge.deliver(price('IBM', 1, 1), price('IBM', 2, 2), price('BAC', 3, 3), price('IBM', 4, 4));
  assert.equal(sink.writes.length, before + 1);
  assert.deepEqual(
    sink.of('price').map(({ data }) => [data.symbol, data.priceInCents, data.merged]),
    [
      ['IBM', 4, 3],
      ['BAC', 3, 1],
    ],
  );
});

test('who joins a watched symbol gets its last price, and the fanout is told once', async () => {
  const { edge, watch } = aHub();
  await watch(['IBM']);
  edge.deliver(price('IBM', 100, 1));
  const told = edge.toldKinds('WatchSymbol').length;
  const late = await watch(['IBM']);
  assert.deepEqual(late.sink.names, ['hello', 'price']);
  assert.equal(edge.toldKinds('WatchSymbol').length, told);
});

test('a stream is told how many prints each of its own events stands for', async () => {
  const { edge, watch } = aHub();
  const early = await watch(['IBM']);
  early.sink.isFull = true;
  edge.deliver(price('IBM', 1, 1));
  const late = await watch(['IBM']);
  edge.deliver({ ...price('IBM', 2, 4), merged: 3 });
  edge.deliver({ ...price('IBM', 3, 16), merged: 12 });
  early.sink.isFull = false;
  early.listener.drained();
  const merged = (sink: FakeSink) => sink.of('price').map(({ data }) => [data.seq, data.merged]);
  assert.deepEqual(merged(early.sink), [
    [1, 1],
    [16, 15],
  ]);
  assert.deepEqual(merged(late.sink), [
    [1, 0],
    [4, 3],
    [16, 12],
  ]);
});

test('while the fanout is gone its price is stale, until it is back', async () => {
  const { edge, watch } = aHub();
  const { sink } = await watch(['IBM']);
  edge.deliver(price('IBM', 100, 1));
  edge.live('symbol-fanout/IBM', 'down');
  edge.live('symbol-fanout/IBM', 'up');
  edge.deliver({ ...price('IBM', 100, 1), merged: 0 });
  assert.deepEqual(
    sink.of('price').map(({ data }) => [data.seq, data.merged, data.stale]),
    [
      [1, 1, undefined],
      [1, 0, true],
      [1, 0, undefined],
    ],
  );
});

test('a client may ask for prices less often, and gets the newest of each interval', async () => {
  const { edge, open } = aHub();
  const { sink } = await open({ symbols: ['IBM', 'BAC'], wantsEvents: false, intervalMs: 500 });
  edge.advance(500);
  edge.deliver(price('IBM', 1, 1));
  edge.deliver(price('IBM', 2, 2), price('BAC', 9, 3));
  edge.advance(499);
  const seen = () => sink.of('price').map(({ data }) => [data.symbol, data.seq, data.merged]);
  assert.deepEqual(seen(), [['IBM', 1, 1]]);
  edge.deliver(price('IBM', 3, 4));
  edge.advance(1);
  assert.deepEqual(seen().slice(1), [
    ['IBM', 4, 2],
    ['BAC', 3, 1],
  ]);
});

test('an interval holds back no event of the user, and a reader with one that stalled catches up', async () => {
  const { edge, open, shard } = aHub();
  const { sink, listener } = await open({ symbols: ['IBM'], intervalMs: 500 });
  edge.advance(500);
  edge.deliver(price('IBM', 1, 1));
  edge.deliver(price('IBM', 2, 2));
  shard.happen(ALICE, 1);
  assert.deepEqual(sink.names, ['hello', 'price', 'order']);
  sink.isFull = true;
  edge.advance(500);
  assert.deepEqual(sink.names.slice(3), ['price']);
  edge.deliver(price('IBM', 3, 3));
  edge.advance(500);
  sink.isFull = false;
  listener.drained();
  assert.deepEqual(sink.names.slice(3), ['price', 'price']);
});

test('thousands of streams are written in slices, so that other work goes in between', async () => {
  const { edge, watch } = aHub();
  const sinks: FakeSink[] = [];
  for (let i = 0; i < LIMITS.streamsPerSlice + 1; i++) sinks.push((await watch(['IBM'])).sink);
  const told = () => sinks.filter((sink) => sink.of('price').length > 0).length;
  edge.deliver(price('IBM', 1, 1));
  assert.equal(told(), LIMITS.streamsPerSlice);
  edge.deliver(price('IBM', 2, 2));
  assert.equal(told(), LIMITS.streamsPerSlice);
  edge.advance(0);
  assert.equal(told(), LIMITS.streamsPerSlice + 1);
  assert.equal(sinks.at(-1)?.of('price')[0]?.data.seq, 2, 'it is never older than it must be');
});

test('a symbol that is subscribed begins with its price, one that is unsubscribed is silent', async () => {
  const { edge, hub, watch } = aHub();
  const { sink } = await watch(['IBM']);
  await watch(['BAC']);
  edge.deliver(price('IBM', 1, 1), price('BAC', 2, 2));
  const streamId: string = sink.received[0]?.data.streamId;
  const change = { streamId, userId: ALICE, subscribe: ['BAC', 'IBM'], unsubscribe: [] };
  const symbols = ['IBM', 'BAC'];
  assert.deepEqual(hub.change(change), { outcome: 'changed', symbols });
  assert.deepEqual(hub.change(change), { outcome: 'changed', symbols }, 'twice is once');
  assert.deepEqual(hub.change({ ...change, subscribe: [], unsubscribe: ['IBM', 'AIG'] }), {
    outcome: 'changed',
    symbols: ['BAC'],
  });
  edge.deliver(price('IBM', 3, 3), price('BAC', 4, 4));
  edge.advance(LIMITS.unwatchLingerMs);
  assert.deepEqual(
    sink.of('price').map(({ data }) => data.seq),
    [1, 2, 4],
  );
  assert.deepEqual(
    edge.toldKinds('UnwatchSymbol').map(({ to }) => to),
    ['symbol-fanout/IBM'],
  );
});

test("nobody changes another user's stream, nor beyond its bound", async () => {
  const { hub, watch } = aHub();
  const { sink } = await watch(['IBM']);
  const streamId: string = sink.received[0]?.data.streamId;
  const names = Array.from({ length: LIMITS.symbolsPerStreamMax }, (_, i) => `S${i}`);
  const change = { streamId, userId: BOB, subscribe: names, unsubscribe: [] };
  assert.deepEqual(hub.change(change), { outcome: 'unknown_stream' });
  assert.deepEqual(hub.change({ ...change, userId: ALICE }), { outcome: 'too_many_symbols' });
  const swap = { ...change, userId: ALICE, unsubscribe: ['IBM'] };
  assert.equal(hub.change(swap).outcome, 'changed');
});

test('a repeated price is not sent again, one of a restarted exchange is', async () => {
  const { edge, watch } = aHub();
  const { sink } = await watch(['IBM']);
  edge.deliver(price('IBM', 100, 50));
  edge.deliver(price('IBM', 100, 50));
  edge.deliver(price('IBM', 101, 2));
  assert.deepEqual(
    sink.of('price').map(({ data }) => data.seq),
    [50, 2],
  );
});

test('a fanout that restarts is told of the watch again', async () => {
  const { edge, watch } = aHub();
  await watch(['IBM']);
  const before = edge.toldKinds('WatchSymbol').length;
  edge.live('symbol-fanout/IBM', 'down');
  edge.live('symbol-fanout/IBM', 'up');
  const told = edge.toldKinds('WatchSymbol');
  assert.equal(told.length, before + 1);
  assert.deepEqual(told.at(-1), {
    to: 'symbol-fanout/IBM',
    message: { kind: 'WatchSymbol', watcher: 'gateway/0' },
  });
});

test('after a flush to many streams the next one waits and takes what gathered', async () => {
  const { edge, watch } = aHub();
  const sinks: FakeSink[] = [];
  for (let i = 0; i < LIMITS.streamWritesPerPauseMs * 3; i++) {
    sinks.push((await watch(['IBM'])).sink);
  }
  const [first] = sinks;
  edge.deliver(price('IBM', 1, 1));
  edge.deliver(price('IBM', 2, 2));
  edge.deliver(price('IBM', 3, 3));
  assert.equal(first?.of('price').length, 1);
  edge.advance(3);
  assert.deepEqual(
    first?.of('price').map(({ data }) => [data.seq, data.merged]),
    [
      [1, 1],
      [3, 2],
    ],
  );
});

test('who comes in the place of a stream with an interval does not wait for it', async () => {
  const { edge, open, watch } = aHub();
  const slow = { symbols: ['IBM'], wantsEvents: false, intervalMs: 60_000 };
  const { listener } = await open(slow);
  edge.deliver(price('IBM', 1, 1));
  edge.deliver(price('IBM', 2, 2));
  listener.closed();
  const { sink } = await watch(['IBM']);
  edge.deliver(price('IBM', 3, 3));
  assert.deepEqual(
    sink.of('price').map(({ data }) => data.seq),
    [2, 3],
  );
});

test('a price that came before the hello is sent with it, also to a stream with an interval', async () => {
  const { edge, open } = aHub();
  const opening = open({ symbols: ['IBM'], intervalMs: 500 });
  edge.deliver(price('IBM', 1, 1));
  const { sink } = await opening;
  assert.deepEqual(sink.names, ['hello', 'price']);
});

test('a clock that is set back silences no stream', async () => {
  const { edge, open, watch } = aHub();
  const { sink } = await watch(['IBM']);
  const slow = await open({ symbols: ['IBM'], wantsEvents: false, intervalMs: 500 });
  edge.deliver(price('IBM', 1, 1));
  edge.setClock(-3_600_000);
  edge.deliver(price('IBM', 2, 2));
  edge.advance(500);
  const seqs = (told: FakeSink) => told.of('price').map(({ data }) => data.seq);
  assert.deepEqual(
    [seqs(sink), seqs(slow.sink)],
    [
      [1, 2],
      [1, 2],
    ],
  );
});
