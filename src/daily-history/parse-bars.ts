// The text of one file of daily bars: all of its rows, or the first line that is wrong.
import type { DailyBar } from '../domain/candle.ts';
import { centsFrom1e4 } from '../domain/money.ts';
import { newYorkMidnight } from '../domain/new-york-day.ts';
import { LIMITS } from '../limits.ts';

export type ParsedBars =
  | { readonly outcome: 'parsed'; readonly bars: readonly DailyBar[] }
  | { readonly outcome: 'malformed'; readonly line: number; readonly error: string };

const COLUMNS = ['date', 'open1e4', 'high1e4', 'low1e4', 'close1e4', 'volume'] as const;
const DATE = /^(\d{4})(\d{2})(\d{2})$/;
const WHOLE = /^\d{1,15}$/;

/** Columns are found by name. Dates must rise, and prices lie between low and high. */
export function parseBars(text: string): ParsedBars {
  const [header = '', ...rows] = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const names = header.split(',');
  const places = COLUMNS.map((column) => names.indexOf(column));
  const missing = COLUMNS.filter((_, index) => places[index] === -1);
  if (missing.length > 0) return malformed(1, `there is no column ${missing.join(', ')}`);
  if (rows.length > LIMITS.dailyBarsPerFileMax) {
    return malformed(LIMITS.dailyBarsPerFileMax + 2, 'the file has more bars than are taken');
  }
  const bars: DailyBar[] = [];
  for (const [index, row] of rows.entries()) {
    const cells = row.split(',');
    const bar = barOf(places.map((place) => cells[place] ?? ''));
    if (typeof bar === 'string') return malformed(index + 2, bar);
    const before = bars.at(-1);
    if (before !== undefined && bar.startMs <= before.startMs) {
      return malformed(index + 2, 'the date is not later than the one before it');
    }
    bars.push(bar);
  }
  return { outcome: 'parsed', bars };
}

/** What is wrong with it, in words, when it is no bar. */
function barOf([date = '', ...numbers]: readonly string[]): DailyBar | string {
  const startMs = midnightOf(date);
  if (startMs === null) return `"${date}" is no date such as 20140605`;
  const wrong = numbers.find((text) => !WHOLE.test(text));
  if (wrong !== undefined) return `"${wrong}" is no whole number`;
  const [open = 0, high = 0, low = 0, close = 0, volume = 0] = numbers.map(Number);
  const [openInCents = 0, highInCents = 0, lowInCents = 0, closeInCents = 0] = [
    ...[open, high, low, close].map(centsFrom1e4),
  ];
  if (lowInCents < 1) return 'a price is below one cent';
  if (highInCents > LIMITS.priceInCentsMax) return 'a price is higher than any that is taken';
  if (low > Math.min(open, close) || high < Math.max(open, close)) {
    return 'open or close lies outside of low and high';
  }
  return { startMs, openInCents, highInCents, lowInCents, closeInCents, volume };
}

/** Null for what is no day of the calendar. */
function midnightOf(date: string): number | null {
  const [, year, month, day] = DATE.exec(date) ?? [];
  if (year === undefined) return null;
  const utcMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const isDay = new Date(utcMs).toISOString().startsWith(`${year}-${month}-${day}T`);
  return isDay && utcMs >= 0 ? newYorkMidnight(utcMs) : null;
}

function malformed(line: number, error: string): ParsedBars {
  return { outcome: 'malformed', line, error };
}
