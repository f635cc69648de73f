// The writer of prices.db: candles that grow by what was printed since, bars that are replaced file
// by file, and the outages. Every write is one transaction, not synced: a second that is lost with
// the power is an outage.
import { renameSync, rmSync } from 'node:fs';
import Database, { type Statement } from 'better-sqlite3';
import {
  CANDLE_INTERVALS,
  type CandleInterval,
  candleStart,
  type DailyBar,
  INTERVAL_MINUTES,
} from '../domain/candle.ts';
import type { PriceSpan } from '../domain/price-span.ts';
import { type Db, openDatabase } from './database.ts';
import { OutageStore } from './outage-store.ts';
import { PRICE_MIGRATIONS } from './price-schema.ts';
import { TurnTransaction } from './transaction.ts';

export interface ImportedFile {
  readonly symbol: string;
  readonly file: string;
  readonly sha256: string;
}

interface CandleKey {
  readonly minutes: number;
  readonly symbol: string;
  readonly startMs: number;
}

export class PriceStore {
  readonly outages: OutageStore;
  readonly #transaction: TurnTransaction;
  readonly #addSpan: Statement<[CandleKey & PriceSpan]>;
  readonly #deleteOlder: Statement<[number, number, number]>;
  readonly #sha256: Statement<[string], string>;
  readonly #putImport: Statement;
  readonly #dropBars: Statement<[string]>;
  readonly #addBar: Statement<[{ symbol: string } & DailyBar]>;

  constructor(path: string, changesPerCheckpoint: number) {
    const options = { migrations: PRICE_MIGRATIONS, changesPerCheckpoint };
    const db = openDatabase(path, { synchronous: 'NORMAL', ...options });
    this.#transaction = new TurnTransaction(db, changesPerCheckpoint);
    this.outages = new OutageStore(db);
    this.#addSpan = prepareAddSpan(db);
    this.#deleteOlder = db.prepare(
      `DELETE FROM candles WHERE (interval_minutes, symbol, start_ms) IN (
         SELECT interval_minutes, symbol, start_ms FROM candles
         WHERE interval_minutes = ? AND start_ms < ? LIMIT ?)`,
    );
    this.#sha256 = db
      .prepare<[string], string>('SELECT sha256 FROM imports WHERE symbol = ?')
      .pluck();
    this.#putImport = db.prepare(
      `INSERT OR REPLACE INTO imports (symbol, file, sha256, bars, imported_at_ms)
       VALUES (@symbol, @file, @sha256, @bars, @nowMs)`,
    );
    this.#dropBars = db.prepare('DELETE FROM daily_history WHERE symbol = ?');
    this.#addBar = db.prepare(
      `INSERT INTO daily_history VALUES (@symbol, @startMs, @openInCents, @highInCents,
         @lowInCents, @closeInCents, @volume)`,
    );
  }

  /** All of it or nothing. What the file refuses is told; a bug throws. */
  write(run: () => void): { readonly error: string | null } {
    try {
      this.#transaction.begin();
      run();
      this.#transaction.commit();
      return { error: null };
    } catch (error) {
      this.#transaction.rollback();
      if (!isRefusalOfFile(error)) throw error;
      return { error: `${error.code}: ${error.message}` };
    }
  }

  /** What was printed in one minute is added to its candle of each interval. */
  addSpan(symbol: string, minuteStartMs: number, span: PriceSpan): void {
    for (const interval of CANDLE_INTERVALS) {
      const startMs = candleStart(interval, minuteStartMs);
      this.#addSpan.run({ minutes: INTERVAL_MINUTES[interval], symbol, startMs, ...span });
    }
  }

  /** Candles that began before `beforeMs`; how many there were, at most `max`. */
  deleteCandles(interval: CandleInterval, beforeMs: number, max: number): number {
    return this.#deleteOlder.run(INTERVAL_MINUTES[interval], beforeMs, max).changes;
  }

  /** Of the file whose bars the symbol has. */
  importedSha256(symbol: string): string | null {
    return this.#sha256.get(symbol) ?? null;
  }

  replaceBars(imported: ImportedFile, bars: readonly DailyBar[], nowMs: number): void {
    const { symbol } = imported;
    this.#dropBars.run(symbol);
    for (const bar of bars) this.#addBar.run({ symbol, ...bar });
    this.#putImport.run({ ...imported, bars: bars.length, nowMs });
  }

  /** A file that refuses a checkpoint refuses the next write too, which tells. */
  maintain(idle: boolean): void {
    try {
      this.#transaction.maintain(idle);
    } catch (error) {
      if (!isRefusalOfFile(error)) throw error;
    }
  }

  close(): void {
    this.#transaction.close();
  }
}

export interface OpenedPrices {
  readonly store: PriceStore;
  /** Where a file went that was damaged; null: it was not. */
  readonly setAside: string | null;
}

/** Orders can do without candles: a file that is damaged is set aside, and a new one is begun. */
export function openPriceStore(
  path: string,
  changesPerCheckpoint: number,
  nowMs: number,
): OpenedPrices {
  try {
    return { store: new PriceStore(path, changesPerCheckpoint), setAside: null };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const setAside = `${path}.damaged-${nowMs}`;
    renameSync(path, setAside);
    for (const rest of ['-wal', '-shm']) rmSync(path + rest, { force: true });
    return { store: new PriceStore(path, changesPerCheckpoint), setAside };
  }
}

function isDamage(error: unknown): boolean {
  return (
    error instanceof Database.SqliteError &&
    (error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT'))
  );
}

/** The open stays, the close is the newest: spans of a symbol come in the order of their prints. */
function prepareAddSpan(db: Db): Statement<[CandleKey & PriceSpan]> {
  return db.prepare(
    `INSERT INTO candles VALUES (@minutes, @symbol, @startMs, @openInCents, @highInCents,
       @lowInCents, @closeInCents, @volume, @notionalInCents, @prints)
     ON CONFLICT DO UPDATE SET
       high_in_cents = max(high_in_cents, excluded.high_in_cents),
       low_in_cents = min(low_in_cents, excluded.low_in_cents),
       close_in_cents = excluded.close_in_cents,
       volume = volume + excluded.volume,
       notional_in_cents = notional_in_cents + excluded.notional_in_cents,
       prints = prints + excluded.prints`,
  );
}

/** Full, read-only, not to be written: the world's doing. A broken constraint is ours. */
function isRefusalOfFile(error: unknown): error is InstanceType<typeof Database.SqliteError> {
  return error instanceof Database.SqliteError && !error.code.startsWith('SQLITE_CONSTRAINT');
}
