// A real simulator under control, over real sockets: what an operator makes it do, and what a
// customer's connection sees of it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempDirectory } from '../../temp-directory.ts';
import { runExchange, startExchange } from '../exchange-process.ts';
import { anOrder } from './an-engine.ts';
import { FeedReaderOverHttp } from './feed-reader-over-http.ts';

async function start(t: TestContext, args: readonly string[] = []): Promise<string> {
  const data = ['--data', tempDirectory(t), '--control'];
  const { url } = await startExchange(t, [...data, ...args]);
  return url;
}

async function post(url: string, path: string, body: unknown) {
  const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  const answer: Record<string, unknown> = JSON.parse(await response.text());
  return { status: response.status, answer };
}

const control = (url: string, command: object) => post(url, '/v1/control', command);

function place(url: string, clientOrderId: string, order = {}) {
  const terms = { priceInCents: 18_800, numShares: 10, notAfterMs: Date.now() + 60_000, ...order };
  return post(url, '/v1/orders', { orders: [anOrder(clientOrderId, terms)] });
}

async function statusOf(url: string, clientOrderId: string): Promise<unknown> {
  const { answer } = await post(url, '/v1/queries', { orders: [{ clientOrderId }] });
  const [result] = answer['results'] as { order?: { status: string } }[];
  return result?.order?.status ?? 'not_found';
}

test('a trade is busted and corrected from outside, and both are on the feed and in the fills', async (t) => {
  const url = await start(t);
  const feed = await FeedReaderOverHttp.open(t, `${url}/v1/executions`);
  await place(url, 'a');
  const trade = await feed.next((frame) => frame['execKind'] === 'trade');
  const { execId, externalOrderId } = trade;
  const corrected = await control(url, {
    do: 'correct',
    execId,
    lastQty: 9,
    lastPriceInCents: 18_000,
  });
  assert.deepEqual(corrected, { status: 200, answer: { ok: true, execId: 'exec-3', cumQty: 9 } });
  const busted = await control(url, { do: 'bust', execId });
  assert.deepEqual(busted, { status: 200, answer: { ok: true, execId: 'exec-4', cumQty: 0 } });
  const bust = await feed.next((frame) => frame['execKind'] === 'bust');
  assert.deepEqual([bust['execRef'], bust['cumQty']], [execId, 0]);
  const again = await control(url, { do: 'bust', execId });
  assert.deepEqual([again.status, again.answer['code']], [409, 'already_busted']);
  const fills = await fetch(`${url}/v1/orders/${externalOrderId}/fills`);
  const { executions } = JSON.parse(await fills.text());
  assert.deepEqual(
    executions.map((fill: { execKind: string }) => fill.execKind),
    ['trade', 'correct', 'bust'],
  );
  assert.equal(await statusOf(url, 'a'), 'cancelled');
});

test('a halt, a close and an open go out on the price feed and decide what is taken', async (t) => {
  const url = await start(t);
  const feed = await FeedReaderOverHttp.open(t, `${url}/v1/prices`);
  const snapshot = await feed.next((frame) => frame['kind'] === 'snapshot');
  assert.equal((snapshot['session'] as { tradingDate: string }).tradingDate, '2013-10-07');
  await control(url, { do: 'halt', symbol: 'IBM', halted: true });
  const halt = await feed.next((frame) => frame['kind'] === 'halt');
  assert.deepEqual([halt['symbol'], halt['halted']], ['IBM', true]);
  await place(url, 'halted');
  assert.equal(await statusOf(url, 'halted'), 'rejected');
  await control(url, { do: 'halt', symbol: 'IBM', halted: false });

  await place(url, 'day', { priceInCents: 17_000 });
  await place(url, 'gtc', { priceInCents: 17_000, timeInForce: 'gtc' });
  assert.equal((await control(url, { do: 'close-session' })).status, 200);
  const closed = await feed.next((frame) => frame['kind'] === 'session');
  assert.equal((closed['session'] as { state: string }).state, 'closed');
  assert.deepEqual([await statusOf(url, 'day'), await statusOf(url, 'gtc')], ['expired', 'open']);
  await place(url, 'late');
  assert.equal(await statusOf(url, 'late'), 'rejected');
  assert.equal((await control(url, { do: 'close-session' })).answer['code'], 'already_closed');
  assert.equal((await control(url, { do: 'open-session' })).status, 200);
  const opened = await feed.next((frame) => frame['kind'] === 'session');
  assert.match((opened['session'] as { sessionId: string }).sessionId, /-s2$/);
  assert.equal((await control(url, { do: 'open-session' })).answer['code'], 'already_open');
  await place(url, 'early');
  assert.equal(await statusOf(url, 'early'), 'filled');
});

test('half-open: requests and feeds stay open and say nothing, and control still hears', async (t) => {
  const url = await start(t);
  const feed = await FeedReaderOverHttp.open(t, `${url}/v1/executions`);
  await feed.next((frame) => frame['kind'] === 'heartbeat');
  await control(url, { do: 'half-open', forMs: 600_000 });
  let answered = 0;
  const asked = [place(url, 'a'), fetch(`${url}/v1/capabilities`)];
  for (const answer of asked) void answer.then(() => answered++);
  for (let i = 0; i < 5; i++) {
    const log = await (await fetch(`${url}/v1/log`)).text();
    assert.deepEqual([answered, log.includes('"kind":"order"')], [0, false]);
  }
  await control(url, { do: 'half-open', forMs: 1 }); // in place of the long one
  const [placed] = await Promise.all(asked);
  assert.equal(placed?.status, 200);
  await feed.next((frame) => frame['execKind'] === 'trade');
});

test('a restart in place cuts every connection, and comes back with its book', async (t) => {
  const url = await start(t);
  await place(url, 'a', { priceInCents: 17_000 });
  const feed = await FeedReaderOverHttp.open(t, `${url}/v1/executions`);
  await Promise.allSettled([control(url, { do: 'restart', forMs: 300 })]);
  await feed.ended;
  await assert.rejects(fetch(`${url}/v1/capabilities`));
  while (!(await fetch(`${url}/livez`).then(...SETTLED))) await sleep(20);
  assert.equal(await statusOf(url, 'a'), 'open');
});

const SETTLED = [() => true, () => false] as const;

test('a book lost in place is a new epoch: the feeds are cut, the market goes on', async (t) => {
  const url = await start(t);
  await place(url, 'a', { priceInCents: 17_000 });
  const feed = await FeedReaderOverHttp.open(t, `${url}/v1/executions`);
  const { epoch } = await feed.next((frame) => frame['kind'] === 'execution');
  const lost = await control(url, { do: 'lose-book' });
  await feed.ended;
  assert.notEqual(lost.answer['epoch'], epoch);
  assert.equal(await statusOf(url, 'a'), 'not_found');
  const resumed = await FeedReaderOverHttp.open(t, `${url}/v1/executions?from=${epoch}:1`);
  const reset = await resumed.next((frame) => frame['kind'] === 'reset');
  assert.deepEqual([reset['epoch'], reset['headSeq']], [lost.answer['epoch'], 0]);
  await place(url, 'b');
  assert.equal(await statusOf(url, 'b'), 'filled');
});

test('a plan is changed while it runs, and executions are sent again', async (t) => {
  const url = await start(t, ['--faults', 'rejects', '--seed', '3']);
  await control(url, { do: 'faults', faults: [{ fault: '5xx-after-accept', at: 2 }] });
  const statuses = [];
  for (const id of ['a', 'b', 'c']) statuses.push((await place(url, id)).status);
  assert.deepEqual(statuses, [200, 500, 200]);
  assert.equal(await statusOf(url, 'b'), 'filled');
  await control(url, { do: 'faults', preset: 'none' });

  const feed = await FeedReaderOverHttp.open(t, `${url}/v1/executions`);
  await feed.next((frame) => frame['seq'] === 6);
  await control(url, { do: 'replay', fromSeq: 5 });
  await feed.next((frame) => frame['seq'] === 5);
  await feed.next((frame) => frame['seq'] === 6);
});

test('a customer asks for a fault with the order, and another name is malformed', async (t) => {
  const url = await start(t);
  const refused = await place(url, 'a', { sandboxFault: 'reject' });
  const [result] = refused.answer['results'] as { reason: string }[];
  assert.equal(result?.reason, 'exchange_option');
  const unknown = await place(url, 'b', { sandboxFault: 'explode' });
  assert.deepEqual([unknown.status, unknown.answer['code']], [400, 'malformed_request']);
  assert.equal(await statusOf(url, 'b'), 'not_found');
});

const MALFORMED: [command: object, sentence: RegExp][] = [
  [{ do: 'explode' }, /do was none of bust, correct/],
  [{ do: 'bust' }, /execId/],
  [{ do: 'halt', symbol: 'IBM' }, /halted/],
  [{ do: 'half-open', forMs: 0 }, /forMs must be from 1/],
  [{ do: 'close-session', now: true }, /now is not known here/],
  [{ do: 'faults', faults: [{ fault: 'gap' }] }, /faults\[0\]: at, share or afterMs/],
  [{ do: 'faults', preset: 'calm' }, /preset was none of none, flaky/],
];

test('a command that is not understood is refused, and there is none without --control', async (t) => {
  const url = await start(t);
  for (const [command, sentence] of MALFORMED) {
    const { status, answer } = await control(url, command);
    assert.deepEqual([status, answer['code']], [400, 'malformed_request'], JSON.stringify(command));
    assert.match(String(answer['detail']), sentence);
  }
  assert.equal((await control(url, { do: 'halt', symbol: 'X', halted: true })).status, 409);
  const { url: plain } = await startExchange(t, ['--data', tempDirectory(t)]);
  assert.equal((await control(plain, { do: 'lose-book' })).status, 404);
});

test('a file of faults is followed, and a bad one ends the start with its place', async (t) => {
  const file = join(tempDirectory(t), 'plan.json');
  writeFileSync(file, JSON.stringify({ faults: [{ fault: '5xx-before', at: 1 }], seed: 2 }));
  const url = await start(t, ['--faults', file]);
  assert.deepEqual([(await place(url, 'a')).status, (await place(url, 'a')).status], [500, 200]);
  writeFileSync(file, '{"faults":[{"fault":"gap","at":1,"ta":2}]}');
  const bad = await runExchange(t, ['--faults', file]);
  assert.deepEqual([bad.code, /faults\[0\]: ta is not known here/.test(bad.stderr)], [1, true]);
  const missing = await runExchange(t, ['--faults', 'calm']);
  assert.match(missing.stderr, /--faults must be a file or one of none, flaky.*was "calm"/);
});

test('who reads the feeds is counted, now and ever', async (t) => {
  const url = await start(t);
  const count = async () => (await control(url, { do: 'count-readers' })).answer;
  const nobody = { readers: 0, subscriptions: 0 };
  assert.deepEqual(await count(), { ok: true, executions: nobody, prices: nobody });
  await FeedReaderOverHttp.open(t, `${url}/v1/prices`);
  await FeedReaderOverHttp.open(t, `${url}/v1/prices`);
  const two = { readers: 2, subscriptions: 2 };
  assert.deepEqual(await count(), { ok: true, executions: nobody, prices: two });
  await control(url, { do: 'cut-feeds' });
  const gone = { readers: 0, subscriptions: 2 };
  let answer = await count();
  while (JSON.stringify(answer['prices']) !== JSON.stringify(gone)) answer = await count();
});
