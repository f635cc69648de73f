// The simulator as a process: kill -9 loses nothing answered, feeds resume over it, and bad command
// lines are explained.
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempDirectory } from '../../temp-directory.ts';
import { runExchange, startExchange } from '../exchange-process.ts';
import { anOrder } from './an-engine.ts';

async function post(url: string, path: string, body: object) {
  const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  assert.equal(response.status, 200);
  return jsonOf(response);
}

async function jsonOf(response: Response) {
  return JSON.parse(await response.text());
}

/** The first lines of a stream, until `isEnough`. */
async function linesOf(url: string, isEnough: (lines: readonly string[]) => boolean) {
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal });
  assert(response.body !== null);
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const lines = text.split('\n').slice(0, -1);
    if (!isEnough(lines)) continue;
    abort.abort();
    return lines;
  }
  return text.split('\n').slice(0, -1);
}

const isHeartbeat = (line: string | undefined) => line?.includes('"heartbeat"') === true;

test('after kill -9 among orders all that was answered is there, and the feed goes on', async (t) => {
  const data = tempDirectory(t);
  const first = await startExchange(t, ['--data', data, '--speed', '60']);
  const notAfterMs = Date.now() + 60_000;
  const answered: string[] = [];
  const place = async (worker: number) => {
    for (let n = 0; ; n++) {
      const ids = [`w${worker}-${n}-a`, `w${worker}-${n}-b`];
      const priceInCents = n % 2 === 0 ? 10_000 : 18_800;
      const orders = ids.map((id) => anOrder(id, { priceInCents, notAfterMs, numShares: 3 }));
      await post(first.url, '/v1/orders', { orders });
      answered.push(...ids);
      if (answered.length >= 400) await first.kill('SIGKILL');
    }
  };
  const workers = await Promise.allSettled([place(1), place(2), place(3)]);
  assert(
    workers.every((worker) => worker.status === 'rejected'),
    'the kill ended every worker',
  );

  const second = await startExchange(t, ['--data', data, '--speed', '60']);
  for (let i = 0; i < answered.length; i += 200) {
    const orders = answered.slice(i, i + 200).map((clientOrderId) => ({ clientOrderId }));
    const { results } = await post(second.url, '/v1/queries', { orders });
    assert(results.every((result: { outcome: string }) => result.outcome === 'found'));
  }
  const again = { orders: [anOrder(answered[0] ?? '', { notAfterMs })] };
  const { results } = await post(second.url, '/v1/orders', again);
  assert.equal(results[0].outcome, 'duplicate_client_order_id');

  const { epoch } = await jsonOf(await fetch(`${second.url}/v1/capabilities`));
  const all = await linesOf(`${second.url}/v1/executions`, (lines) => isHeartbeat(lines.at(-1)));
  const seqs = all.map((line) => JSON.parse(line)).filter((frame) => frame.kind === 'execution');
  assert.deepEqual(
    seqs.map((frame) => frame.seq),
    seqs.map((_, i) => i + 1),
  );
  const from = `${second.url}/v1/executions?from=${epoch}:100`;
  const resumed = await linesOf(from, (lines) => lines.length >= 50);
  assert.deepEqual(resumed.slice(0, 50), all.slice(100, 150));
  const log = await linesOf(`${second.url}/v1/log?from=5`, () => false);
  assert.equal(JSON.parse(log[0] ?? '').logSeq, 6);
});

test('feeds begin, resume, or are reset for another epoch, and do not echo if told so', async (t) => {
  const exchange = await startExchange(t, [
    '--data',
    tempDirectory(t),
    '--no-echo',
    '--speed',
    '60',
  ]);
  const { url } = exchange;
  const notAfterMs = Date.now() + 60_000;
  const order = anOrder('a', { timeInForce: 'ioc', priceInCents: 18_800, notAfterMs });
  await post(url, '/v1/orders', { orders: [order] });
  const [accepted] = await linesOf(`${url}/v1/executions`, (lines) => lines.length >= 2);
  assert.equal(JSON.parse(accepted ?? '').clientOrderId, null);

  const [reset, next] = await linesOf(`${url}/v1/executions?from=other:7`, (l) => l.length >= 2);
  const { epoch, headSeq, kind } = JSON.parse(reset ?? '');
  assert.deepEqual([kind, headSeq, next], ['reset', 0, accepted]);

  const prices = await linesOf(`${url}/v1/prices`, (lines) => lines.length >= 6);
  const snapshot = JSON.parse(prices[0] ?? '');
  assert.deepEqual([snapshot.kind, snapshot.session.state], ['snapshot', 'open']);
  const later = `${url}/v1/prices?from=${epoch}:${snapshot.seq + 1}`;
  const resumed = await linesOf(later, (lines) => lines.length >= 2);
  const ticks = prices.filter((line) => line.includes('"tick"'));
  assert.deepEqual(resumed.slice(0, 2), ticks.slice(1, 3));
  const begun = await linesOf(`${url}/v1/prices?from=other:1`, (lines) => lines.length >= 2);
  assert.deepEqual(
    begun.slice(0, 2).map((line) => JSON.parse(line).kind),
    ['reset', 'snapshot'],
  );
});

test('a malformed request is refused as a whole', async (t) => {
  const { url } = await startExchange(t, ['--data', tempDirectory(t)]);
  const notAfterMs = Date.now() + 60_000;
  const good = anOrder('good', { notAfterMs });
  const bodies = [
    '',
    '[]',
    '{"orders":1}',
    JSON.stringify({ orders: [good, { ...good, side: 'x' }] }),
  ];
  bodies.push(JSON.stringify({ orders: Array.from({ length: 65 }, (_, i) => anOrder(`n${i}`)) }));
  for (const body of bodies) {
    const response = await fetch(`${url}/v1/orders`, { method: 'POST', body });
    assert.equal(response.status, 400, body.slice(0, 80));
    assert.equal((await jsonOf(response)).code, 'malformed_request');
  }
  assert.equal((await fetch(`${url}/v1/executions?from=nonsense`)).status, 400);
  assert.equal((await fetch(`${url}/v1/nothing`)).status, 404);
  assert.equal((await fetch(`${url}//`)).status, 400);
  const { results } = await post(url, '/v1/queries', { orders: [{ clientOrderId: 'good' }] });
  assert.equal(results[0].outcome, 'not_found');
});

test('SIGTERM stops it cleanly, also with a feed open', async (t) => {
  const exchange = await startExchange(t, ['--data', tempDirectory(t)]);
  await linesOf(`${exchange.url}/v1/prices`, (lines) => lines.length >= 1);
  const open = await fetch(`${exchange.url}/v1/executions`);
  await exchange.kill('SIGTERM');
  assert.equal(exchange.child.exitCode, 0);
  await assert.rejects(open.text());
});

const BAD: [args: string[], sentence: RegExp][] = [
  [['--speed', '0'], /--speed must be a number above 0/],
  [['--port', '65536'], /--port must be a whole number from 0 to 65535, but was "65536"/],
  [['--symbols', 'many'], /--symbols must be a whole number/],
  [['--tape', 'no/such/place'], /--tape must be a directory, but "no\/such\/place" is none/],
  [['--nonsense'], /--nonsense/],
  [['--parent'], /--parent needs an IPC channel/],
];

test('a bad command line ends with a sentence and exit code 1', async (t) => {
  const runs = await Promise.all(BAD.map(([args]) => runExchange(t, args)));
  runs.forEach(({ code, stderr }, i) => {
    assert.equal(code, 1);
    assert.match(stderr, BAD[i]?.[1] ?? /^$/);
  });
});

test('a taken port is named and ends it with exit code 1', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  const address = taken.address();
  assert(typeof address === 'object' && address !== null);
  const args = ['--port', String(address.port), '--data', tempDirectory(t)];
  const { code, stderr } = await runExchange(t, args);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`could not listen.*${address.port}`));
});

test('a data directory in use is named, and its log stays whole', async (t) => {
  const args = ['--data', tempDirectory(t)];
  await startExchange(t, args);
  const { code, stderr } = await runExchange(t, ['--port', '0', ...args]);
  assert.equal(code, 1);
  assert.match(stderr, /is in use by another exchange/);
});

test('with --parent it ends when the process that started it is killed', async (t) => {
  const script = join(import.meta.dirname, 'parent-of-exchange.mjs');
  const parent: ChildProcess = fork(script, [tempDirectory(t)]);
  const [pid] = await once(parent, 'message');
  assert(typeof pid === 'number');
  assert.equal(isAlive(pid), true);
  parent.kill('SIGKILL');
  while (isAlive(pid)) await sleep(20);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
    return false;
  }
}
