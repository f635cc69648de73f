// The hub over a fake edge and fake sinks: who gets which prices, and when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import type { FakeSink } from './fake-sink.ts';
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
