// The thread of all fan-outs dies: prices are stale meanwhile and fresh again, nobody is cut off,
// and orders go on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventStream } from '../scenario/api.ts';
import { brokerHere } from './broker-here.ts';

interface Price {
  readonly symbol: string;
  readonly seq: number;
  readonly stale?: true;
}

const pricesOf = (stream: EventStream): Price[] =>
  stream.named('price').map(({ data }) => JSON.parse(data) as Price);

const isLastStale = (stream: EventStream): boolean => pricesOf(stream).at(-1)?.stale === true;

test('the market thread dies: prices are stale until it is back, and no stream ends', async (t) => {
  const { broker, users, fatal } = await brokerHere(t, {});
  const [alice] = users;
  assert(alice !== undefined);
  const stream = await alice.stream('symbols=BAC&orders=true');
  t.after(() => stream.close());
  await stream.until(() => pricesOf(stream).length > 1, 'prices');

  const diedAtMs = performance.now();
  await broker.supervisor.crash('market-0', 'throw');
  await stream.until(() => pricesOf(stream).some(({ stale }) => stale === true), 'a stale price');
  await stream.until(() => !isLastStale(stream), 'a fresh price');
  t.diagnostic(`fresh again after ${Math.round(performance.now() - diedAtMs)} ms`);

  const seen = pricesOf(stream).length;
  await stream.until(() => pricesOf(stream).length > seen + 3, 'prices to go on');
  const far = { position: 'buy', symbol: 'IBM', type: 'limit', priceInCents: 100, numShares: 1 };
  assert.equal((await alice.place(far)).status, 201);
  await stream.until(({ kinds }) => kinds.includes('order_submitted'), 'the order on the stream');
  assert.equal(stream.hasEnded, false);
  assert.deepEqual(fatal, []);
});
