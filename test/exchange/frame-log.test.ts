// S135: what came over the execution feed is on disk before anything reads it, within a bound.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ReadFeedAnswer } from '../../src/exchange/effects.ts';
import { FrameLog } from '../../src/exchange/frame-log.ts';
import { createVenueDrivers } from '../../src/exchange/venue-driver.ts';
import { tempDirectory } from '../temp-directory.ts';
import { listen } from './listen.ts';
import { openFeed, perform } from './perform.ts';

interface Kept {
  readonly log: FrameLog;
  readonly directory: string;
  readonly failures: string[];
}

function aLog(t: TestContext, { bytesMax = 1_000_000, filesKept = 2 } = {}): Kept {
  const directory = join(tempDirectory(t), 'frames');
  const failures: string[] = [];
  const onFailure = ({ message }: Error) => failures.push(message);
  const log = new FrameLog('executions', { directory, bytesMax, filesKept, onFailure });
  t.after(() => log.close());
  return { log, directory, failures };
}

function textIn({ directory }: Kept, file = 'executions.ndjson'): string {
  return readFileSync(join(directory, file), 'utf8');
}

test('lines are in the file when they have been appended, and go on behind a restart', (t) => {
  const kept = aLog(t);
  kept.log.append(['{"a":1}', 'not json at all']);
  assert.equal(textIn(kept), '{"a":1}\nnot json at all\n');
  kept.log.append([]);
  kept.log.close();
  kept.log.append(['Zoë']);
  assert.equal(textIn(kept), '{"a":1}\nnot json at all\nZoë\n');
});

test('at its bound a file is put aside, and the oldest go', (t) => {
  const kept = aLog(t, { bytesMax: 10, filesKept: 2 });
  for (const line of ['one', 'two', 'three', 'four', 'a line longer than all of it', 'six']) {
    kept.log.append([line]);
  }
  const files = readdirSync(kept.directory).sort();
  assert.deepEqual(files, ['executions.1.ndjson', 'executions.2.ndjson', 'executions.ndjson']);
  assert.deepEqual(
    ['executions.2.ndjson', 'executions.1.ndjson', 'executions.ndjson'].map((file) =>
      textIn(kept, file),
    ),
    ['four\n', 'a line longer than all of it\n', 'six\n'],
  );
});

test('a disk that takes nothing is told of once, and again only after it has', (t) => {
  const kept = aLog(t);
  const file = join(kept.directory, 'executions.ndjson');
  mkdirSync(file, { recursive: true }); // a directory where the file should be
  kept.log.append(['lost']);
  kept.log.append(['lost too']);
  assert.equal(kept.failures.length, 1);
  rmdirSync(file);
  kept.log.append(['kept']);
  assert.equal(textIn(kept), 'kept\n');
});

test('a line of the feed that cannot be decoded is there to look at', async (t) => {
  const kept = aLog(t);
  const server = createServer();
  const asked = once(server, 'request');
  server.on('request', (_, response) => response.writeHead(200).flushHeaders());
  const baseUrl = await listen(t, server);
  t.after(() => server.closeAllConnections());
  const { drivers, close } = createVenueDrivers({
    baseUrl,
    orderConnections: 1,
    controlConnections: 1,
    requestMs: 4_000,
    executionLog: kept.log,
  });
  t.after(() => close());
  await openFeed(drivers, 'executions', null);
  const [, response]: [unknown, ServerResponse] = (await asked) as never;
  const beat = '{"kind":"heartbeat","epoch":"e","headSeq":0,"exchangeAtMs":1}';
  response.write(`${beat}\n{"kind":"execution","seq":"one"}\n{"torn`);
  const read = { kind: 'ReadFeed', feed: 'executions', framesMax: 10 } as const;
  const first = await perform<ReadFeedAnswer>(drivers, read);
  assert.equal(first.outcome, 'frames');
  const second = await perform<ReadFeedAnswer>(drivers, read);
  assert(second.outcome === 'closed');
  assert.match(second.error, /malformed/);
  assert.equal(textIn(kept), `${beat}\n{"kind":"execution","seq":"one"}\n`);
});
