// `npm start` itself: npm passes a signal on to what it runs, and ends when that has ended.
import assert from 'node:assert/strict';
import { test } from 'node:test';
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
