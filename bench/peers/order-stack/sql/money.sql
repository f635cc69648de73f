-- Fee and reservation, as src/domain/money.ts and src/domain/ledger.ts have them.

CREATE FUNCTION fee_on(notional bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT least(
    greatest((notional * {{fee_bps}} + 9999) / 10000, {{fee_min}}), {{fee_max}}, notional)
$$;

-- Shares for a sell; for a buy what the leaves can cost at the limit, with the fee they can bring.
CREATE FUNCTION reservation_of(side text, leaves bigint, limit_price bigint, notional bigint)
RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN side = 'sell' OR leaves = 0 THEN leaves
    ELSE leaves * limit_price
      + greatest(fee_on(notional + leaves * limit_price) - fee_on(notional), 0)
  END
$$;

CREATE FUNCTION is_open(status text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT status IN ('pending', 'submitted', 'partially_filled', 'pending_cancel')
$$;
