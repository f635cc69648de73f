// The tables of one shard file. Rows are appended by rising integers and joined by them; text ids
// are indexed once. What is immutable stands in one row only: events keep what the order row lacks.

export const SHARD_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE accounts (
    account_no INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE,
    trading_state TEXT NOT NULL DEFAULT 'active',
    last_seq INTEGER NOT NULL DEFAULT 0,
    opened_at_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE orders (
    order_no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    account_no INTEGER NOT NULL REFERENCES accounts,
    idempotency_key TEXT NOT NULL,
    venue TEXT NOT NULL,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    order_type TEXT NOT NULL,
    time_in_force TEXT NOT NULL,
    price_in_cents INTEGER,
    limit_price_in_cents INTEGER NOT NULL,
    reference_price_in_cents INTEGER NOT NULL,
    num_shares INTEGER NOT NULL CHECK (num_shares > 0),
    created_at_ms INTEGER NOT NULL,
    send_attempted_at_ms INTEGER NOT NULL, -- so a pending order at restart is unknown (E30)
    not_after_ms INTEGER NOT NULL,
    external_order_id TEXT,
    venue_rejected TEXT,
    our_verdict TEXT,
    cancelled TEXT,
    expired TEXT,
    cancels_requested INTEGER NOT NULL,
    cancels_refused INTEGER NOT NULL,
    cancel_refusal TEXT,
    cum_qty INTEGER NOT NULL,
    cum_notional_in_cents INTEGER NOT NULL,
    final_cum_qty INTEGER,
    status TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    fee_in_cents INTEGER NOT NULL,
    cancel_requested_at_ms INTEGER,
    updated_at_ms INTEGER NOT NULL,
    version INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX orders_by_key ON orders (account_no, idempotency_key);
  CREATE INDEX orders_by_account ON orders (account_no, order_no);
  CREATE INDEX orders_open ON orders (account_no) WHERE is_open = 1;

  -- One row per fill, once: the key is what makes a repeated trade harmless (I5).
  CREATE TABLE fills (
    fill_no INTEGER PRIMARY KEY,
    order_no INTEGER NOT NULL REFERENCES orders,
    epoch TEXT NOT NULL,
    exec_id TEXT NOT NULL,
    last_qty INTEGER NOT NULL,
    last_price_in_cents INTEGER NOT NULL,
    fee_in_cents INTEGER NOT NULL,
    exchange_at_ms INTEGER NOT NULL,
    UNIQUE (exec_id, epoch)
  ) STRICT;

  -- What a user's stream replays. 'detail' is JSON: the facts as they stood, or balances.
  CREATE TABLE events (
    event_no INTEGER PRIMARY KEY,
    account_no INTEGER NOT NULL REFERENCES accounts,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    order_no INTEGER REFERENCES orders,
    fill_no INTEGER REFERENCES fills,
    detail TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_account ON events (account_no, seq);

  -- Double entry, only appended. tx_no is the event that caused it; account_no 0 is the house.
  CREATE TABLE postings (
    posting_no INTEGER PRIMARY KEY,
    tx_no INTEGER NOT NULL REFERENCES events,
    account_no INTEGER NOT NULL,
    account INTEGER NOT NULL,
    asset TEXT NOT NULL,
    amount INTEGER NOT NULL
  ) STRICT;

  -- The sums of the postings, kept in the same commit.
  CREATE TABLE balances (
    account_no INTEGER NOT NULL,
    asset TEXT NOT NULL,
    account INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (account_no, asset, account)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE deposits (
    account_no INTEGER NOT NULL REFERENCES accounts,
    deposit_id TEXT NOT NULL,
    asset TEXT NOT NULL,
    amount INTEGER NOT NULL,
    cost_in_cents INTEGER NOT NULL,
    event_no INTEGER NOT NULL REFERENCES events,
    PRIMARY KEY (account_no, deposit_id)
  ) STRICT, WITHOUT ROWID;

  -- What an operator must look at: the exchange said something that should not be.
  CREATE TABLE incidents (
    incident_no INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    account_no INTEGER,
    order_no INTEGER,
    at_ms INTEGER NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;
  `,
];
