// Candles read beside the actor that writes them: pages that new candles do not shift, the gaps of
// each page, and the pool's own way to the file.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { ListCandles, ListCandlesReply } from '../../src/actors/read-pool/protocol.ts';
import { ReadPool } from '../../src/read-pool/read-pool.ts';
import type { AskFailure } from '../../src/runtime/actor.ts';
import type { Edge } from '../../src/runtime/edge.ts';
import { pathsOf } from '../../src/store/data-directory.ts';
import { MINUTE_MS, PriceRig, span } from '../actors/price-history/price-rig.ts';
import { tempDirectory } from '../temp-directory.ts';

function withMinutes(t: Parameters<typeof PriceRig.live>[0], minutes: number): PriceRig {
  const rig = PriceRig.live(t);
  for (let n = 0; n < minutes; n++) {
    rig.print(span([100 + n, 1]));
    rig.later(MINUTE_MS);
  }
  rig.settle();
  return rig;
}

test('pages go on where the one before ended, and candles that are written meanwhile follow at the end', (t) => {
  const rig = withMinutes(t, 7);
  for (const limit of [1, 2, 3, 7]) {
    const expected = rig.candles('1m').map(({ startMs }) => startMs);
    const read: number[] = [];
    let fromMs = 0;
    for (;;) {
      const page = rig.read('1m', { fromMs, limit });
      read.push(...page.candles.map(({ startMs }) => startMs));
      if (!page.hasMore) break;
      fromMs = Number(read.at(-1)) + 1;
      if (read.length === limit) {
        rig.print(span([50, 1])); // a new one at the end
        rig.later(MINUTE_MS);
        rig.settle();
      }
    }
    assert.deepEqual(read.slice(0, expected.length), expected, `by ${limit}`);
    assert.equal(new Set(read).size, read.length);
  }
});

test('a stretch is half open', (t) => {
  const rig = withMinutes(t, 4);
  const starts = rig.candles('1m').map(({ startMs }) => startMs);
  const [first = 0, second = 0, third = 0] = starts;
  const shown = (fromMs: number, toMs: number) =>
    rig.read('1m', { fromMs, toMs }).candles.map(({ startMs }) => startMs);
  assert.deepEqual(shown(first, third), [first, second]);
  assert.deepEqual(shown(first + 1, third + 1), [second, third]);
  assert.deepEqual(shown(first + 1, second), []);
});

test('a page tells of the outages up to its last candle, and the last page of those up to its end', (t) => {
  const rig = withMinutes(t, 3);
  const [first, second] = rig.candles('1m');
  rig.feed(false);
  rig.later(10 * MINUTE_MS);
  const fromMs = first?.startMs ?? 0;
  const page = rig.read('1m', { fromMs, limit: 2 });
  assert.deepEqual([page.hasMore, page.gaps], [true, []]);
  const last = rig.read('1m', { fromMs: (second?.startMs ?? 0) + 1, limit: 2 });
  assert.deepEqual([last.hasMore, last.candles.length, last.gaps.length], [false, 1, 1]);
});

test('a candle that begins before the end and lasts beyond it is marked by what strikes it there', (t) => {
  const rig = withMinutes(t, 1);
  rig.later(10 * MINUTE_MS);
  rig.feed(false);
  const [day] = rig.candles('1d');
  const fromMs = day?.startMs ?? 0;
  const { candles, gaps } = rig.read('1d', { fromMs, toMs: fromMs + 1 });
  assert.deepEqual([candles.map(({ gap }) => gap), gaps], [[true], []]);
});

test('a symbol of which nothing was ever printed or imported is not known', (t) => {
  const rig = withMinutes(t, 1);
  assert.equal(rig.read('1m', { symbol: 'NONE' }).isKnown, false);
  assert.equal(rig.read('1m', { toMs: 1 }).isKnown, true);
});

test('the pool reads the file of the data directory, read-only', async (t) => {
  const rig = withMinutes(t, 2);
  const directory = tempDirectory(t);
  mkdirSync(join(directory, 'orders'));
  cpSync(dirname(rig.path), directory, { recursive: true });
  const bounds = { threads: 1, queueMax: 10, exchangeUrl: 'http://127.0.0.1:1' };
  const pool = new ReadPool({ paths: pathsOf(directory), shards: [0], ...bounds });
  t.after(() => pool.close());
  const answer = await new Promise<ListCandlesReply | AskFailure>((resolve) => {
    const edge = {
      count: () => undefined,
      reply: (_to: unknown, reply: ListCandlesReply) => resolve(reply),
    } as unknown as Edge;
    const replyTo = { to: 'test/0', correlationId: 1 } as ListCandles['replyTo'];
    const stretch = { symbol: 'IBM', interval: '1m', fromMs: 0, toMs: 8e15, limit: 10 } as const;
    pool.receive({ kind: 'ListCandles', ...stretch, replyTo } as ListCandles, edge);
  });
  assert(answer.outcome === 'candles', JSON.stringify(answer));
  assert.deepEqual(answer.candles, rig.candles('1m'));
});
