// What prices.db holds: candles of what was printed, daily bars that were imported, and when the
// feed could not be trusted.

export const PRICE_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE candles (
    interval_minutes INTEGER NOT NULL CHECK (interval_minutes IN (1, 5, 60, 1440)),
    symbol TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    open_in_cents INTEGER NOT NULL,
    high_in_cents INTEGER NOT NULL,
    low_in_cents INTEGER NOT NULL,
    close_in_cents INTEGER NOT NULL,
    volume INTEGER NOT NULL,
    notional_in_cents INTEGER NOT NULL,
    prints INTEGER NOT NULL,
    PRIMARY KEY (interval_minutes, symbol, start_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX candles_by_age ON candles (interval_minutes, start_ms);

  CREATE TABLE daily_history (
    symbol TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    open_in_cents INTEGER NOT NULL,
    high_in_cents INTEGER NOT NULL,
    low_in_cents INTEGER NOT NULL,
    close_in_cents INTEGER NOT NULL,
    volume INTEGER NOT NULL,
    PRIMARY KEY (symbol, start_ms)
  ) STRICT, WITHOUT ROWID;

  -- The file whose bars a symbol has in daily_history.
  CREATE TABLE imports (
    symbol TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bars INTEGER NOT NULL,
    imported_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE outages (
    from_ms INTEGER PRIMARY KEY,
    until_ms INTEGER -- null while it lasts
  ) STRICT;

  -- Up to when nothing that was printed is missing, outages apart.
  CREATE TABLE complete_until (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    at_ms INTEGER NOT NULL
  ) STRICT;
  `,
];
