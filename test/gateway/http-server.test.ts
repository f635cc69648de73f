// The server over real sockets: framing, streams that stall, and its end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { GatewayServer } from '../../src/gateway/gateway-server.ts';
import { LIMITS } from '../../src/limits.ts';
import { FakeShard } from './fake-shard.ts';
import { ALICE, anOrder, aWorld, BODY } from './fixtures.ts';
import { exchange, requestBytes } from './http-client.ts';
import { listening, reader, streamOf, until } from './listening.ts';

test('no command leaves before the last byte of the body', async () => {
  const { port, authorization, edge, gateway } = await listening();
  edge.answer('PlaceOrder', () => ({ outcome: 'order', order: anOrder(), replayed: false }));
  const body = JSON.stringify(BODY);
  const type = { 'content-type': 'application/json', authorization };
  const request = requestBytes({ method: 'POST', path: '/order', headers: type, body });
  const client = reader(port, request.subarray(0, request.length - 1));
  const other = await exchange(port, requestBytes({ method: 'GET', path: '/livez' }));
  assert.equal(other.status, 200);
  assert.equal(edge.askedKinds('PlaceOrder').length, 0);
  client.socket.write(request.subarray(request.length - 1));
  await until(() => client.text.includes('"outcome":"unknown"'));
  assert.equal(edge.askedKinds('PlaceOrder').length, 1);
  client.socket.destroy();
  gateway.close();
});

test('an answer has no header twice, and each says not to be kept nor guessed at', async () => {
  const { port, authorization, edge, gateway } = await listening();
  edge.answer('PlaceOrder', () => ({ outcome: 'order', order: anOrder(), replayed: false }));
  const type = { 'content-type': 'application/json', authorization, prefer: 'wait=1' };
  const requests = [
    { method: 'GET', path: '/livez' },
    { method: 'HEAD', path: '/livez' },
    { method: 'GET', path: '/metrics' },
    { method: 'GET', path: '/nowhere' },
    { method: 'POST', path: '/order', headers: type, body: JSON.stringify(BODY) },
  ];
  for (const request of requests) {
    const client = reader(port, requestBytes(request));
    await until(() => client.text.includes('\r\n\r\n'));
    const [head = ''] = client.text.split('\r\n\r\n');
    const [, ...lines] = head.toLowerCase().split('\r\n');
    const names = lines.map((line) => line.slice(0, line.indexOf(':')));
    assert.deepEqual(names, [...new Set(names)], request.path);
    assert(lines.includes('cache-control: no-store'), head);
    assert(lines.includes('x-content-type-options: nosniff'), head);
    assert.equal(names.includes('content-type'), true);
    client.socket.destroy();
  }
  gateway.close();
});

const FRAMINGS: [name: string, headers: string, rest: string][] = [
  ['two lengths', 'content-length: 5\r\ncontent-length: 6\r\n', 'abcdef'],
  ['the same length twice', 'content-length: 5\r\ncontent-length: 5\r\n', 'abcde'],
  ['a length and chunks', 'content-length: 5\r\ntransfer-encoding: chunked\r\n', '0\r\n\r\n'],
  ['an unknown encoding', 'transfer-encoding: gzip\r\n', '0\r\n\r\n'],
  ['two encodings', 'transfer-encoding: chunked\r\ntransfer-encoding: x\r\n', '0\r\n\r\n'],
  ['a length that is no number', 'content-length: 5x\r\n', 'abcde'],
  ['a negative length', 'content-length: -5\r\n', 'abcde'],
  ['two tokens', 'authorization: Bearer x\r\n', ''],
  ['an empty key', 'idempotency-key: \r\n', ''],
];

for (const [name, headers, rest] of FRAMINGS) {
  test(`a request with ${name} is refused and ends its connection`, async () => {
    const { port, authorization, edge, gateway } = await listening();
    edge.answer('CancelOrder', () => ({ outcome: 'order', order: anOrder(), replayed: false }));
    const start = `DELETE /order/${anOrder().id} HTTP/1.1\r\nhost: x\r\n`;
    const bytes = `${start}authorization: ${authorization}\r\n${headers}\r\n${rest}`;
    const client = reader(port, Buffer.from(bytes));
    await until(() => client.isClosed);
    assert.match(client.text, /^HTTP\/1.1 400 /);
    assert.equal(client.text.match(/HTTP\/1.1 /g)?.length, 1);
    assert.equal(edge.askedKinds('CancelOrder').length, 0);
    gateway.close();
  });
}

test('a chunked body over the bound is refused and its connection ended', async () => {
  const { port, authorization, gateway } = await listening();
  const head = `POST /order HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n`;
  const chunk = `${(20_000).toString(16)}\r\n${'x'.repeat(20_000)}\r\n`;
  const client = reader(port, Buffer.from(`${head}transfer-encoding: chunked\r\n\r\n${chunk}`));
  await until(() => client.isClosed);
  assert.match(client.text, /^HTTP\/1.1 413 /);
  assert.match(client.text, /"code":"body_too_large"/);
  gateway.close();
});

test('a client that leaves while its order is placed disturbs nobody', async () => {
  const { port, authorization, edge, gateway } = await listening();
  let answer: (reply: object) => void = () => undefined;
  edge.answer('PlaceOrder', () => new Promise((resolve) => (answer = resolve)));
  const headers = { 'content-type': 'application/json', authorization };
  const body = JSON.stringify(BODY);
  const client = reader(port, requestBytes({ method: 'POST', path: '/order', headers, body }));
  await until(() => edge.askedKinds('PlaceOrder').length === 1);
  client.socket.destroy();
  await exchange(port, requestBytes({ method: 'GET', path: '/livez' }));
  answer({ outcome: 'order', order: anOrder(), replayed: false });
  const after = await exchange(port, requestBytes({ method: 'GET', path: '/livez' }));
  assert.equal(after.status, 200);
  gateway.close();
});

test('a stream is seen to end when its client leaves', async () => {
  const { port, authorization, edge, gateway, hub } = await listening();
  new FakeShard(edge).happen(ALICE, 3);
  const client = reader(port, streamOf(authorization, 'orders=true&symbols=IBM'));
  await until(() => client.text.includes('event: hello'));
  assert.match(client.text, /^HTTP\/1.1 200 OK\r\ncontent-type: text\/event-stream\r\n/);
  assert.equal(hub.sizes.streams, 1);
  client.socket.destroy();
  await until(() => hub.sizes.streams === 0);
  edge.advance(LIMITS.unwatchLingerMs);
  assert(
    Object.values(hub.sizes).every((size) => size === 0),
    JSON.stringify(hub.sizes),
  );
  gateway.close();
});

test('a reader that stops for a while gets every event when it reads on', async () => {
  const { port, authorization, edge, gateway } = await listening();
  const headSeq = 9_000;
  new FakeShard(edge, 'x'.repeat(3_000)).happen(ALICE, headSeq);
  const request = requestBytes({
    method: 'GET',
    path: '/stream?orders=true',
    headers: { authorization, 'last-event-id': '0' },
  });
  const client = reader(port, request);
  client.socket.pause();
  const pagesRead = () => edge.askedKinds('ReadEvents').length;
  await until(() => pagesRead() >= 2);
  for (let before = -1; before !== pagesRead(); ) {
    before = pagesRead();
    await exchange(port, requestBytes({ method: 'GET', path: '/livez' }));
  }
  assert(pagesRead() < headSeq / LIMITS.eventsPageMax, 'the socket was never full');
  client.socket.resume();
  await until(() => client.text.includes(`"seq":${headSeq},`));
  const seqs = [...client.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  assert.deepEqual(
    seqs,
    Array.from({ length: headSeq }, (_, i) => i + 1),
  );
  client.socket.destroy();
  gateway.close();
});

test('a reader that never reads is sent away, and its memory is bounded', async () => {
  const { port, authorization, edge, gateway, hub } = await listening();
  const shard = new FakeShard(edge);
  const client = reader(port, streamOf(authorization));
  await until(() => client.text.includes('event: hello'));
  client.socket.pause();
  while (hub.sizes.streams > 0) {
    shard.happen(ALICE, 200);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(edge.counters.get('streams_ended_slow'), 1);
  client.socket.resume();
  await until(() => client.text.includes('event: goaway'));
  const seqs = [...client.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  const [, resumeFrom] = client.text.match(/"reason":"slow","resumeFrom":(\d+)/) ?? [];
  assert.equal(seqs.at(-1), Number(resumeFrom));
  assert.deepEqual(
    seqs,
    seqs.map((_, i) => i + 1),
  );
  client.socket.destroy();
  gateway.close();
});

test('a drain answers what is in flight, sends streams away and takes nothing new', async () => {
  const { port, authorization, edge, gateway } = await listening();
  new FakeShard(edge);
  let answer: (reply: object) => void = () => undefined;
  edge.answer('PlaceOrder', () => new Promise((resolve) => (answer = resolve)));
  const stream = reader(port, streamOf(authorization));
  const kept = reader(port, requestBytes({ method: 'GET', path: '/livez' }));
  const headers = { 'content-type': 'application/json', authorization };
  const body = JSON.stringify(BODY);
  const order = reader(port, requestBytes({ method: 'POST', path: '/order', headers, body }));
  await until(() => stream.text.includes('hello') && kept.text.includes('live'));
  await until(() => edge.askedKinds('PlaceOrder').length === 1);

  const drained = gateway.drain();
  await until(() => stream.text.includes('"reason":"shutdown"'));
  kept.socket.write(requestBytes({ method: 'GET', path: '/livez' }));
  await until(() => kept.isClosed);
  assert.match(kept.text, /HTTP\/1.1 503 .*"code":"shutting_down"/s);
  await assert.rejects(exchange(port, requestBytes({ method: 'GET', path: '/livez' })));

  answer({ outcome: 'order', order: anOrder({ externalOrderId: 'x' }), replayed: false });
  await drained;
  await until(() => order.isClosed);
  assert.match(order.text, /^HTTP\/1.1 201 /);
  gateway.close();
});

test('a port that cannot be had is an error that says so', async () => {
  const gateway = new GatewayServer(aWorld().gateway);
  await assert.rejects(gateway.listen('203.0.113.1', 1), /203.0.113.1:1 could not be listened/);
  gateway.close();
});

test('a thread that throws with streams open does not take the process with it', async () => {
  const worker = new Worker(new URL('./throwing-worker.mjs', import.meta.url));
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const client = reader(port, requestBytes({ method: 'GET', path: '/stream?symbols=IBM' }));
  const isRefused = new Promise((resolve) => worker.once('error', resolve));
  await until(() => client.text.length > 0);
  worker.postMessage('throw');
  assert.match(String(await isRefused), /thrown by a test/);
  await until(() => client.isClosed);
});
