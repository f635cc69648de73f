// PATCH /stream/:id over real sockets and two gateway threads: whichever thread a request lands on,
// the stream that is meant changes, and only that one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokerHere } from '../fault/broker-here.ts';
import type { EventStream } from './api.ts';

const REQUESTS = 40;

interface Price {
  readonly seq: number;
  readonly merged: number;
}

const pricesOf = (stream: EventStream): Price[] =>
  stream.named('price').map(({ data }) => JSON.parse(data) as Price);

const symbolsSeen = (stream: EventStream): Set<string> =>
  new Set(stream.named('price').map(({ data }) => JSON.parse(data).symbol));

function idOf(stream: EventStream): string {
  const [hello] = stream.named('hello');
  assert(hello !== undefined);
  return JSON.parse(hello.data).streamId;
}

test('a stream is changed whichever gateway thread is asked, and by its own user alone', async (t) => {
  const { users, fatal } = await brokerHere(t, { OUTCRY_GATEWAY_THREADS: '2' });
  const [alice, bob] = users;
  assert(alice !== undefined && bob !== undefined);
  const stream = await alice.stream('symbols=IBM&orders=true');
  t.after(() => stream.close());
  await stream.until(() => symbolsSeen(stream).has('IBM'), 'the first price');
  const path = `/stream/${idOf(stream)}`;

  // Each on a connection of its own: the system spreads them over both threads.
  const ask = (who: typeof alice, body: object) =>
    who.request('PATCH', path, body, { connection: 'close' });
  const some = Array.from({ length: REQUESTS }, () => ask(alice, { subscribe: ['BAC'] }));
  for (const { status, body } of await Promise.all(some)) {
    assert.deepEqual([status, body.symbols], [200, ['IBM', 'BAC']], JSON.stringify(body));
  }
  await stream.until(() => symbolsSeen(stream).has('BAC'), 'the price of what was subscribed');

  const others = Array.from({ length: REQUESTS }, () => ask(bob, { unsubscribe: ['BAC'] }));
  for (const { status, body } of await Promise.all(others)) {
    assert.deepEqual([status, body.code], [404, 'stream_not_found']);
  }
  const unlisted = await ask(alice, { subscribe: ['NOPE'], unsubscribe: ['BAC'] });
  assert.deepEqual([unlisted.status, unlisted.body.code], [404, 'unknown_symbol']);

  assert.deepEqual((await ask(alice, { unsubscribe: ['BAC'] })).body.symbols, ['IBM']);
  const from = stream.events.length;
  const far = { position: 'buy', symbol: 'IBM', type: 'limit', priceInCents: 100, numShares: 1 };
  assert.equal((await alice.place(far)).status, 201);
  await stream.until(({ kinds }) => kinds.includes('order_submitted'), 'its events, uninterrupted');
  const later = () => stream.events.slice(from).filter(({ event }) => event === 'price');
  await stream.until(() => later().length >= 5, 'prices to go on');
  assert.deepEqual(new Set(later().map(({ data }) => JSON.parse(data).symbol)), new Set(['IBM']));
  stream.close();
  const gone = async () => (await ask(alice, { subscribe: ['BAC'] })).status;
  for (let tries = 0; tries < 100 && (await gone()) !== 404; tries++);
  assert.equal(await gone(), 404, 'a stream that has ended is not there');
  assert.deepEqual(fatal, []);
});

test('a stream with an interval gets the newest price of each, and orders at once', async (t) => {
  const { users } = await brokerHere(t, {});
  const [alice] = users;
  assert(alice !== undefined);
  const [slow, fast] = await Promise.all([
    alice.stream('symbols=BAC&orders=true&interval=1000'),
    alice.stream('symbols=BAC'),
  ]);
  t.after(() => [slow, fast].map((stream) => stream.close()));
  // Both count the same prints between two prices that both were sent: not all are, under load.
  const common = () => {
    const seqs = new Set(pricesOf(fast).map(({ seq }) => seq));
    return pricesOf(slow).filter(({ seq }) => seqs.has(seq));
  };
  await slow.until(() => common().length >= 3, 'prices that both were sent');
  const [first, , third] = common();
  assert(first !== undefined && third !== undefined);
  const between = (stream: EventStream): Price[] =>
    pricesOf(stream).filter(({ seq }) => seq > first.seq && seq <= third.seq);
  const prints = (prices: Price[]): number => prices.reduce((sum, { merged }) => sum + merged, 0);
  assert(between(fast).length >= between(slow).length, 'it is never sent more');
  assert.equal(prints(between(slow)), prints(between(fast)), 'and stands for the same prints');
});
