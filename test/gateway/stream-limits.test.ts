// How many streams there may be, over real sockets: who is one too many hears so with a time to
// come back, and has cost nothing. A token is no part of a URL.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problem } from '../../src/gateway/problem.ts';
import type { Sink, SinkListener } from '../../src/gateway/sink.ts';
import type { StreamHub } from '../../src/gateway/stream-hub.ts';
import { LIMITS } from '../../src/limits.ts';
import { settled } from './fake-edge.ts';
import { FakeShard } from './fake-shard.ts';
import { ALICE, BOB } from './fixtures.ts';
import { exchange } from './http-client.ts';
import { listening, reader, streamOf, until } from './listening.ts';

const NOWHERE: Sink = { write: () => true, close: () => undefined };

test('a user with as many streams as are allowed is refused one more, until one is closed', async (t) => {
  const { port, authorization, edge, hub, gateway, token } = await listening();
  t.after(() => gateway.close());
  new FakeShard(edge);
  const open = fill(hub, ALICE, LIMITS.streamsPerUserMax);
  await settled();
  const before = costsOf(edge, hub);

  const refused = await exchange(port, streamOf(authorization, 'symbols=IBM&orders=true'));
  assertRefusal(refused, 'too_many_streams', 429);
  assert.deepEqual(costsOf(edge, hub), before);
  const bob = reader(port, streamOf(`Bearer ${await token(BOB)}`, 'orders=true'));
  await until(() => bob.text.includes('event: hello'));

  open[0]?.closed();
  const alice = reader(port, streamOf(authorization, 'orders=true'));
  await until(() => alice.text.includes('event: hello'));
  for (const { socket } of [alice, bob]) socket.destroy();
});

test('a gateway with as many streams as it serves refuses everybody, until one is closed', async (t) => {
  const { port, authorization, edge, hub, gateway } = await listening();
  t.after(() => gateway.close());
  new FakeShard(edge);
  const users = Math.ceil(LIMITS.streamsPerGatewayMax / LIMITS.streamsPerUserMax);
  const open: SinkListener[] = [];
  for (let n = 0; n < users; n++) {
    const count = Math.min(LIMITS.streamsPerUserMax, LIMITS.streamsPerGatewayMax - open.length);
    open.push(...fill(hub, `usr_1user${n}`, count));
  }
  await settled();
  const before = costsOf(edge, hub);

  const refused = await exchange(port, streamOf(authorization, 'symbols=IBM&orders=true'));
  assertRefusal(refused, 'busy', 503);
  assert.deepEqual(costsOf(edge, hub), before);

  open[0]?.closed();
  const alice = reader(port, streamOf(authorization, 'orders=true'));
  await until(() => alice.text.includes('event: hello'));
  alice.socket.destroy();
});

for (const parameter of ['token', 'access_token', 'authorization']) {
  test(`a token in the URL as ${parameter} is refused, whoever else vouches for the caller`, async (t) => {
    const { port, authorization, gateway, hub } = await listening();
    t.after(() => gateway.close());
    const [, token = ''] = authorization.split(' ');
    const query = `orders=true&${parameter}=${token}`;
    const withHeader = await exchange(port, streamOf(authorization, query));
    assert.equal(withHeader.status, 400);
    const { code, errors } = JSON.parse(withHeader.text);
    assert.equal(code, 'invalid_query');
    assert.equal(errors[0].field, parameter);
    assert(!withHeader.text.includes(token), 'and is not repeated');

    const alone = await exchange(port, streamOf('', query));
    assert.equal(alone.status, 401);
    assert(!alone.text.includes(token));
    assert.equal(hub.sizes.streams, 0);
  });
}

function fill(hub: StreamHub, userId: string, count: number): SinkListener[] {
  return Array.from({ length: count }, () => {
    const terms = { userId, symbols: [], wantsEvents: false, intervalMs: 0, lastEventId: null };
    return hub.open({ ...terms, expiresAtMs: Number.MAX_SAFE_INTEGER }, NOWHERE);
  });
}

/** Everything that a stream takes of its gateway and of others. */
function costsOf(edge: Awaited<ReturnType<typeof listening>>['edge'], hub: StreamHub) {
  const asked = edge.askedKinds('ReadEvents').length;
  const [told, timers] = [edge.told.length, edge.timers];
  return { ...hub.sizes, asked, told, timers, opened: edge.counters.get('streams_opened') };
}

function assertRefusal(
  { status, headers, text }: Awaited<ReturnType<typeof exchange>>,
  code: 'too_many_streams' | 'busy',
  expected: number,
): void {
  const usual = problem(code);
  assert.equal(status, expected);
  assert.equal(headers.get('content-type'), 'application/problem+json');
  assert(Number(headers.get('retry-after')) >= 1, 'and says when to come back');
  assert.deepEqual(JSON.parse(text), usual.body);
}
