import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bookSizes, bytesPerOrder, totalOf } from '../../bench/growth/file-sizes.ts';
import { openOf, settingsFor } from '../../bench/growth/settings.ts';
import { framesBetween, placeIn, WalMeter } from '../../bench/growth/wal-meter.ts';
import { pathsOf, takeDataDirectory } from '../../src/store/data-directory.ts';
import { openDatabase } from '../../src/store/database.ts';
import { tempDirectory } from '../temp-directory.ts';

const { signal } = new AbortController();
const OPTIONS = { quick: false, full: false, more: {}, signal, progress: () => undefined };
const FEES = { bps: 1, minInCents: 1, maxInCents: 10_000 };

test('bytes per order are what has been added, the most first, what has not grown left out', () => {
  const before = { events: 4_096, orders: 8_192, accounts: 4_096 };
  const after = { events: 14_096, orders: 10_192, accounts: 4_096, fills: 1_000 };
  assert.deepEqual(bytesPerOrder(before, after, 10), [
    { name: 'events', bytes: 1_000 },
    { name: 'orders', bytes: 200 },
    { name: 'fills', bytes: 100 },
  ]);
  assert.equal(totalOf(after), 29_384);
  assert.equal(totalOf({}), 0);
});

const at = (frames: number, salt = 'a') => ({ frames, salt });

const LOOKS: [before: ReturnType<typeof at> | null, after: ReturnType<typeof at> | null, number][] =
  [
    [at(10), at(25), 15],
    [at(10), at(10), 0],
    [at(10), at(4, 'b'), 4], // it has begun anew
    [null, at(7), 7],
    [at(7), null, 0], // closed
    [null, null, 0],
  ];

test('frames between two looks at a log, which may have begun anew', () => {
  for (const [before, after, frames] of LOOKS) {
    assert.equal(framesBetween(before, after), frames);
  }
});

test('the index of a log says how many frames it has, and which log it is', () => {
  const header = Buffer.alloc(48);
  header.writeUInt32LE(1_234, 16);
  header.write('0123456789abcdef', 32, 'hex');
  assert.deepEqual(placeIn(header), { frames: 1_234, salt: '0123456789abcdef' });
});

test('what a writer adds to its log is counted, and its pages by table', (t) => {
  const dataDir = tempDirectory(t);
  const fresh = { shards: 1, installationId: 'test', fees: FEES };
  takeDataDirectory(dataDir, fresh).release();
  const migrations = ['CREATE TABLE things (n INTEGER PRIMARY KEY, text TEXT) STRICT'];
  const how = { synchronous: 'NORMAL', migrations, changesPerCheckpoint: 1_000 } as const;
  const paths = pathsOf(dataDir);
  const dbs = [paths.shard(0), paths.externalIds].map((path) => openDatabase(path, how));
  const meter = new WalMeter(dataDir);
  const insert = dbs[0]?.prepare('INSERT INTO things (text) VALUES (?)');
  insert?.run('x'.repeat(20_000)); // five pages of its own
  const bytes = meter.stop();
  assert.ok(bytes >= 5 * 4_096 && bytes <= 9 * 4_200, `${bytes} bytes`);
  for (const db of dbs) db.close();
  const sizes = bookSizes(dataDir);
  assert.ok((sizes['things'] ?? 0) >= 6 * 4_096, JSON.stringify(sizes));
});

test('sizes begin with none; --full adds the largest, --quick has few', () => {
  const daily = settingsFor(OPTIONS).sizes;
  const full = settingsFor({ ...OPTIONS, full: true }).sizes;
  const quick = settingsFor({ ...OPTIONS, quick: true }).sizes;
  assert.deepEqual(daily, [0, 100_000, 1_000_000]);
  assert.deepEqual(full, [...daily, 10_000_000]);
  assert.deepEqual(quick, [0, 1_000]);
  assert.deepEqual([0, 1_000, 10_000_000].map(openOf), [0, 100, 100_000]);
});

test('a part is chosen by its name, in the order of the bench', () => {
  const parts = (scene: string) => settingsFor({ ...OPTIONS, more: { scene } }).parts;
  assert.deepEqual(parts('shards,orders'), ['orders', 'shards']);
  assert.throws(() => parts('trees'), /no scene "trees"/);
});
