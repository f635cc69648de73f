// A directory of tapes: which symbols it can replay, and the events of each pass. Any part of the
// layout may be missing.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SymbolListing } from './market.ts';
import { readMinuteBars, readQuotes, readTrades, type TapeEvent } from './tape-events.ts';
import { readColumns } from './tape-file.ts';

export interface Tape {
  /**
   * The symbols that trade, by name. Those with daily bars only have a history but do not trade.
   */
  readonly listings: readonly SymbolListing[];
  /** In tape time. A symbol with several days replays the next one with each pass. */
  pass(index: number): readonly TapeEvent[];
  /** The day that a pass replays, `YYYY-MM-DD`: of the real prints, or else of the minute bars. */
  dateOf(index: number): string | null;
}

/** The files of one symbol's one day. */
interface SymbolDay {
  readonly symbol: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly read: () => TapeEvent[];
}

const SYMBOL = '([A-Z][A-Z0-9.]{0,11})';
const DAY_FOLDER = /^\d{4}-\d{2}-\d{2}$/;
const TRADES_FILE = new RegExp(`^${SYMBOL}\\.trades\\.csv(?:\\.gz)?$`);
const MINUTE_FILE = new RegExp(`^${SYMBOL}\\.(\\d{8})\\.minute\\.csv(?:\\.gz)?$`);

export function openTape(directory: string): Tape {
  const named = readListings(join(directory, 'symbols.csv'));
  const bars = bySymbol(findMinuteBars(join(directory, 'minute')));
  const prints = bySymbol(findTrades(directory));
  const days = new Map([...bars, ...prints]); // real prints win over minute bars of the same symbol
  const symbols = [...days.keys()].filter((symbol) => named.get(symbol) !== null).sort();
  const once = new Map<string, TapeEvent[]>();
  const eventsOf = (symbol: string, pass: number): TapeEvent[] => {
    const symbolDays = days.get(symbol) ?? [];
    const events = once.get(symbol) ?? dayOf(symbolDays, pass)?.read() ?? [];
    if (symbolDays.length === 1) once.set(symbol, events); // every pass is the same
    return events;
  };
  const dating = [...(prints.size > 0 ? prints : bars).values()];
  return {
    listings: symbols.map((symbol) => named.get(symbol) ?? plainListing(symbol)),
    // A stable sort: what one millisecond holds stays in file order, quotes first.
    pass: (pass) =>
      symbols.flatMap((symbol) => eventsOf(symbol, pass)).sort((a, b) => a.atMs - b.atMs),
    dateOf: (pass) =>
      dating
        .flatMap((symbolDays) => dayOf(symbolDays, pass)?.date ?? [])
        .sort()
        .at(-1) ?? null,
  };
}

function dayOf(symbolDays: readonly SymbolDay[], pass: number): SymbolDay | undefined {
  return symbolDays[pass % symbolDays.length];
}

function bySymbol(days: readonly SymbolDay[]): Map<string, SymbolDay[]> {
  const grouped = new Map<string, SymbolDay[]>();
  for (const day of days) grouped.set(day.symbol, [...(grouped.get(day.symbol) ?? []), day]);
  return grouped;
}

function findTrades(directory: string): SymbolDay[] {
  const folders = namesIn(directory).filter((name) => DAY_FOLDER.test(name));
  return folders.flatMap((day) =>
    namesIn(join(directory, day)).flatMap((name) => {
      const symbol = TRADES_FILE.exec(name)?.[1];
      if (symbol === undefined) return [];
      const trades = join(directory, day, name);
      const quotes = join(directory, day, name.replace('.trades.', '.nbbo.'));
      const readQuotesIfAny = () => (existsSync(quotes) ? readQuotes(quotes, symbol) : []);
      const read = () => [...readQuotesIfAny(), ...readTrades(trades, symbol)];
      return [{ symbol, date: day, read }];
    }),
  );
}

function findMinuteBars(directory: string): SymbolDay[] {
  return namesIn(directory).flatMap((name) => {
    const [, symbol, day] = MINUTE_FILE.exec(name) ?? [];
    if (symbol === undefined || day === undefined) return [];
    const date = day.replace(/^(....)(..)(..)$/, '$1-$2-$3');
    return [{ symbol, date, read: () => readMinuteBars(join(directory, name), symbol) }];
  });
}

/** By symbol; null for what is named but is no equity, and so does not trade here. */
function readListings(file: string): Map<string, SymbolListing | null> {
  const listings = new Map<string, SymbolListing | null>();
  if (!existsSync(file)) return listings;
  const rows = readColumns(file, ['symbol', 'company', 'type', 'tickInCents']);
  for (const [symbol = '', company = '', type = '', tick = ''] of rows) {
    const tickInCents = Math.max(1, Math.floor(Number(tick)) || 1);
    listings.set(symbol, type === 'equity' ? { symbol, company, tickInCents } : null);
  }
  return listings;
}

function plainListing(symbol: string): SymbolListing {
  return { symbol, company: symbol, tickInCents: 1 };
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}
