// What a tape says, as events in tape time: prints and quotes in cents. Rows that make no sense are
// left out.
import { centsFrom1e4 } from '../../domain/money.ts';
import { LIMITS } from '../../limits.ts';
import { isSound, type Quote } from './liquidity.ts';
import { type CsvRow, readColumns } from './tape-file.ts';

export type TapeEvent = { readonly atMs: number; readonly symbol: string } & (
  | { readonly kind: 'print'; readonly priceInCents: number; readonly numShares: number }
  | { readonly kind: 'quote'; readonly quote: Quote }
);

/** The regular session, in ms since midnight in New York. */
export const TAPE_OPEN_MS = 34_200_000;
export const TAPE_CLOSE_MS = 57_600_000;

const BAR_PRINT_EVERY_MS = 15_000;

export function readTrades(file: string, symbol: string): TapeEvent[] {
  const rows = readColumns(file, ['msSinceMidnight', 'price1e4', 'shares']);
  return rows.flatMap((row) => {
    const [atMs = Number.NaN, price1e4 = 0, shares = 0] = row.map(Number);
    return printsOf(symbol, atMs, [price1e4], shares);
  });
}

export function readQuotes(file: string, symbol: string): TapeEvent[] {
  const columns = ['msSinceMidnight', 'bid1e4', 'bidShares', 'ask1e4', 'askShares'];
  return readColumns(file, columns).flatMap((row) => quoteOf(row, symbol));
}

/** A bar becomes four prints: open, the two extremes, close. A rising bar saw its low first. */
export function readMinuteBars(file: string, symbol: string): TapeEvent[] {
  const columns = ['msSinceMidnight', 'open1e4', 'high1e4', 'low1e4', 'close1e4', 'volume'];
  const rows = readColumns(file, columns);
  return rows.flatMap((row) => {
    const [atMs = Number.NaN, open = 0, high = 0, low = 0, close = 0, volume = 0] = row.map(Number);
    const prices = close >= open ? [open, low, high, close] : [open, high, low, close];
    return printsOf(symbol, atMs, prices, Math.floor(volume / prices.length));
  });
}

function printsOf(symbol: string, atMs: number, prices1e4: number[], shares: number): TapeEvent[] {
  if (!isInSession(atMs) || !(shares >= 1)) return [];
  const numShares = Math.floor(shares);
  return prices1e4.map(centsFrom1e4).flatMap((priceInCents, i) => {
    if (!(priceInCents >= 1 && priceInCents <= LIMITS.priceInCentsMax)) return [];
    return [
      { kind: 'print', atMs: atMs + i * BAR_PRINT_EVERY_MS, symbol, priceInCents, numShares },
    ];
  });
}

function quoteOf(row: CsvRow, symbol: string): TapeEvent[] {
  const [atMs = Number.NaN, bid = 0, bidShares = 0, ask = 0, askShares = 0] = row.map(Number);
  const quote = {
    bidInCents: centsFrom1e4(bid),
    bidShares: Math.floor(bidShares),
    askInCents: centsFrom1e4(ask),
    askShares: Math.floor(askShares),
  };
  return isInSession(atMs) && isSound(quote) ? [{ kind: 'quote', atMs, symbol, quote }] : [];
}

function isInSession(atMs: number): boolean {
  return atMs >= TAPE_OPEN_MS && atMs < TAPE_CLOSE_MS;
}
