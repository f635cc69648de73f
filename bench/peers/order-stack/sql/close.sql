-- How an order ends without a fill, and the two transactions of a cancel. Called with one order or
-- with a batch sorted by user.

-- Ends an order and gives back what it reserved, but for fills that the exchange has counted and
-- that are still to come. An order that is closed already stays as it is; out_seq is then null.
CREATE FUNCTION close_order(
  of_user text, of_id text, to_status text, because text, final_qty bigint, by_exec text,
  at_ms bigint, exchange_at bigint
) RETURNS TABLE (
  out_seq bigint, out_status text, out_available bigint, out_reserved bigint, out_cum_qty bigint
) LANGUAGE plpgsql AS $$
DECLARE
  o orders;
  reserved_after bigint;
  released bigint;
  ended_seq bigint;
  asset text;
BEGIN
  PERFORM 1 FROM accounts WHERE user_id = of_user FOR NO KEY UPDATE;
  SELECT * INTO STRICT o FROM orders WHERE user_id = of_user AND id = of_id;
  out_status := o.status;
  out_cum_qty := o.cum_qty;
  IF NOT is_open(o.status) THEN
    RETURN NEXT;
    RETURN;
  END IF;
  out_status := to_status;
  reserved_after := reservation_of(o.side, greatest(coalesce(final_qty, 0) - o.cum_qty, 0),
    o.limit_price_in_cents, o.cum_notional_in_cents);
  released := o.reserved - reserved_after;
  UPDATE orders SET status = to_status, reason = because, final_cum_qty = final_qty,
    reserved = reserved_after, version = version + 1, updated_at_ms = at_ms
  WHERE user_id = of_user AND id = of_id;
  IF o.side = 'buy' AND released <> 0 THEN
    asset := 'USD';
    UPDATE accounts SET last_seq = last_seq + 2, cash_available = cash_available + released,
      cash_reserved = cash_reserved - released
    WHERE user_id = of_user
    RETURNING last_seq, cash_available, cash_reserved INTO out_seq, out_available, out_reserved;
    ended_seq := out_seq - 1;
    INSERT INTO events VALUES (of_user, out_seq, 'account_changed', at_ms, NULL, NULL,
      '[' || out_available || ',' || out_reserved || ',"active"]');
  ELSE
    asset := o.symbol;
    UPDATE accounts SET last_seq = last_seq + 1 WHERE user_id = of_user
    RETURNING last_seq INTO out_seq;
    ended_seq := out_seq;
    IF released <> 0 THEN
      UPDATE balances SET available = available + released, reserved = balances.reserved - released
      WHERE user_id = of_user AND balances.asset = o.symbol;
    END IF;
  END IF;
  INSERT INTO events VALUES (of_user, ended_seq, 'order_' || to_status, at_ms, of_id, by_exec,
    '{"version":' || (o.version + 1) || ',"reason":"' || coalesce(because, '')
    || '","exchangeAtMs":' || exchange_at || '}');
  IF released <> 0 THEN
    INSERT INTO postings VALUES
      (of_user, ended_seq, 1, 1, asset, released), (of_user, ended_seq, 2, 2, asset, -released);
  END IF;
  RETURN NEXT;
END $$;

-- pending_cancel, durable before the exchange is asked. Closed and unknown orders are told as such.
CREATE FUNCTION request_cancels(batch json)
RETURNS TABLE (
  out_n int, out_seq bigint, out_status text, out_external_id text, out_cancels int
) LANGUAGE plpgsql AS $$
DECLARE
  i record;
  o orders;
  new_events events[] := '{}';
BEGIN
  FOR i IN SELECT * FROM json_to_recordset(batch) AS t(
    n int, "userId" text, id text, at bigint)
  LOOP
    out_n := i.n;
    out_seq := NULL;
    PERFORM 1 FROM accounts WHERE user_id = i."userId" FOR NO KEY UPDATE;
    SELECT * INTO o FROM orders WHERE user_id = i."userId" AND id = i.id;
    out_status := o.status; -- null: there is no such order
    out_external_id := o.external_order_id;
    IF is_open(o.status) THEN
      out_status := 'pending_cancel';
      out_cancels := o.cancels_requested + 1;
      UPDATE accounts SET last_seq = last_seq + 1 WHERE user_id = i."userId"
      RETURNING last_seq INTO out_seq;
      UPDATE orders SET status = 'pending_cancel', cancels_requested = out_cancels,
        cancel_requested_at_ms = i.at, version = version + 1, updated_at_ms = i.at
      WHERE user_id = i."userId" AND id = i.id;
      new_events := array_append(new_events, ROW(i."userId", out_seq, 'order_cancel_requested',
        i.at, i.id, NULL, '{"version":' || (o.version + 1) || ',"cancelsRequested":'
        || out_cancels || '}')::events);
    END IF;
    RETURN NEXT;
  END LOOP;
  INSERT INTO events SELECT * FROM unnest(new_events);
END $$;

-- The exchange's answers to cancels. `finalQty` null: it refused, and the order is what its fills
-- say.
CREATE FUNCTION settle_cancels(batch json)
RETURNS TABLE (
  out_n int, out_seq bigint, out_status text, out_available bigint, out_reserved bigint
) LANGUAGE plpgsql AS $$
DECLARE
  i record;
  o orders;
BEGIN
  FOR i IN SELECT * FROM json_to_recordset(batch) AS t(
    n int, "userId" text, id text, "finalQty" bigint, reason text, at bigint)
  LOOP
    out_n := i.n;
    IF i."finalQty" IS NOT NULL THEN
      SELECT c.out_seq, c.out_status, c.out_available, c.out_reserved
      INTO out_seq, out_status, out_available, out_reserved
      FROM close_order(
        i."userId", i.id, 'cancelled', 'user', i."finalQty", NULL, i.at, i.at) AS c;
      RETURN NEXT;
      CONTINUE;
    END IF;
    out_seq := NULL;
    PERFORM 1 FROM accounts WHERE user_id = i."userId" FOR NO KEY UPDATE;
    SELECT * INTO STRICT o FROM orders WHERE user_id = i."userId" AND id = i.id;
    out_status := o.status;
    IF o.status = 'pending_cancel' THEN
      out_status := CASE WHEN o.cum_qty > 0 THEN 'partially_filled' ELSE 'submitted' END;
      UPDATE accounts SET last_seq = last_seq + 1 WHERE user_id = i."userId"
      RETURNING last_seq INTO out_seq;
      UPDATE orders SET status = out_status, version = version + 1, updated_at_ms = i.at
      WHERE user_id = i."userId" AND id = i.id;
      INSERT INTO events VALUES (i."userId", out_seq, 'order_cancel_rejected', i.at, i.id, NULL,
        '{"version":' || (o.version + 1) || ',"reason":"' || i.reason || '"}');
    END IF;
    RETURN NEXT;
  END LOOP;
END $$;
