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
  `
  ALTER TABLE orders ADD COLUMN venue_epoch TEXT;
  ALTER TABLE orders ADD COLUMN cancel_error TEXT;
  ALTER TABLE orders ADD COLUMN closed_at_venue TEXT;
  ALTER TABLE orders ADD COLUMN venue_seq INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE orders ADD COLUMN venue_cum_qty INTEGER;
  ALTER TABLE orders ADD COLUMN final_seq INTEGER NOT NULL DEFAULT 0;
  DROP INDEX orders_open;
  -- Pages of open orders for the reconciler, and a user's open orders that a new one could meet.
  CREATE INDEX orders_open ON orders (order_no) WHERE is_open = 1;
  CREATE INDEX orders_crossing ON orders (account_no, symbol, side, limit_price_in_cents)
    WHERE is_open = 1;
  -- Closed orders that may lack fills: few, and to be found again after a restart (E20).
  CREATE INDEX orders_short ON orders (order_no)
    WHERE is_open = 0 AND (venue_cum_qty > cum_qty OR final_cum_qty > cum_qty);

  -- Null: the broker's defaults.
  ALTER TABLE accounts ADD COLUMN trading_state_reason TEXT;
  ALTER TABLE accounts ADD COLUMN order_shares_max INTEGER;
  ALTER TABLE accounts ADD COLUMN order_value_max_in_cents INTEGER;
  ALTER TABLE accounts ADD COLUMN orders_per_second_max INTEGER;
  ALTER TABLE accounts ADD COLUMN duplicate_window_ms INTEGER;

  -- Busts and corrections, once each, whether or not their trade is here yet (E27).
  CREATE TABLE amendments (
    amendment_no INTEGER PRIMARY KEY,
    order_no INTEGER NOT NULL REFERENCES orders,
    epoch TEXT NOT NULL,
    exec_id TEXT NOT NULL,
    exec_ref TEXT NOT NULL, -- the trade, or an earlier correction of it
    kind TEXT NOT NULL CHECK (kind IN ('bust', 'correct')),
    seq INTEGER NOT NULL,
    last_qty INTEGER, -- the new terms; null for a bust
    last_price_in_cents INTEGER,
    cum_qty INTEGER NOT NULL,
    exchange_at_ms INTEGER NOT NULL,
    UNIQUE (exec_id, epoch)
  ) STRICT;
  CREATE INDEX amendments_by_ref ON amendments (exec_ref, epoch);
  CREATE INDEX amendments_by_order ON amendments (order_no);
  CREATE INDEX incidents_by_order ON incidents (order_no) WHERE order_no IS NOT NULL;

  -- sha256 over this event and the hash of the one before it in this shard; empty before schema 2.
  ALTER TABLE events ADD COLUMN hash BLOB NOT NULL DEFAULT x'';
  CREATE INDEX events_by_order ON events (order_no) WHERE order_no IS NOT NULL;

  -- What an event has moved: rising numbers, so both indexes are appended to.
  CREATE INDEX postings_by_tx ON postings (tx_no);
  CREATE INDEX deposits_by_event ON deposits (event_no);

  -- What became of the house's trades: given to a user (who confirms it), or refused.
  CREATE TABLE assignments (
    epoch TEXT NOT NULL,
    exec_id TEXT NOT NULL,
    user_id TEXT, -- null when refused
    state TEXT NOT NULL CHECK (state IN ('sent', 'done', 'refused')),
    reason TEXT,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (epoch, exec_id),
    CHECK ((state = 'refused') = (user_id IS NULL))
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- The terms of a trade of the house when it was given away: a bust may come after it.
  ALTER TABLE assignments ADD COLUMN given_qty INTEGER;
  ALTER TABLE assignments ADD COLUMN given_price_in_cents INTEGER;
  ALTER TABLE assignments ADD COLUMN given_fee_in_cents INTEGER;
  `,
  `
  -- Pages of incidents of one kind or one user; they end in the incident's number.
  CREATE INDEX incidents_by_kind ON incidents (kind);
  CREATE INDEX incidents_by_account ON incidents (account_no) WHERE account_no IS NOT NULL;
  `,
  `
  -- Sessions of the exchange that this shard has heard of. At the close: up to which event the
  -- books belong to it, and which users have a value of it. At most the newest is open.
  CREATE TABLE sessions (
    session_no INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE,
    trading_date TEXT NOT NULL,
    closed_at_ms INTEGER, -- exchange time; of a late one that of the newest trade known then
    late INTEGER NOT NULL DEFAULT 0,
    prior_event_no INTEGER, -- the last_event_no of the session closed before it
    last_event_no INTEGER,
    last_account_no INTEGER,
    taken_through INTEGER NOT NULL DEFAULT 0 -- every account up to here has its value
  ) STRICT;
  CREATE INDEX sessions_taking ON sessions (session_no) WHERE taken_through < last_account_no;

  -- Of every symbol that anybody here has held; a symbol without a known price is left out.
  CREATE TABLE closing_prices (
    session_no INTEGER NOT NULL REFERENCES sessions,
    symbol TEXT NOT NULL,
    price_in_cents INTEGER NOT NULL,
    traded_at_ms INTEGER NOT NULL,
    PRIMARY KEY (session_no, symbol)
  ) STRICT, WITHOUT ROWID;

  -- What each user had when a session closed; 'shares' is JSON, by symbol.
  CREATE TABLE portfolio_values (
    session_no INTEGER NOT NULL REFERENCES sessions,
    account_no INTEGER NOT NULL REFERENCES accounts,
    cash_in_cents INTEGER NOT NULL,
    net_deposits_in_cents INTEGER NOT NULL,
    shares TEXT NOT NULL,
    PRIMARY KEY (session_no, account_no)
  ) STRICT, WITHOUT ROWID;

  -- Events after a close that concern a trade of before it: their postings amend the values of
  -- these sessions.
  CREATE TABLE late_bookings (
    event_no INTEGER PRIMARY KEY REFERENCES events,
    account_no INTEGER NOT NULL REFERENCES accounts,
    first_session_no INTEGER NOT NULL REFERENCES sessions,
    last_session_no INTEGER NOT NULL REFERENCES sessions
  ) STRICT;
  CREATE INDEX late_bookings_by_account ON late_bookings (account_no, last_session_no);
  `,
  `
  -- A row that goes to a page of its own costs a page in the log and in the file: what every order
  -- writes is appended wherever it can be. So an order is found by the time in its id, and by a key
  -- before the account (keys of the gateway's making rise); a transaction's postings are found by
  -- their number; and an account's last sequence is that of its last event.
  CREATE TABLE orders_6 (
    order_no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
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
    venue_epoch TEXT,
    venue_rejected TEXT,
    our_verdict TEXT,
    cancelled TEXT,
    expired TEXT,
    cancels_requested INTEGER NOT NULL,
    cancels_refused INTEGER NOT NULL,
    cancel_refusal TEXT,
    cancel_error TEXT,
    cum_qty INTEGER NOT NULL,
    cum_notional_in_cents INTEGER NOT NULL,
    closed_at_venue TEXT,
    venue_seq INTEGER NOT NULL,
    venue_cum_qty INTEGER,
    final_seq INTEGER NOT NULL,
    final_cum_qty INTEGER,
    status TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    fee_in_cents INTEGER NOT NULL,
    cancel_requested_at_ms INTEGER,
    updated_at_ms INTEGER NOT NULL,
    version INTEGER NOT NULL
  ) STRICT;
  INSERT INTO orders_6 SELECT
    order_no, id, account_no, idempotency_key, venue, symbol, side, order_type, time_in_force,
    price_in_cents, limit_price_in_cents, reference_price_in_cents, num_shares, created_at_ms,
    send_attempted_at_ms, not_after_ms, external_order_id, venue_epoch, venue_rejected,
    our_verdict, cancelled, expired, cancels_requested, cancels_refused, cancel_refusal,
    cancel_error, cum_qty, cum_notional_in_cents, closed_at_venue, venue_seq, venue_cum_qty,
    final_seq, final_cum_qty, status, is_open, fee_in_cents, cancel_requested_at_ms,
    updated_at_ms, version
  FROM orders ORDER BY order_no;
  DROP TABLE orders;
  ALTER TABLE orders_6 RENAME TO orders;
  CREATE UNIQUE INDEX orders_by_id ON orders (substr(id, 7), substr(id, 5, 2));
  CREATE UNIQUE INDEX orders_by_key ON orders (idempotency_key, account_no);
  CREATE INDEX orders_by_account ON orders (account_no, order_no);
  CREATE INDEX orders_open ON orders (order_no) WHERE is_open = 1;
  CREATE INDEX orders_short ON orders (order_no)
    WHERE is_open = 0 AND (venue_cum_qty > cum_qty OR final_cum_qty > cum_qty);

  CREATE TABLE postings_6 (
    posting_no INTEGER PRIMARY KEY, -- each transaction has 32 numbers
    tx_no INTEGER NOT NULL GENERATED ALWAYS AS (posting_no >> 5) VIRTUAL,
    account_no INTEGER NOT NULL,
    account INTEGER NOT NULL,
    asset TEXT NOT NULL,
    amount INTEGER NOT NULL
  ) STRICT;
  INSERT INTO postings_6 (posting_no, account_no, account, asset, amount)
    SELECT (tx_no << 5) + row_number() OVER (PARTITION BY tx_no ORDER BY posting_no) - 1,
      account_no, account, asset, amount
    FROM postings ORDER BY tx_no, posting_no;
  DROP TABLE postings;
  ALTER TABLE postings_6 RENAME TO postings;

  ALTER TABLE accounts DROP COLUMN last_seq;
  `,
  `
  -- Chains instead of indexes by account, each entry of which went to a page of its own.
  ALTER TABLE events ADD COLUMN prior_event_no INTEGER; -- the account's; null for its first
  ALTER TABLE events ADD COLUMN leap_event_no INTEGER; -- further back: account-chain.ts says which
  UPDATE events SET
    prior_event_no = (SELECT prior.event_no FROM events AS prior
      WHERE prior.account_no = events.account_no AND prior.seq = events.seq - 1),
    leap_event_no = (SELECT leap.event_no FROM events AS leap
      WHERE leap.account_no = events.account_no AND leap.seq = iif(events.seq % 64 = 0,
        (events.seq - 1) / 4096 * 4096, events.seq / 64 * 64));
  ALTER TABLE orders ADD COLUMN prior_order_no INTEGER; -- the account's; null for its first
  UPDATE orders SET prior_order_no = (SELECT max(prior.order_no) FROM orders AS prior
    WHERE prior.account_no = orders.account_no AND prior.order_no < orders.order_no);
  ALTER TABLE accounts ADD COLUMN last_event_no INTEGER;
  ALTER TABLE accounts ADD COLUMN last_order_no INTEGER;
  UPDATE accounts SET
    last_event_no = (SELECT event_no FROM events
      WHERE events.account_no = accounts.account_no ORDER BY seq DESC LIMIT 1),
    last_order_no = (SELECT max(order_no) FROM orders
      WHERE orders.account_no = accounts.account_no);
  DROP INDEX events_by_account;
  DROP INDEX orders_by_account;
  `,
];

/** An order's id, given three times: finds it by the index `orders_by_id`. */
export const HAS_ID =
  'substr(id, 7) = substr(?, 7) AND substr(id, 5, 2) = substr(?, 5, 2) AND id = ?';

/** Postings of one transaction: their numbers begin with this. */
export const POSTINGS_PER_TX = 32;
