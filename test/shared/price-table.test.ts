import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { NO_SESSION_PRICES } from '../../src/domain/session-prices.ts';
import { PriceTable } from '../../src/shared/price-table.ts';

const SESSION = {
  openInCents: 18_000,
  highInCents: 18_300,
  lowInCents: 17_900,
  volume: 12_345,
  previousCloseInCents: null,
};

test('a symbol is unknown, then listed without a price, then priced', () => {
  const table = PriceTable.create(4);
  const reader = new PriceTable(table.buffer);
  assert.equal(reader.read('IBM'), null);
  table.list('IBM', 1, false);
  const session = NO_SESSION_PRICES;
  assert.deepEqual(reader.read('IBM'), { tickInCents: 1, halted: false, price: null, session });
  const price = { priceInCents: 18_200, lastTradedAtMs: 1_700_000_000_000, seq: 7 };
  table.publish('IBM', price, SESSION);
  table.list('IBM', 5, true);
  assert.deepEqual(reader.read('IBM'), {
    tickInCents: 5,
    halted: true,
    price,
    session: SESSION,
  });
  assert.equal(reader.read('AIG'), null);
});

test('a full table says so instead of overwriting', () => {
  const table = PriceTable.create(1);
  table.list('A', 1, false);
  assert.throws(() => table.list('B', 1, false), /no room for the symbol B/);
});

test('a reader never sees half of a write, while another thread writes as fast as it can', async (t) => {
  const table = PriceTable.create(4);
  table.list('IBM', 1, false);
  const writer = new Worker(
    `const { workerData } = require('node:worker_threads');
     import('tsx/esm/api').then(async ({ register }) => {
       register();
       const { PriceTable } = await import(workerData.module);
       const table = new PriceTable(workerData.buffer);
       for (let n = 1; n <= 300000; n++) {
         table.publish('IBM', { priceInCents: n, lastTradedAtMs: n, seq: n }, workerData.session);
       }
     });`,
    {
      eval: true,
      workerData: {
        buffer: table.buffer,
        session: NO_SESSION_PRICES,
        module: new URL('../../src/shared/price-table.ts', import.meta.url).href,
      },
    },
  );
  t.after(() => writer.terminate());
  let last = 0;
  let reads = 0;
  while (last < 300_000) {
    if (reads++ % 10_000 === 0) await new Promise(setImmediate);
    const price = table.read('IBM')?.price;
    if (price == null) continue;
    assert.equal(price.priceInCents, price.seq);
    assert.equal(price.lastTradedAtMs, price.seq);
    assert(price.seq >= last, 'prices never go back');
    last = price.seq;
  }
});
