// Candles and outages for reading, beside their writer: a page of one symbol in order of time.
import type { Statement } from 'better-sqlite3';
import { type CandleInterval, INTERVAL_MINUTES, type Outage } from '../domain/candle.ts';
import { type Db, openReadOnly } from './database.ts';

export interface CandleQuery {
  readonly symbol: string;
  readonly interval: CandleInterval;
  /** Candles that begin in `[fromMs, toMs)`. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface CandleRow {
  readonly startMs: number;
  readonly openInCents: number;
  readonly highInCents: number;
  readonly lowInCents: number;
  readonly closeInCents: number;
  readonly volume: number;
  /** Null, like `prints`, of an imported bar. */
  readonly notionalInCents: number | null;
  readonly prints: number | null;
}

interface PageBinding {
  readonly minutes: number;
  readonly symbol: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

const PRICES = `start_ms AS startMs, open_in_cents AS openInCents, high_in_cents AS highInCents,
  low_in_cents AS lowInCents, close_in_cents AS closeInCents, volume`;

const LIVE = `
  SELECT ${PRICES}, notional_in_cents AS notionalInCents, prints FROM candles
  WHERE interval_minutes = @minutes AND symbol = @symbol
    AND start_ms >= @fromMs AND start_ms < @toMs`;

export const CANDLE_PAGES = {
  live: `${LIVE} ORDER BY start_ms LIMIT @limit`,
  /** A day that we have seen ourselves wins over an imported one. */
  withHistory: `${LIVE}
    UNION ALL
    SELECT ${PRICES}, NULL, NULL FROM daily_history
    WHERE symbol = @symbol AND start_ms >= @fromMs AND start_ms < @toMs
      AND NOT EXISTS (SELECT 1 FROM candles
        WHERE interval_minutes = @minutes AND candles.symbol = daily_history.symbol
          AND candles.start_ms = daily_history.start_ms)
    ORDER BY start_ms LIMIT @limit`,
};

export class PriceReader {
  readonly #db: Db;
  readonly #live: Statement<[PageBinding], CandleRow>;
  readonly #withHistory: Statement<[PageBinding], CandleRow>;
  readonly #outages: Statement<[number, number], Outage>;
  readonly #knows: Statement<[{ symbol: string; minutes: number }], number>;

  constructor(path: string) {
    this.#db = openReadOnly(path);
    this.#live = this.#db.prepare(CANDLE_PAGES.live);
    this.#withHistory = this.#db.prepare(CANDLE_PAGES.withHistory);
    this.#outages = this.#db.prepare(
      `SELECT from_ms AS fromMs, until_ms AS untilMs FROM outages
       WHERE from_ms < ? AND (until_ms IS NULL OR until_ms > ?) ORDER BY from_ms`,
    );
    this.#knows = this.#db
      .prepare<[{ symbol: string; minutes: number }], number>(
        `SELECT EXISTS (SELECT 1 FROM imports WHERE symbol = @symbol)
           OR EXISTS (SELECT 1 FROM candles
             WHERE interval_minutes = @minutes AND symbol = @symbol)`,
      )
      .pluck();
  }

  /** What `read` asks is answered from one commit. */
  snapshot<Result>(read: () => Result): Result {
    return this.#db.transaction(read)();
  }

  /** Oldest first. */
  page({ interval, ...query }: CandleQuery, limit: number): CandleRow[] {
    const statement = interval === '1d' ? this.#withHistory : this.#live;
    return statement.all({ ...query, minutes: INTERVAL_MINUTES[interval], limit });
  }

  /** Those with a part in `[fromMs, toMs)`, oldest first. */
  outages(fromMs: number, toMs: number): Outage[] {
    return this.#outages.all(toMs, fromMs);
  }

  /** Whether anything is or was known of the symbol. */
  knows(symbol: string): boolean {
    return this.#knows.get({ symbol, minutes: INTERVAL_MINUTES['1d'] }) === 1;
  }

  close(): void {
    this.#db.close();
  }
}
