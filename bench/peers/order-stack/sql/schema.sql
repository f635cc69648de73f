-- The tables of the stack: what Outcry's shards hold, partitioned by user. `{{partitioned}}` is the
-- partition clause, or nothing. Cash stands in the account's row: one row to lock and to write.

CREATE TABLE accounts (
  user_id text NOT NULL,
  trading_state text NOT NULL DEFAULT 'active',
  last_seq bigint NOT NULL DEFAULT 0,
  cash_available bigint NOT NULL DEFAULT 0,
  cash_reserved bigint NOT NULL DEFAULT 0,
  opened_at_ms bigint NOT NULL,
  PRIMARY KEY (user_id)
) {{partitioned}};

-- Shares; cash is in accounts.
CREATE TABLE balances (
  user_id text NOT NULL,
  asset text NOT NULL,
  available bigint NOT NULL,
  reserved bigint NOT NULL,
  PRIMARY KEY (user_id, asset)
) {{partitioned}};

CREATE TABLE orders (
  user_id text NOT NULL,
  id text NOT NULL,
  idempotency_key text NOT NULL,
  venue text NOT NULL,
  symbol text NOT NULL,
  side text NOT NULL,
  order_type text NOT NULL,
  time_in_force text NOT NULL,
  price_in_cents bigint,
  limit_price_in_cents bigint NOT NULL,
  reference_price_in_cents bigint NOT NULL,
  num_shares bigint NOT NULL CHECK (num_shares > 0),
  created_at_ms bigint NOT NULL,
  send_attempted_at_ms bigint NOT NULL,
  not_after_ms bigint NOT NULL,
  external_order_id text,
  venue_epoch text,
  status text NOT NULL,
  reason text,
  cancels_requested int NOT NULL DEFAULT 0,
  cum_qty bigint NOT NULL DEFAULT 0,
  cum_notional_in_cents bigint NOT NULL DEFAULT 0,
  final_cum_qty bigint,
  fee_in_cents bigint NOT NULL DEFAULT 0,
  reserved bigint NOT NULL, -- cents for a buy, shares for a sell
  cancel_requested_at_ms bigint,
  updated_at_ms bigint NOT NULL,
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (user_id, id),
  UNIQUE (user_id, idempotency_key)
) {{partitioned}};

-- One row per fill, once: the key is what makes a repeated trade harmless.
CREATE TABLE fills (
  user_id text NOT NULL,
  exec_id text NOT NULL,
  epoch text NOT NULL,
  order_id text NOT NULL,
  last_qty bigint NOT NULL,
  last_price_in_cents bigint NOT NULL,
  fee_in_cents bigint NOT NULL,
  exchange_at_ms bigint NOT NULL,
  PRIMARY KEY (exec_id, epoch, user_id)
) {{partitioned}};

-- What a user's stream replays: one dense sequence per user.
CREATE TABLE events (
  user_id text NOT NULL,
  seq bigint NOT NULL,
  kind text NOT NULL,
  at_ms bigint NOT NULL,
  order_id text,
  exec_id text,
  detail text NOT NULL,
  PRIMARY KEY (user_id, seq)
) {{partitioned}};

-- Double entry, only appended; a transaction is the user's event that caused it. Accounts:
-- 1 available, 2 reserved, 3 bank, 4 clearing, 5 fees. The house's balances are sums, not rows: a
-- row that every order writes would be a queue.
CREATE TABLE postings (
  user_id text NOT NULL,
  seq bigint NOT NULL,
  line smallint NOT NULL,
  account smallint NOT NULL,
  asset text NOT NULL,
  amount bigint NOT NULL,
  PRIMARY KEY (user_id, seq, line)
) {{partitioned}};

-- The map from the exchange's ids to ours.
CREATE TABLE external_ids (
  epoch text NOT NULL,
  external_order_id text NOT NULL,
  order_id text NOT NULL,
  user_id text NOT NULL,
  PRIMARY KEY (external_order_id, epoch)
);

CREATE TABLE feed_position (
  only_row int PRIMARY KEY CHECK (only_row = 1),
  epoch text NOT NULL,
  seq bigint NOT NULL
);
