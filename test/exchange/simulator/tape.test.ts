// The tracked tapes and a made-up directory of the same layout: which symbols trade, and what their
// events are.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openTape } from '../../../src/exchange/simulator/tape.ts';
import type { TapeEvent } from '../../../src/exchange/simulator/tape-events.ts';
import { tempDirectory } from '../../temp-directory.ts';

const OPEN_MS = 34_200_000;

test('the tracked tapes: six symbols trade, the daily-only ones do not', () => {
  const tape = openTape('data/market');
  assert.deepEqual(
    tape.listings.map(({ symbol }) => symbol),
    ['AAPL', 'AIG', 'BAC', 'FOXA', 'IBM', 'TWX'],
  );
  assert.equal(tape.listings.find(({ symbol }) => symbol === 'AAPL')?.company, 'Apple Inc.');

  const events = tape.pass(0);
  assert(events.every((event, i) => event.atMs >= (events[i - 1]?.atMs ?? 0)));
  const countOf = (symbol: string, kind: TapeEvent['kind']) =>
    events.filter((event) => event.symbol === symbol && event.kind === kind).length;
  assert.equal(countOf('IBM', 'print'), 24_106);
  assert.equal(countOf('IBM', 'quote'), 5_903);
  assert.equal(countOf('BAC', 'print'), 86_434);
  assert.equal(countOf('TWX', 'print'), 4 * 390);
  assert.equal(countOf('TWX', 'quote'), 0);
  assert.deepEqual(
    events.find((event) => event.symbol === 'IBM'),
    {
      kind: 'quote',
      atMs: OPEN_MS + 72,
      symbol: 'IBM',
      quote: { bidInCents: 18_169, bidShares: 200, askInCents: 18_190, askShares: 700 },
    },
  );
});

test('a directory with other days, symbols and parts works as it is', (t) => {
  const directory = madeUpTape(t);
  const tape = openTape(directory);
  assert.deepEqual(tape.listings, [
    { symbol: 'BRK.B', company: 'Berkshire, "B"', tickInCents: 5 },
    { symbol: 'ZZ', company: 'ZZ', tickInCents: 1 },
  ]);
  assert.deepEqual(wordsOf(tape.pass(0)), ['0 BRK.B 1000x7', '0 ZZ 1235x100', '9 ZZ 1234x1']);
  assert.deepEqual(wordsOf(tape.pass(1)), ['0 BRK.B 1000x7', '5 ZZ 2000x10']);
  assert.deepEqual(tape.pass(2), tape.pass(0));
});

test('a minute bar becomes four prints, and a falling one saw its high first', (t) => {
  const directory = tempDirectory(t);
  write(join(directory, 'minute', 'M.20200102.minute.csv.gz'), [
    'msSinceMidnight,open1e4,high1e4,low1e4,close1e4,volume',
    `${OPEN_MS},100000,120000,90000,110000,41`,
    `${OPEN_MS + 60_000},110000,130000,80000,100000,400`,
    `${OPEN_MS + 120_000},110000,130000,80000,100000,0`,
  ]);
  assert.deepEqual(wordsOf(openTape(directory).pass(0)), [
    '0 M 1000x10',
    '15000 M 900x10',
    '30000 M 1200x10',
    '45000 M 1100x10',
    '60000 M 1100x100',
    '75000 M 1300x100',
    '90000 M 800x100',
    '105000 M 1000x100',
  ]);
});

test('an empty directory is a tape without symbols', (t) => {
  const tape = openTape(tempDirectory(t));
  assert.deepEqual([tape.listings, tape.pass(0)], [[], []]);
});

test('a file of another layout is named', (t) => {
  const directory = tempDirectory(t);
  write(join(directory, '2020-01-02', 'Q.trades.csv.gz'), ['time,price', '1,2']);
  assert.throws(() => openTape(directory).pass(0), /Q\.trades\.csv\.gz has no column/);
});

/**
 * Two days of ZZ (one plain file), one of BRK.B without quotes, an ETF, and rows that make no
 * sense.
 */
function madeUpTape(t: Parameters<typeof tempDirectory>[0]): string {
  const directory = tempDirectory(t);
  const trades = 'msSinceMidnight,price1e4,shares';
  write(join(directory, '2020-01-02', 'ZZ.trades.csv.gz'), [
    trades,
    `${OPEN_MS},123450,100`, // half a cent goes up
    `${OPEN_MS + 9},123449,1`,
    `${OPEN_MS - 1},99999,1`,
    `${OPEN_MS + 10},-5,1`,
    `${OPEN_MS + 10},123400,0`,
    'nonsense,1,1',
  ]);
  write(join(directory, '2020-01-03', 'ZZ.trades.csv'), [trades, `${OPEN_MS + 5},200000,10`]);
  write(join(directory, '2020-01-02', 'BRK.B.trades.csv.gz'), [trades, `${OPEN_MS},100000,7`]);
  write(join(directory, '2020-01-02', 'SPY.trades.csv.gz'), [trades, `${OPEN_MS},100000,7`]);
  write(join(directory, 'symbols.csv'), [
    'symbol,company,type,tickInCents',
    '"BRK.B","Berkshire, ""B""",equity,5',
    'SPY,An index,etf,1',
  ]);
  return directory;
}

function write(file: string, lines: readonly string[]): void {
  mkdirSync(join(file, '..'), { recursive: true });
  const text = `${lines.join('\n')}\n`;
  writeFileSync(file, file.endsWith('.gz') ? gzipSync(text) : text);
}

/** Ms since the open, symbol, price and size. */
function wordsOf(events: readonly TapeEvent[]): string[] {
  return events.map((event) => {
    assert(event.kind === 'print');
    return `${event.atMs - OPEN_MS} ${event.symbol} ${event.priceInCents}x${event.numShares}`;
  });
}
