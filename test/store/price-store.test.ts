import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { spanOf } from '../../src/domain/price-span.ts';
import { openPriceStore } from '../../src/store/price-store.ts';
import { tempDirectory } from '../temp-directory.ts';

const WAL_PAGES = 1_000;
const NOW_MS = 1_700_000_000_000;

test('a file of prices that is damaged is set aside, kept as it was, and another one begun', (t) => {
  const path = join(tempDirectory(t), 'prices.db');
  const damaged = 'this was a database once, until something else was written over it';
  writeFileSync(path, damaged);
  const { store, setAside } = openPriceStore(path, WAL_PAGES, NOW_MS);
  assert.equal(setAside, `${path}.damaged-${NOW_MS}`);
  assert.equal(readFileSync(setAside, 'utf8'), damaged);
  assert.deepEqual(
    store.write(() => store.addSpan('IBM', 0, spanOf(100, 1))),
    { error: null },
  );
  store.close();

  const again = openPriceStore(path, WAL_PAGES, NOW_MS + 1);
  assert.equal(again.setAside, null, 'a sound file is left alone');
  again.store.close();
  assert.equal(existsSync(setAside), true);
});

test('a file that cannot be opened for another reason is no damage', (t) => {
  const path = join(tempDirectory(t), 'nowhere', 'prices.db');
  assert.throws(() => openPriceStore(path, WAL_PAGES, NOW_MS), /directory does not exist/);
});
