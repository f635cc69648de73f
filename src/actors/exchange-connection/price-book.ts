// What the price feed has said of each symbol: its terms, its last print and its session. Says it
// on to the shared table; what is new since the last look goes to the fan-outs.

import { joinSpans, type PriceSpan, spanOf } from '../../domain/price-span.ts';
import { nextSessionPrices, type SessionPrices, withSpan } from '../../domain/session-prices.ts';
import type { ListedSymbol, PriceSnapshot, Tick } from '../../exchange/port.ts';
import { ChurnMap } from '../../runtime/churn-map.ts';
import type { LastPrint, PricePublisher } from '../context.ts';

export interface PriceNews {
  readonly symbol: string;
  readonly print: LastPrint;
  /** Null when nothing was printed. */
  readonly span: PriceSpan | null;
  readonly session: SessionPrices;
}

interface Entry {
  listed: ListedSymbol;
  print: LastPrint | null;
  session: SessionPrices;
  /** Since the last look, all of one minute. */
  span: PriceSpan | null;
  minute: number;
}

const MINUTE_MS = 60_000;

export class PriceBook {
  readonly #publisher: PricePublisher;
  #entries = new Map<string, Entry>();
  readonly #changed = new ChurnMap<string, Entry>();
  #news: PriceNews[] = [];

  constructor(publisher: PricePublisher) {
    this.#publisher = publisher;
  }

  get symbols(): Iterable<string> {
    return this.#entries.keys();
  }

  get listed(): ListedSymbol[] {
    return Array.from(this.#entries.values(), ({ listed }) => listed);
  }

  /** What came before it is older, and forgotten. */
  replace({ seq, symbols }: PriceSnapshot): void {
    this.#news = [];
    this.#changed.clear();
    this.#entries = new Map(symbols.map((listed) => [listed.symbol, entryOf(listed, seq)]));
    for (const [symbol, entry] of this.#entries) {
      this.#publisher.list(symbol, entry.listed.tickInCents, entry.listed.halted);
      if (entry.print !== null) this.#changed.set(symbol, entry);
    }
  }

  /** False for a symbol that the exchange has not listed. */
  tick({ symbol, priceInCents, numShares, exchangeAtMs, seq }: Tick): boolean {
    const entry = this.#entries.get(symbol);
    if (entry === undefined) return false;
    const minute = Math.floor(exchangeAtMs / MINUTE_MS);
    if (entry.span !== null && entry.minute !== minute) this.#report(symbol, entry);
    const span = spanOf(priceInCents, numShares);
    entry.span = entry.span === null ? span : joinSpans(entry.span, span);
    entry.minute = minute;
    entry.print = { priceInCents, lastTradedAtMs: exchangeAtMs, seq };
    entry.session = withSpan(entry.session, span);
    this.#changed.set(symbol, entry);
    return true;
  }

  halt(symbol: string, halted: boolean): void {
    const entry = this.#entries.get(symbol);
    if (entry === undefined) return;
    entry.listed = { ...entry.listed, halted };
    this.#publisher.list(symbol, entry.listed.tickInCents, halted);
  }

  sessionOpened(): void {
    for (const [symbol, entry] of this.#entries) {
      if (entry.span !== null) this.#report(symbol, entry);
      entry.session = nextSessionPrices(entry.print?.priceInCents ?? null);
      if (entry.print !== null) this.#changed.set(symbol, entry);
    }
  }

  /** Empties it: what has changed since the last look, oldest first per symbol. */
  takeNews(): readonly PriceNews[] {
    for (const [symbol, entry] of this.#changed) {
      this.#report(symbol, entry);
      if (entry.print !== null) this.#publisher.publish(symbol, entry.print, entry.session);
    }
    this.#changed.clear();
    const news = this.#news;
    this.#news = [];
    return news;
  }

  #report(symbol: string, entry: Entry): void {
    const { print, span, session } = entry;
    if (print !== null) this.#news.push({ symbol, print, span, session });
    entry.span = null;
  }
}

function entryOf(listed: ListedSymbol, seq: number): Entry {
  const { lastPriceInCents, lastTradedAtMs, session } = listed;
  const print =
    lastPriceInCents === null || lastTradedAtMs === null
      ? null
      : { priceInCents: lastPriceInCents, lastTradedAtMs, seq };
  return { listed, print, session, span: null, minute: 0 };
}
