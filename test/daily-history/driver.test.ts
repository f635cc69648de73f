// Files of daily bars as they lie in a directory: the tracked ones, and all sorts of wrong ones.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createDailyHistoryDrivers } from '../../src/daily-history/driver.ts';
import type { DailyFileAnswer, DailyFilesAnswer } from '../../src/daily-history/effects.ts';
import { parseBars } from '../../src/daily-history/parse-bars.ts';
import { LIMITS } from '../../src/limits.ts';
import type { Effect } from '../../src/runtime/actor.ts';
import { tempDirectory } from '../temp-directory.ts';

const HEADER = 'date,open1e4,high1e4,low1e4,close1e4,volume';

function perform<Answer>(directory: string, effect: Effect): Promise<Answer> {
  const driver = createDailyHistoryDrivers(directory)[effect.kind];
  assert(driver !== undefined);
  return new Promise((resolve) => driver.start(effect, (answer) => resolve(answer as Answer)));
}

const list = (directory: string) =>
  perform<DailyFilesAnswer>(directory, { kind: 'ListDailyFiles' });

function read(directory: string, file: string, knownSha256: string | null = null) {
  const effect = { kind: 'ReadDailyFile', file, knownSha256 };
  return perform<DailyFileAnswer>(directory, effect);
}

test('the tracked daily history can be read, every file of it', async () => {
  const listed = await list('data/market/daily');
  assert(listed.outcome === 'listed');
  const symbols = ['AAPL', 'AIG', 'BAC', 'GOOG', 'GOOGL', 'IBM', 'WM'];
  assert.deepEqual(
    listed.files.map(({ symbol }) => symbol),
    symbols,
  );
  const answer = await read('data/market/daily', 'IBM.daily.csv.gz');
  assert(answer.outcome === 'read');
  assert.equal(answer.bars.length, 5_849);
  assert.deepEqual(answer.bars[0], {
    startMs: Date.parse('1998-01-02T05:00:00Z'),
    openInCents: 10_450,
    highInCents: 10_575,
    lowInCents: 10_406,
    closeInCents: 10_575,
    volume: 2_563_200,
  });
  assert.deepEqual(await read('data/market/daily', 'IBM.daily.csv.gz', answer.sha256), {
    outcome: 'unchanged',
  });
});

test('a missing directory is no error; other files in it are passed over', async (t) => {
  const directory = tempDirectory(t);
  assert.deepEqual(await list(join(directory, 'nowhere')), { outcome: 'listed', files: [] });
  for (const name of ['B.daily.csv', 'A.daily.csv', 'A.daily.csv.gz', 'a.daily.csv', 'README']) {
    writeFileSync(join(directory, name), '');
  }
  assert.deepEqual(await list(directory), {
    outcome: 'listed',
    files: [
      { symbol: 'A', file: 'A.daily.csv' },
      { symbol: 'B', file: 'B.daily.csv' },
    ],
  });
});

test('a file that cannot be read, unpacked or held is said to be so', async (t) => {
  const directory = tempDirectory(t);
  mkdirSync(join(directory, 'A.daily.csv'));
  writeFileSync(join(directory, 'B.daily.csv.gz'), 'not packed');
  writeFileSync(join(directory, 'C.daily.csv'), Buffer.alloc(LIMITS.dailyFileBytesMax + 1));
  const bomb = gzipSync(Buffer.alloc(LIMITS.dailyFileBytesMax + 1));
  writeFileSync(join(directory, 'D.daily.csv.gz'), bomb);
  for (const name of ['A.daily.csv', 'B.daily.csv.gz', 'C.daily.csv', 'D.daily.csv.gz', 'E']) {
    assert.equal((await read(directory, name)).outcome, 'unreadable', name);
  }
});

test('columns are found by name, prices are rounded half up, and line ends may be those of DOS', () => {
  const text =
    'volume,close1e4,low1e4,high1e4,open1e4,date\r\n7,10149,9950,10250,10050,20240311\r\n';
  assert.deepEqual(parseBars(text), {
    outcome: 'parsed',
    bars: [
      {
        startMs: Date.parse('2024-03-11T04:00:00Z'),
        openInCents: 101,
        highInCents: 103,
        lowInCents: 100,
        closeInCents: 101,
        volume: 7,
      },
    ],
  });
  assert.deepEqual(parseBars(HEADER), { outcome: 'parsed', bars: [] });
});

const GOOD = '20240311,10000,10200,9900,10100,5';
const WRONG: [what: string, rows: string[], line: number, error: RegExp][] = [
  [
    'a date of no calendar',
    [GOOD, '20240230,10000,10200,9900,10100,5'],
    3,
    /"20240230" is no date/,
  ],
  ['no date', ['2024-03-11,1,1,1,1,5'], 2, /"2024-03-11" is no date/],
  ['a date before 1970', ['19691231,10000,10200,9900,10100,5'], 2, /is no date/],
  ['a date that does not rise', [GOOD, GOOD], 3, /not later than the one before/],
  ['a price that is no number', ['20240311,x,10200,9900,10100,5'], 2, /"x" is no whole number/],
  ['a negative volume', ['20240311,10000,10200,9900,10100,-5'], 2, /"-5" is no whole number/],
  ['a missing cell', ['20240311,10000,10200,9900,10100'], 2, /"" is no whole number/],
  ['an empty line', [GOOD, '', GOOD], 3, /"" is no date/],
  ['a low above the open', ['20240311,10000,10200,10050,10100,5'], 2, /outside of low and high/],
  ['a high below the close', ['20240311,10000,10050,9900,10100,5'], 2, /outside of low and high/],
  ['a price of nothing', ['20240311,49,10200,49,10100,5'], 2, /below one cent/],
  ['a price beyond all', ['20240311,10000,99999999999,9900,10100,5'], 2, /higher than any/],
];

for (const [what, rows, line, error] of WRONG) {
  test(`${what} is refused with its line`, () => {
    const parsed = parseBars([HEADER, ...rows].join('\n'));
    assert(parsed.outcome === 'malformed');
    assert.equal(parsed.line, line);
    assert.match(parsed.error, error);
  });
}

test('a missing column and a file without end are refused', () => {
  const noVolume = parseBars('date,open1e4,high1e4,low1e4,close1e4\n');
  assert.deepEqual(noVolume, {
    outcome: 'malformed',
    line: 1,
    error: 'there is no column volume',
  });
  const endless = parseBars(`${HEADER}\n${`${GOOD}\n`.repeat(LIMITS.dailyBarsPerFileMax + 1)}`);
  assert.equal(endless.outcome, 'malformed');
});
