-- Transaction A for one order or a batch of them, which comes sorted by user: every transaction
-- takes the locks of accounts in that order, and a user's other rows only under that lock.

CREATE FUNCTION place_orders(batch json)
RETURNS TABLE (
  out_n int, out_outcome text, out_seq bigint, out_available bigint, out_reserved bigint,
  out_order_id text
) LANGUAGE plpgsql AS $$
DECLARE
  i record;
  new_events events[] := '{}';
  new_postings postings[] := '{}';
  reserved_asset text;
  placed_seq bigint;
BEGIN
  FOR i IN SELECT * FROM json_to_recordset(batch) AS t(
    n int, "userId" text, id text, key text, symbol text, side text, type text, tif text,
    price bigint, "limit" bigint, reference bigint, shares bigint, reserve bigint, at bigint,
    "notAfter" bigint)
  LOOP
    out_n := i.n;
    out_order_id := i.id;
    IF i.side = 'buy' THEN
      reserved_asset := 'USD';
      UPDATE accounts SET last_seq = last_seq + 2,
        cash_available = cash_available - i.reserve, cash_reserved = cash_reserved + i.reserve
      WHERE user_id = i."userId" AND cash_available >= i.reserve
      RETURNING last_seq, cash_available, cash_reserved
      INTO out_seq, out_available, out_reserved;
      IF NOT FOUND THEN
        out_outcome := 'insufficient_buying_power';
      ELSE
        out_outcome := 'placed';
        placed_seq := out_seq - 1;
      END IF;
    ELSE
      reserved_asset := i.symbol;
      UPDATE accounts SET last_seq = last_seq + 1 WHERE user_id = i."userId"
      RETURNING last_seq, cash_available, cash_reserved
      INTO out_seq, out_available, out_reserved;
      placed_seq := out_seq;
      UPDATE balances SET available = available - i.shares, reserved = reserved + i.shares
      WHERE user_id = i."userId" AND asset = i.symbol AND available >= i.shares;
      IF NOT FOUND THEN
        UPDATE accounts SET last_seq = last_seq - 1 WHERE user_id = i."userId";
        out_outcome := 'insufficient_shares';
      ELSE
        out_outcome := 'placed';
      END IF;
    END IF;
    IF out_outcome <> 'placed' THEN -- unless it was placed before
      SELECT id INTO out_order_id FROM orders
      WHERE user_id = i."userId" AND idempotency_key = i.key;
      IF FOUND THEN out_outcome := 'replayed'; END IF;
      RETURN NEXT;
      CONTINUE;
    END IF;

    INSERT INTO orders (user_id, id, idempotency_key, venue, symbol, side, order_type,
      time_in_force, price_in_cents, limit_price_in_cents, reference_price_in_cents, num_shares,
      created_at_ms, send_attempted_at_ms, not_after_ms, status, reserved, updated_at_ms)
    VALUES (i."userId", i.id, i.key, 'SIM', i.symbol, i.side, i.type, i.tif, i.price, i."limit",
      i.reference, i.shares, i.at, i.at, i."notAfter", 'pending', i.reserve, i.at)
    ON CONFLICT (user_id, idempotency_key) DO NOTHING;
    IF NOT FOUND THEN
      IF i.side = 'buy' THEN
        UPDATE accounts SET last_seq = last_seq - 2,
          cash_available = cash_available + i.reserve, cash_reserved = cash_reserved - i.reserve
        WHERE user_id = i."userId";
      ELSE
        UPDATE accounts SET last_seq = last_seq - 1 WHERE user_id = i."userId";
        UPDATE balances SET available = available + i.shares, reserved = reserved - i.shares
        WHERE user_id = i."userId" AND asset = i.symbol;
      END IF;
      SELECT id INTO out_order_id FROM orders
      WHERE user_id = i."userId" AND idempotency_key = i.key;
      out_outcome := 'replayed';
      RETURN NEXT;
      CONTINUE;
    END IF;

    new_events := array_append(new_events, ROW(i."userId", placed_seq, 'order_created', i.at,
      i.id, NULL, '{"version":1}')::events);
    new_postings := array_append(new_postings,
      ROW(i."userId", placed_seq, 1, 1, reserved_asset, -i.reserve)::postings);
    new_postings := array_append(new_postings,
      ROW(i."userId", placed_seq, 2, 2, reserved_asset, i.reserve)::postings);
    IF i.side = 'buy' THEN
      new_events := array_append(new_events, ROW(i."userId", out_seq, 'account_changed', i.at,
        NULL, NULL, '[' || out_available || ',' || out_reserved || ',"active"]')::events);
    END IF;
    RETURN NEXT;
  END LOOP;
  INSERT INTO events SELECT * FROM unnest(new_events);
  INSERT INTO postings SELECT * FROM unnest(new_postings);
END $$;

-- Transactions B and C, in one because this is one database: what the exchange said of a batch.
-- Sorted by user. An order without external id was refused, and gives back what it reserved.
CREATE FUNCTION acknowledge_orders(batch json)
RETURNS TABLE (
  out_n int, out_seq bigint, out_status text, out_available bigint, out_reserved bigint
) LANGUAGE plpgsql AS $$
DECLARE
  i record;
  new_events events[] := '{}';
  new_ids external_ids[] := '{}';
  new_version int;
BEGIN
  FOR i IN SELECT * FROM json_to_recordset(batch) AS t(
    n int, "userId" text, id text, epoch text, "externalId" text, reason text, at bigint)
  LOOP
    out_n := i.n;
    IF i."externalId" IS NULL THEN
      SELECT c.out_seq, c.out_status, c.out_available, c.out_reserved
      INTO out_seq, out_status, out_available, out_reserved
      FROM close_order(i."userId", i.id, 'failed', i.reason, NULL, NULL, i.at, i.at) AS c;
      RETURN NEXT;
      CONTINUE;
    END IF;
    UPDATE accounts SET last_seq = last_seq + 1 WHERE user_id = i."userId"
    RETURNING last_seq INTO out_seq;
    UPDATE orders SET external_order_id = i."externalId", venue_epoch = i.epoch,
      status = CASE status WHEN 'pending' THEN 'submitted' ELSE status END,
      version = version + 1, updated_at_ms = i.at
    WHERE user_id = i."userId" AND id = i.id
    RETURNING status, version INTO STRICT out_status, new_version;
    new_ids := array_append(new_ids,
      ROW(i.epoch, i."externalId", i.id, i."userId")::external_ids);
    new_events := array_append(new_events, ROW(i."userId", out_seq, 'order_accepted', i.at, i.id,
      NULL, '{"version":' || new_version || ',"externalOrderId":""}')::events);
    RETURN NEXT;
  END LOOP;
  INSERT INTO external_ids SELECT * FROM unnest(new_ids);
  INSERT INTO events SELECT * FROM unnest(new_events);
END $$;
