// Starts and stops that are not the plain ones: another tape, an exchange out of reach, a stop
// before the end of the start, a suspended exchange.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { probePort } from '../../src/launcher/claim-port.ts';
import { COMMAND_LINES } from '../../src/launcher/compile.mjs';
import { tempDirectory } from '../temp-directory.ts';
import { Outcry, startOutcry, until } from './outcry.ts';

const run = promisify(execFile);

test('on a tape of other symbols, what the start prints works when pasted', async (t) => {
  const tape = tempDirectory(t);
  mkdirSync(join(tape, 'minute'));
  const bars = Array.from({ length: 390 }, (_, minute) => {
    return `${34_200_000 + minute * 60_000},500000,500000,500000,500000,1000`;
  });
  const header = 'msSinceMidnight,open1e4,high1e4,low1e4,close1e4,volume';
  const file = join(tape, 'minute', 'ZQX.20240301.minute.csv');
  writeFileSync(file, `${[header, ...bars].join('\n')}\n`);
  const outcry = await startOutcry(t, { OUTCRY_TAPE: tape });
  const [prices, order] = outcry.stdout.match(/^ {2}curl .*$/gm) ?? [];
  assert.match(prices ?? '', /\/stream\?symbols=ZQX'$/);
  const { stdout } = await run('sh', ['-c', `${order}`]);
  assert.deepEqual([JSON.parse(stdout).symbol, JSON.parse(stdout).outcome], ['ZQX', 'accepted']);
});

test('an exchange out of reach is no start failure: it is not ready, says so, and stops well', async (t) => {
  const nobody = `http://127.0.0.1:${await probePort('127.0.0.1', 0)}`;
  const port = await probePort('127.0.0.1', 0);
  const outcry = new Outcry(tempDirectory(t), {
    OUTCRY_EXCHANGE_URL: nobody,
    OUTCRY_PORT: String(port),
  });
  t.after(() => outcry.stop());
  const says = () => outcry.stderr.includes('GET /readyz says what is missing') || outcry.hasEnded;
  await until(says, 'a word to whoever waits', () => outcry.stderr);
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
  const { missing } = (await answer.json()) as { missing: string[] };
  assert.equal(answer.status, 503);
  for (const part of ['exchange_link', 'trade_feed', 'price_feed']) assert(missing.includes(part));
  assert.equal(outcry.stdout, '', 'no ready line');
  assert.equal(await outcry.stop(), 0);
});

test('SIGTERM while the broker is still starting is a stop like any other', async (t) => {
  const outcry = new Outcry(tempDirectory(t), { OUTCRY_EXCHANGE_URL: 'http://127.0.0.1:1' });
  t.after(() => outcry.stop());
  await until(() => outcry.children(COMMAND_LINES.broker).length === 1, 'the broker to be started');
  assert.equal(await outcry.stop(), 0);
});

test('a suspended exchange does not hold up a stop', async (t) => {
  const outcry = await startOutcry(t);
  process.kill(outcry.exchangePid, 'SIGSTOP');
  assert.equal(await outcry.stop(), 0);
});
