// The driver against a real exchange, and against servers that misbehave: what each answer proves.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import type {
  AskOrdersAnswer,
  CancelOrdersAnswer,
  CapabilitiesAnswer,
  FillsAnswer,
  OpenOrdersAnswer,
  PlaceOrdersAnswer,
  ReadFeedAnswer,
  VenueEffect,
} from '../../src/exchange/effects.ts';
import type { FrameLog } from '../../src/exchange/frame-log.ts';
import type { ExecutionFrame, PriceFrame } from '../../src/exchange/port.ts';
import { ENGINE_ABILITIES } from '../../src/exchange/simulator/abilities.ts';
import { createVenueDrivers, type VenueDrivers } from '../../src/exchange/venue-driver.ts';
import { LIMITS } from '../../src/limits.ts';
import { tempDirectory } from '../temp-directory.ts';
import { startExchange } from './exchange-process.ts';
import { listen } from './listen.ts';
import { openFeed, perform, readFrames } from './perform.ts';
import { anOrder, byClientOrderId } from './simulator/an-engine.ts';

function driversFor(
  t: TestContext,
  baseUrl: string,
  requestMs = 4_000,
  executionLog: FrameLog | null = null,
): VenueDrivers {
  const venue = createVenueDrivers({
    baseUrl,
    orderConnections: 2,
    controlConnections: 1,
    requestMs,
    executionLog,
  });
  t.after(() => venue.close());
  return venue;
}

function place(clientOrderId: string, order = {}): VenueEffect {
  const notAfterMs = Date.now() + 60_000;
  return { kind: 'PlaceOrders', orders: [anOrder(clientOrderId, { notAfterMs, ...order })] };
}

function seqsOf(frames: readonly (ExecutionFrame | PriceFrame)[]): number[] {
  return frames.flatMap((frame) => ('seq' in frame ? [frame.seq] : []));
}

test('with a real exchange every effect is answered', async (t) => {
  const { url } = await startExchange(t, ['--data', tempDirectory(t), '--no-echo']);
  const venue = driversFor(t, url);
  const { drivers } = venue;
  const known = await perform<CapabilitiesAnswer>(drivers, { kind: 'ReadCapabilities' });
  assert(known.outcome === 'answered');
  const { epoch } = known;
  assert.deepEqual(known.capabilities, { ...ENGINE_ABILITIES, epoch, echo: false });
  assert.deepEqual(await openFeed(drivers, 'executions', null), { outcome: 'opened' });
  assert.deepEqual(await openFeed(drivers, 'prices', null), { outcome: 'opened' });

  const priceInCents = 18_800;
  const bought = await perform<PlaceOrdersAnswer>(
    drivers,
    place('a', { timeInForce: 'ioc', priceInCents, numShares: 10 }),
  );
  assert(bought.outcome === 'answered' && bought.results[0]?.outcome === 'accepted');
  const { externalOrderId } = bought.results[0];
  await perform(drivers, place('rest', { priceInCents: 100 }));

  const asked = await perform<AskOrdersAnswer>(drivers, {
    kind: 'AskOrders',
    orders: [byClientOrderId('a'), byClientOrderId('nobody')],
  });
  assert(asked.outcome === 'answered');
  assert.deepEqual(
    asked.results.map((result) => result.outcome),
    ['found', 'not_found'],
  );
  const fills = await perform<FillsAnswer>(drivers, { kind: 'ReadFills', externalOrderId });
  assert(fills.outcome === 'answered');
  assert.equal(fills.executions.at(-1)?.cumQty, 10);
  const noFills = await perform<FillsAnswer>(drivers, {
    kind: 'ReadFills',
    externalOrderId: 'sim-99',
  });
  assert(noFills.outcome === 'refused' && noFills.refusal.code === 'unknown_order');

  const openOrders: VenueEffect = { kind: 'ReadOpenOrders', after: externalOrderId, limit: 5 };
  const open = await perform<OpenOrdersAnswer>(drivers, openOrders);
  assert(open.outcome === 'answered');
  assert.deepEqual(
    open.orders.map((order) => order.clientOrderId),
    ['rest'],
  );
  const cancelled = await perform<CancelOrdersAnswer>(drivers, {
    kind: 'CancelOrders',
    cancels: [{ cancelId: 'rest.c1', clientOrderId: 'rest', externalOrderId: null }],
  });
  assert(cancelled.outcome === 'answered' && cancelled.results[0]?.outcome === 'cancelled');

  const frames = await readFrames(drivers, 'executions', (all) => seqsOf(all).length >= 4);
  assert.deepEqual(seqsOf(frames).slice(0, 4), [1, 2, 3, 4]);
  const [snapshot] = await readFrames(drivers, 'prices', (all) => all.length > 0);
  assert(snapshot?.kind === 'snapshot' && snapshot.symbols.length === 6);
  const { tradeFeed, priceFeed, control } = venue.connections();
  assert.deepEqual([tradeFeed, priceFeed, control], [1, 1, 1]);
});

test('a feed resumes exactly, closed by us or by the death of the exchange', async (t) => {
  const args = ['--data', tempDirectory(t)];
  const first = await startExchange(t, args);
  const { drivers } = driversFor(t, first.url);
  await openFeed(drivers, 'executions', null);
  for (const id of ['a', 'b', 'c']) await perform(drivers, place(id, { priceInCents: 100 }));
  const begun = await readFrames(drivers, 'executions', (all) => seqsOf(all).includes(2));
  const [frame] = begun;
  assert(frame !== undefined);
  await perform(drivers, { kind: 'CloseFeed', feed: 'executions' });
  await openFeed(drivers, 'executions', { epoch: frame.epoch, seq: 1 });
  const resumed = await readFrames(drivers, 'executions', (all) => seqsOf(all).length >= 2);
  assert.deepEqual(seqsOf(resumed), [2, 3]);

  const reading = readFrames(drivers, 'executions', () => false);
  const closed = assert.rejects(reading, /closed/);
  await first.kill('SIGKILL');
  await closed;
  const refused = await openFeed(drivers, 'executions', null);
  assert(refused.outcome === 'closed');
  const second = await startExchange(t, args);
  const again = driversFor(t, second.url);
  await openFeed(again.drivers, 'executions', { epoch: frame.epoch, seq: 3 });
  await perform(again.drivers, place('d', { priceInCents: 100 }));
  const live = await readFrames(again.drivers, 'executions', (all) => seqsOf(all).length > 0);
  assert.deepEqual(seqsOf(live), [4]);
});

test('a heartbeat comes without any trade and carries the head', async (t) => {
  const { url } = await startExchange(t, ['--data', tempDirectory(t)]);
  const { drivers } = driversFor(t, url);
  await openFeed(drivers, 'executions', null);
  const [beat] = await readFrames(drivers, 'executions', (all) => all.length > 0);
  assert(beat?.kind === 'heartbeat' && beat.headSeq === 0);
});

test('a refused connection proves that nothing was written', async (t) => {
  const server = createServer();
  const url = await listen(t, server);
  server.close();
  await once(server, 'close');
  const { drivers } = driversFor(t, url);
  const answer = await perform<PlaceOrdersAnswer>(drivers, place('a'));
  assert.equal(answer.outcome, 'not_written');
});

test('a server that dies with the request leaves it unknown, and nothing is sent twice', async (t) => {
  let requests = 0;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      requests++;
      socket.destroy();
    });
  });
  const venue = driversFor(t, await listen(t, server));
  const answer = await perform<PlaceOrdersAnswer>(venue.drivers, place('a'));
  assert.equal(answer.outcome, 'unknown');
  await venue.close();
  assert.equal(requests, 1);
});

const PLACED = { epoch: 'e', results: [{ outcome: 'accepted', clientOrderId: 'a' }] };
const STATUSES: [status: number, body: string, outcome: PlaceOrdersAnswer['outcome']][] = [
  [400, '{"code":"bad","detail":"all of it"}', 'refused'],
  [403, 'no JSON', 'refused'],
  [408, '{}', 'unknown'],
  [429, '{}', 'unknown'],
  [500, '{"code":"x","detail":"y"}', 'unknown'],
  [503, '', 'unknown'],
  [302, '', 'unknown'],
  [200, 'not JSON', 'unknown'],
  [200, '{"epoch":"e","results":[]}', 'unknown'],
  [200, JSON.stringify(PLACED), 'unknown'],
  [200, '{"epoch":"e","results":[{"outcome":"maybe","clientOrderId":"a"}]}', 'unknown'],
  [
    200,
    '{"epoch":"e","results":[{"outcome":"duplicate_client_order_id","clientOrderId":"b"}]}',
    'unknown',
  ],
  [
    200,
    '{"epoch":"e","results":[{"outcome":"refused","clientOrderId":"a","reason":"too_late"}]}',
    'answered',
  ],
];

test('what a status and a body prove', async (t) => {
  let next: (response: ServerResponse) => void = () => {};
  const server = createHttpServer((request, response) => {
    request.resume();
    request.on('end', () => next(response));
  });
  const { drivers } = driversFor(t, await listen(t, server));
  for (const [status, body, outcome] of STATUSES) {
    next = (response) => response.writeHead(status).end(body);
    const answer = await perform<PlaceOrdersAnswer>(drivers, place('a'));
    assert.equal(answer.outcome, outcome, `${status} ${body}`);
  }
});

test('an answer that stops in the middle is no answer', async (t) => {
  const server = createHttpServer((_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"epoch"', () => response.destroy());
  });
  const { drivers } = driversFor(t, await listen(t, server));
  const answer = await perform<PlaceOrdersAnswer>(drivers, place('a'));
  assert.equal(answer.outcome, 'unknown');
});

/** A feed of prices that a test writes by hand. */
async function aFeed(t: TestContext): Promise<{ drivers: VenueDrivers; response: ServerResponse }> {
  const server = createHttpServer();
  const asked = once(server, 'request');
  server.on('request', (_, response) => response.writeHead(200).flushHeaders());
  const drivers = driversFor(t, await listen(t, server));
  t.after(() => server.closeAllConnections());
  assert.equal((await openFeed(drivers.drivers, 'prices', null)).outcome, 'opened');
  const [, response] = await asked;
  return { drivers, response };
}

function tickLine(seq: number): string {
  const tick = { kind: 'tick', epoch: 'e', seq, symbol: 'IBM', priceInCents: 1, numShares: 1 };
  return `${JSON.stringify({ ...tick, exchangeAtMs: 1 })}\n`;
}

test('a malformed frame closes the feed, after what came before it', async (t) => {
  const { drivers, response } = await aFeed(t);
  response.end(`${tickLine(1)}${tickLine(2)}{"kind":"tick","seq":-1}\n${tickLine(4)}`);
  const frames = await readFrames(drivers.drivers, 'prices', (all) => all.length >= 2);
  assert.deepEqual(seqsOf(frames), [1, 2]);
  const effect = { kind: 'ReadFeed', feed: 'prices', framesMax: 10 } as const;
  const answer = await perform<ReadFeedAnswer>(drivers.drivers, effect);
  assert(answer.outcome === 'closed');
  assert.match(answer.error, /malformed/);
});

test('nobody reading holds the exchange back, and reading on loses nothing', async (t) => {
  const { drivers, response } = await aFeed(t);
  let written = 0;
  while (response.write(Array.from({ length: 1_000 }, () => tickLine(++written)).join(''))) {
    await new Promise(setImmediate);
  }
  const filler = 'x'.repeat(64 * 1024);
  let isHeldBack = false;
  for (let i = 0; i < 1_000 && !isHeldBack; i++) {
    isHeldBack = response.writableLength > 8 * 1024 * 1024;
    response.write(tickLine(++written).replace('"IBM"', `"IBM","filler":"${filler}"`));
    await new Promise(setImmediate);
  }
  assert.equal(isHeldBack, true, 'the socket took everything although nobody read');
  const frames = await readFrames(drivers.drivers, 'prices', (all) => all.length >= written);
  assert.deepEqual(
    seqsOf(frames),
    Array.from({ length: written }, (_, i) => i + 1),
  );
});

test('a read gives no more frames than asked for', async (t) => {
  const { drivers, response } = await aFeed(t);
  const all = LIMITS.feedFramesPerReadMax + 5;
  response.write(Array.from({ length: all }, (_, i) => tickLine(i + 1)).join(''));
  let read = 0;
  while (read < all) {
    const effect = { kind: 'ReadFeed', feed: 'prices', framesMax: 7 } as const;
    const answer = await perform<ReadFeedAnswer>(drivers.drivers, effect);
    assert(answer.outcome === 'frames' && answer.frames.length <= 7);
    read += answer.frames.length;
  }
});
