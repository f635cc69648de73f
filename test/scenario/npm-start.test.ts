// What npm runs: it passes a signal on, and ends when that has ended, with its code.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tempDirectory } from '../temp-directory.ts';
import { Outcry } from './outcry.ts';

test('SIGTERM to npm ends with code 0, and only when the data directory is free again', async (t) => {
  const dataDir = tempDirectory(t);
  const first = new Outcry(dataDir, {}, ['npm', 'start']);
  t.after(() => first.stop());
  await first.ready();
  assert.equal(await first.stop(), 0);
  const second = new Outcry(dataDir, {}, ['npm', 'start']);
  t.after(() => second.stop());
  await second.ready();
  assert.equal(await second.stop(), 0);
});

test('SIGTERM to npm stops an exchange of its own, and leaves nothing of it', {
  timeout: 30_000,
}, async (t) => {
  const npm = spawn('npm', ['run', 'exchange', '--', '--port', '0', '--data', tempDirectory(t)], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(npm, 'exit');
  const output = npm.stdout.setEncoding('utf8');
  let printed = '';
  for await (const text of output) {
    printed += text;
    if (/^exchange ready /m.test(printed) && npm.exitCode === null) npm.kill('SIGTERM');
  }
  assert.deepEqual(await ended, [0, null], 'and its output has ended: nobody holds it any more');
});
