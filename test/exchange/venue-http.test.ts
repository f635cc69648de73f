// One request over a connection: what is known of it when it is given up.
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import { Pool } from 'undici';
import { type HttpOutcome, send } from '../../src/exchange/venue-http.ts';
import { listen } from './listen.ts';

const LONG_MS = 60_000;

test('a request that waits for a connection until its deadline is never written', async (t) => {
  const received: string[] = [];
  const held: ServerResponse[] = [];
  let isHolding = true;
  const server = createServer((request, response) => {
    received.push(request.url ?? '');
    if (isHolding) held.push(response);
    else response.end();
  });
  const areBothHeld = new Promise<void>((resolve) => {
    server.on('request', () => held.length === 2 && resolve());
  });
  const pool = new Pool(await listen(t, server), { connections: 2, pipelining: 1 });
  t.after(() => pool.destroy());
  const get = (path: string, requestMs: number) =>
    new Promise<HttpOutcome>((resolve) => {
      send(pool, { method: 'GET', path, body: null }, requestMs, resolve);
    });

  const first = [get('/a', LONG_MS), get('/b', LONG_MS)];
  await areBothHeld;
  const late = await get('/late', 20);
  assert.deepEqual(late, { kind: 'not_written', error: 'no answer within 20 ms' });

  isHolding = false;
  for (const response of held) response.end();
  // What is still queued comes before these two, which use both connections.
  const answers = await Promise.all([...first, get('/c', LONG_MS), get('/d', LONG_MS)]);
  assert.deepEqual(
    answers.map((answer) => answer.kind),
    ['response', 'response', 'response', 'response'],
  );
  assert.deepEqual(received.toSorted(), ['/a', '/b', '/c', '/d']);
});
