// The bytes of a stream, from a real socket: every kind of frame as two parsers read it, wherever
// the network cuts, and the head of the answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createParser } from 'eventsource-parser';
import { ResponseParser } from '../../bench/harness/response-parser.ts';
import type { UserEvent } from '../../src/domain/user-event.ts';
import { LIMITS } from '../../src/limits.ts';
import { ReferenceParser } from '../streams/reference-parser.ts';
import { FakeShard } from './fake-shard.ts';
import { ALICE, anOrder } from './fixtures.ts';
import { price } from './hub-rig.ts';
import { listening, reader, streamOf, until } from './listening.ts';

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const RANDOM_CUTS = 300;
/** Letters of one to four bytes, and everything that ends a line somewhere. */
const NASTY = 'a\n\nevent: fake\r\ndata: é€😀\u2028\u0085\0 :\ufeff';

test('the head of a stream says what it is and that nothing may keep or hold it back', async () => {
  const { head } = await aSession();
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
  const headers = new Map(
    head
      .split('\r\n')
      .slice(1)
      .map((line) => line.toLowerCase().split(': ', 2) as [string, string]),
  );
  assert.equal(headers.get('content-type'), 'text/event-stream');
  assert.equal(headers.get('cache-control'), 'no-store, no-transform');
  assert.equal(headers.get('x-accel-buffering'), 'no');
  assert.equal(headers.get('transfer-encoding'), 'chunked');
  assert.equal(headers.has('content-length'), false);
});

test('a whole session has every kind of frame, and ends its body', async () => {
  const { body, hasEnded } = await aSession();
  const { events, comments, retryMs } = byReference([body]);
  const names = events.map(({ type }) => type);
  assert.deepEqual(names, [
    'hello',
    'reset',
    'price',
    ...['order', 'order'],
    'price',
    ...['trade', 'account'],
    'goaway',
  ]);
  assert.equal(comments.length, 1, 'a heartbeat');
  const jitterMs = Number(retryMs) - LIMITS.streamRetryMs;
  assert(jitterMs >= 0 && jitterMs < LIMITS.streamRetryJitterMs, `retry: ${retryMs}`);
  assert.deepEqual(
    events.map(({ lastEventId }) => lastEventId),
    ['', '', '', '8', '9', '9', '10', '11', '11'],
    'what a browser would send back',
  );
  const trade = JSON.parse(events[6]?.data ?? '');
  assert.equal(trade.order.cancel.reason, NASTY);
  assert.equal(hasEnded, true);
});

test('two parsers read the same events, cut at every place', async () => {
  const { body } = await aSession();
  const expected = shapeOf(byReference([body]));
  for (let at = 0; at <= body.length; at++) {
    const pieces = [body.subarray(0, at), body.subarray(at)];
    assert.deepEqual(byPackage(pieces), expected, `cut at ${at}`);
    assert.deepEqual(shapeOf(byReference(pieces)), expected, `cut at ${at}`);
  }
});

test('two parsers read the same events, cut byte by byte and into random pieces', async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const { body } = await aSession();
  const expected = shapeOf(byReference([body]));
  const single = Array.from(body, (_, at) => body.subarray(at, at + 1));
  assert.deepEqual(byPackage(single), expected);
  assert.deepEqual(shapeOf(byReference(single)), expected);
  const random = randomFrom(SEED);
  for (let round = 0; round < RANDOM_CUTS; round++) {
    const pieces = randomPieces(body, random);
    assert.deepEqual(byPackage(pieces), expected, `round ${round}`);
    assert.deepEqual(shapeOf(byReference(pieces)), expected, `round ${round}`);
  }
});

/** From a refused resume to the end of the server, with a heartbeat on the way. */
async function aSession() {
  const { port, authorization, edge, gateway } = await listening();
  const shard = new FakeShard(edge);
  shard.happen(ALICE, 7);
  const request = streamOf(authorization, 'symbols=IBM&orders=true', { 'last-event-id': '99' });
  const client = reader(port, request);
  await until(() => client.text.includes('event: reset'));
  edge.deliver(price('IBM', 18_500, 1));
  shard.happen(ALICE, 2);
  edge.advance(LIMITS.streamHeartbeatMs + LIMITS.streamSweepMs);
  edge.deliver(price('IBM', 18_501, 2, true));
  edge.deliver({ kind: 'UserEvents', userId: ALICE, events: [aTrade(10), anAccount(11)] } as {
    kind: string;
  });
  await gateway.drain();
  await until(() => client.isClosed || client.text.endsWith('0\r\n\r\n'));
  client.socket.destroy();
  gateway.close();
  return { head: client.text.split('\r\n\r\n', 1)[0] ?? '', ...bodyOf(client.bytes) };
}

function aTrade(seq: number): UserEvent {
  const order = anOrder({
    externalOrderId: 'x',
    cumQty: 4,
    cumNotionalInCents: 74_000,
    cancelled: NASTY,
  });
  const fill = {
    execId: 'e1',
    lastQty: 4,
    lastPriceInCents: 18_500,
    feeInCents: 7,
    previous: null,
  };
  return { topic: 'trade', seq, kind: 'order_traded', atMs: 0, order, ...fill };
}

function anAccount(seq: number): UserEvent {
  const account = {
    userId: ALICE,
    cashInCents: 5,
    reservedInCents: 2,
    buyingPowerInCents: 3,
    tradingState: 'active',
  } as const;
  return { topic: 'account', seq, kind: 'account_changed', atMs: 0, account };
}

/** Out of its chunks. */
function bodyOf(bytes: Buffer) {
  const pieces: Buffer[] = [];
  let hasEnded = false;
  const parser = new ResponseParser({
    onHead: () => undefined,
    onBody: (piece) => pieces.push(Buffer.from(piece)),
    onEnd: () => {
      hasEnded = true;
    },
  });
  parser.push(bytes);
  return { body: Buffer.concat(pieces), hasEnded };
}

function byReference(pieces: readonly Uint8Array[]): ReferenceParser {
  const parser = new ReferenceParser();
  for (const piece of pieces) parser.push(piece);
  return parser;
}

function shapeOf({ events, comments, retryMs }: ReferenceParser) {
  return { events: [...events], comments: [...comments], retryMs };
}

/** The package tells the id of each event; the browser's is the newest there has been. */
function byPackage(pieces: readonly Uint8Array[]) {
  const events: ReturnType<typeof shapeOf>['events'] = [];
  const comments: string[] = [];
  let retryMs: number | null = null;
  let lastEventId = '';
  const parser = createParser({
    onEvent: ({ event = 'message', id, data }) => {
      lastEventId = id ?? lastEventId;
      events.push({ type: event, data, lastEventId });
    },
    onComment: (comment) => comments.push(comment),
    onRetry: (ms) => {
      retryMs = ms;
    },
    onError: (error) => assert.fail(error),
  });
  const decoder = new TextDecoder();
  for (const piece of pieces) parser.feed(decoder.decode(piece, { stream: true }));
  return { events, comments, retryMs };
}

function randomPieces(bytes: Buffer, random: () => number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() ** 4 * 600);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

function randomFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
