import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bucketOf } from '../../src/domain/ids.ts';
import { takeDataDirectory } from '../../src/store/data-directory.ts';
import { DataDirectoryError } from '../../src/store/errors.ts';
import { tempDirectory } from '../temp-directory.ts';

const FEES = { bps: 1, minInCents: 1, maxInCents: 10_000 };
const FRESH = { shards: 4, installationId: 'first', fees: FEES };

test('I30 a directory is held by one at a time, and free again afterwards', (t) => {
  const directory = tempDirectory(t);
  const held = takeDataDirectory(directory, FRESH);
  assert.throws(
    () => takeDataDirectory(directory, FRESH),
    (error) =>
      error instanceof DataDirectoryError && /in use by another process/.test(error.message),
  );
  held.release();
  takeDataDirectory(directory, FRESH).release();
});

test('what was decided when the directory was made stays, whatever is asked for later', (t) => {
  const directory = tempDirectory(t);
  const made = takeDataDirectory(directory, FRESH);
  made.release();
  const later = takeDataDirectory(directory, {
    shards: 16,
    installationId: 'second',
    fees: { ...FEES, bps: 9 },
  });
  t.after(() => later.release());
  assert.deepEqual(later.meta, made.meta);
  assert.equal(later.meta.bucketToShard[bucketOf('usr_ffx')], 3);
});

test('a description that cannot be read is refused, not guessed at', (t) => {
  const directory = tempDirectory(t);
  takeDataDirectory(directory, FRESH).release();
  writeFileSync(join(directory, 'meta.json'), '{"schemaVersion":2}');
  assert.throws(() => takeDataDirectory(directory, FRESH), DataDirectoryError);
});

test('a path that cannot be a directory is refused with a sentence', (t) => {
  const path = join(tempDirectory(t), 'file');
  writeFileSync(path, '');
  assert.throws(() => takeDataDirectory(path, FRESH), /cannot be made/);
  assert.throws(() => takeDataDirectory(join(path, 'below'), FRESH), /cannot be made/);
  if (process.platform !== 'linux') return;
  assert.throws(() => takeDataDirectory('/proc/outcry/data', FRESH), /cannot be made/);
});

test('a directory from before fees were decided in it says so, and is read', (t) => {
  const directory = tempDirectory(t);
  const made = takeDataDirectory(directory, FRESH);
  made.release();
  const { fees, ...before } = made.meta;
  writeFileSync(join(directory, 'meta.json'), JSON.stringify(before));
  const later = takeDataDirectory(directory, FRESH);
  t.after(() => later.release());
  assert.deepEqual([fees, later.meta], [FEES, { ...before, fees: null }]);
});
