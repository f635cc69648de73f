// A crowd against a server that sends prices when it is told to.
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadProcess } from '../../bench/load/load-process.ts';
import type { CrowdPlan, CrowdReport } from '../../bench/load/protocol.ts';

async function startPrices(t: TestContext) {
  const streams = new Set<ServerResponse>();
  const server = createServer((req, res) => {
    const symbols =
      new URL(req.url ?? '', 'http://x').searchParams.get('symbols')?.split(',') ?? [];
    if (req.headers.authorization !== 'Bearer good') return void res.writeHead(401).end();
    streams.add(res);
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write('event: hello\ndata: {}\n\n');
    for (const symbol of symbols) res.write(frameOf(symbol, 1, 60_000));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    streams,
    print: (symbol: string, priceInCents: number, to = streams) => {
      for (const stream of to) stream.write(frameOf(symbol, priceInCents, 5));
    },
  };
}

function frameOf(symbol: string, priceInCents: number, ageMs: number): string {
  const lastUpdated = new Date(Date.now() - ageMs).toISOString();
  return `event: price\ndata: ${JSON.stringify({ symbol, priceInCents, lastUpdated })}\n\n`;
}

function startCrowd(t: TestContext, target: CrowdPlan['target'], changes: Partial<CrowdPlan> = {}) {
  const load = new LoadProcess<CrowdReport>({
    plan: {
      kind: 'CrowdPlan',
      target,
      pathBefore: '/stream?symbols=',
      tokens: ['good'],
      symbols: ['A', 'B'],
      streams: 6,
      symbolsPerStream: 2,
      zipf: 1,
      seed: 1,
      parseOneIn: 3,
      drainEveryMs: 50,
      currentWithinMs: 500,
      ...changes,
    },
    progress: () => undefined,
  });
  t.after(() => load.kill());
  return load;
}

test('events of all streams are counted, ages of the parsed ones taken, and all are current', async (t) => {
  const prices = await startPrices(t);
  const load = startCrowd(t, prices.target);
  await load.reached('ready');
  await sleep(200); // the snapshots are drained before it is timed
  load.tell({ kind: 'Begin' });
  await sleep(100);
  for (let price = 2; price <= 11; price++) prices.print('A', price);
  await sleep(300);
  load.tell({ kind: 'End' });
  await load.reached('sent');
  for (const symbol of ['A', 'B']) prices.print(symbol, 50);
  load.tell({
    kind: 'Compare',
    published: [
      ['A', 50],
      ['B', 50],
      ['C', 7],
    ],
  });
  const report = await load.report;
  assert.equal(report.events, 60);
  assert.equal(report.timedEvents, 20);
  assert.equal(report.age.count, 20);
  assert.ok(report.age.p50Ms >= 4, `${report.age.p50Ms}`);
  assert.deepEqual([report.timedStreams, report.openAtEnd, report.notCurrent], [2, 6, 0]);
  assert.deepEqual(report.closed, {});
});

test('who lacks a last price, or has lost its stream, is not current', async (t) => {
  const prices = await startPrices(t);
  const load = startCrowd(t, prices.target);
  await load.reached('ready');
  load.tell({ kind: 'Begin' });
  load.tell({ kind: 'End' });
  await load.reached('sent');
  const [cut, behind, ...others] = prices.streams;
  cut?.destroy();
  prices.print('A', 50);
  prices.print('B', 50, new Set(others));
  if (behind !== undefined) prices.print('B', 49, new Set([behind]));
  load.tell({
    kind: 'Compare',
    published: [
      ['A', 50],
      ['B', 50],
    ],
  });
  const report = await load.report;
  assert.deepEqual([report.notCurrent, report.openAtEnd], [2, 5]);
  assert.deepEqual(Object.values(report.closed), [1]);
});

test('refused streams are counted with the reason', async (t) => {
  const prices = await startPrices(t);
  const load = startCrowd(t, prices.target, { tokens: ['bad'] });
  await load.reached('ready');
  load.tell({ kind: 'Begin' });
  load.tell({ kind: 'End' });
  load.tell({ kind: 'Compare', published: [] });
  const { closed, notCurrent } = await load.report;
  assert.deepEqual(closed, { 'answered "HTTP/1.1 401"': 4, 'answered 401': 2 });
  assert.equal(notCurrent, 6);
});
