-- Transaction D for a batch of the trade feed, with its watermark. Per user in the feed's order;
-- users in the order in which every transaction takes their locks. A genuine trade is booked
-- whatever the order's status, once: the caller repeats no execution within a batch.

CREATE FUNCTION book_executions(batch json, of_epoch text, up_to_seq bigint)
RETURNS TABLE (
  out_seq bigint, out_outcome text, out_user_id text, out_order_id text, out_event_seq bigint,
  out_status text, out_cum_qty bigint, out_notional bigint, out_fee bigint,
  out_available bigint, out_reserved bigint
) LANGUAGE plpgsql AS $$
DECLARE
  i record;
  o orders;
  locked text := '';
  first_unmapped bigint;
  new_fills fills[] := '{}';
  new_events events[] := '{}';
  new_postings postings[] := '{}';
  fee_delta bigint;
  leaves bigint;
  reserved_after bigint;
  released bigint;
  cash bigint;
BEGIN
  FOR i IN
    SELECT t.*, m.user_id, m.order_id, -- each found by its key: a join might read whole tables
      (SELECT true FROM fills f
        WHERE f.exec_id = t."execId" AND f.epoch = of_epoch AND f.user_id = m.user_id) AS is_booked
    FROM json_to_recordset(batch) AS t(
      seq bigint, kind text, "execId" text, "externalOrderId" text, "lastQty" bigint,
      "lastPriceInCents" bigint, "cumQty" bigint, reason text, "exchangeAtMs" bigint, at bigint)
    LEFT JOIN LATERAL (
      SELECT e.user_id, e.order_id FROM external_ids e
      WHERE e.external_order_id = t."externalOrderId" AND e.epoch = of_epoch OFFSET 0) m ON true
    ORDER BY m.user_id, t.seq
  LOOP
    out_seq := i.seq;
    out_event_seq := NULL;
    out_user_id := i.user_id;
    out_order_id := i.order_id;
    IF i.user_id IS NULL THEN -- its acknowledgement is still on its way
      out_outcome := 'unmapped';
      first_unmapped := least(first_unmapped, i.seq);
      RETURN NEXT;
      CONTINUE;
    END IF;
    IF i.kind <> 'trade' THEN
      SELECT 'closed', c.out_seq, c.out_status, c.out_cum_qty, c.out_available, c.out_reserved
      INTO out_outcome, out_event_seq, out_status, out_cum_qty, out_available, out_reserved
      FROM close_order(i.user_id, i.order_id,
        CASE i.kind WHEN 'rejected' THEN 'failed' ELSE i.kind END, i.reason, i."cumQty",
        i."execId", i.at, i."exchangeAtMs") AS c;
      RETURN NEXT;
      CONTINUE;
    END IF;
    out_outcome := 'traded';
    IF i.is_booked THEN
      RETURN NEXT;
      CONTINUE;
    END IF;
    IF i.user_id <> locked THEN
      PERFORM 1 FROM accounts WHERE user_id = i.user_id FOR NO KEY UPDATE;
      locked := i.user_id;
    END IF;

    SELECT * INTO STRICT o FROM orders WHERE user_id = i.user_id AND id = i.order_id;
    out_cum_qty := o.cum_qty + i."lastQty";
    out_notional := o.cum_notional_in_cents + i."lastQty" * i."lastPriceInCents";
    out_fee := fee_on(out_notional);
    fee_delta := out_fee - o.fee_in_cents;
    out_status := CASE
      WHEN out_cum_qty >= o.num_shares THEN 'filled'
      WHEN o.status IN ('pending', 'submitted') THEN 'partially_filled'
      ELSE o.status END;
    leaves := CASE
      WHEN out_status IN ('partially_filled', 'pending_cancel') THEN o.num_shares - out_cum_qty
      ELSE greatest(coalesce(o.final_cum_qty, 0) - out_cum_qty, 0) END;
    reserved_after := reservation_of(o.side, leaves, o.limit_price_in_cents, out_notional);
    released := o.reserved - reserved_after;
    UPDATE orders SET status = out_status, cum_qty = out_cum_qty,
      cum_notional_in_cents = out_notional, fee_in_cents = out_fee, reserved = reserved_after,
      version = version + 1, updated_at_ms = i.at
    WHERE user_id = i.user_id AND id = i.order_id;

    cash := i."lastQty" * i."lastPriceInCents";
    IF o.side = 'buy' THEN
      UPDATE accounts SET last_seq = last_seq + 2,
        cash_available = cash_available + released - cash - fee_delta,
        cash_reserved = cash_reserved - released
      WHERE user_id = i.user_id
      RETURNING last_seq - 1, cash_available, cash_reserved
      INTO out_event_seq, out_available, out_reserved;
      UPDATE balances SET available = available + i."lastQty"
      WHERE user_id = i.user_id AND asset = o.symbol;
      IF NOT FOUND THEN
        INSERT INTO balances VALUES (i.user_id, o.symbol, i."lastQty", 0);
      END IF;
      new_postings := new_postings || ARRAY[
        ROW(i.user_id, out_event_seq, 1, 1, 'USD', released)::postings,
        ROW(i.user_id, out_event_seq, 2, 2, 'USD', -released)::postings,
        ROW(i.user_id, out_event_seq, 3, 1, o.symbol, i."lastQty")::postings,
        ROW(i.user_id, out_event_seq, 4, 4, o.symbol, -i."lastQty")::postings,
        ROW(i.user_id, out_event_seq, 5, 1, 'USD', -cash - fee_delta)::postings,
        ROW(i.user_id, out_event_seq, 6, 4, 'USD', cash)::postings,
        ROW(i.user_id, out_event_seq, 7, 5, 'USD', fee_delta)::postings];
    ELSE
      UPDATE accounts SET last_seq = last_seq + 2,
        cash_available = cash_available + cash - fee_delta
      WHERE user_id = i.user_id
      RETURNING last_seq - 1, cash_available, cash_reserved
      INTO out_event_seq, out_available, out_reserved;
      UPDATE balances SET available = available + released - i."lastQty",
        reserved = reserved - released
      WHERE user_id = i.user_id AND asset = o.symbol;
      new_postings := new_postings || ARRAY[
        ROW(i.user_id, out_event_seq, 1, 1, o.symbol, released)::postings,
        ROW(i.user_id, out_event_seq, 2, 2, o.symbol, -released)::postings,
        ROW(i.user_id, out_event_seq, 3, 1, o.symbol, -i."lastQty")::postings,
        ROW(i.user_id, out_event_seq, 4, 4, o.symbol, i."lastQty")::postings,
        ROW(i.user_id, out_event_seq, 5, 1, 'USD', cash - fee_delta)::postings,
        ROW(i.user_id, out_event_seq, 6, 4, 'USD', -cash)::postings,
        ROW(i.user_id, out_event_seq, 7, 5, 'USD', fee_delta)::postings];
    END IF;
    new_fills := new_fills || ROW(i.user_id, i."execId", of_epoch, i.order_id, i."lastQty",
      i."lastPriceInCents", fee_delta, i."exchangeAtMs")::fills;
    new_events := new_events || ARRAY[
      ROW(i.user_id, out_event_seq, 'order_traded', i.at, i.order_id, i."execId",
        '{"version":' || (o.version + 1) || ',"cumQty":' || out_cum_qty
        || ',"cumNotionalInCents":' || out_notional || ',"fee":' || out_fee
        || ',"exchangeAtMs":' || i."exchangeAtMs" || '}')::events,
      ROW(i.user_id, out_event_seq + 1, 'account_changed', i.at, NULL, NULL,
        '[' || out_available || ',' || out_reserved || ',"active"]')::events];
    RETURN NEXT;
  END LOOP;
  INSERT INTO fills SELECT * FROM unnest(new_fills);
  INSERT INTO events SELECT * FROM unnest(new_events);
  INSERT INTO postings SELECT * FROM unnest(new_postings) WHERE amount <> 0;
  -- The watermark does not pass what is still to be booked: after a restart it is read again.
  INSERT INTO feed_position VALUES (1, of_epoch, coalesce(first_unmapped - 1, up_to_seq))
  ON CONFLICT (only_row) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq;
END $$;
