// Orders against their trades and postings: I2 (reservations), I4 (an order's cash), I5 (shares).
import { reservationOf, USD } from '../domain/ledger.ts';
import { ACCOUNT_CODES } from '../store/ledger-store.ts';
import { type OrderRow, orderFromRow } from '../store/order-row.ts';
import type { Audited } from './audited.ts';
import { breaks } from './money.ts';
import type { AmendedSums, Shard } from './shard.ts';
import type { Tally } from './tally.ts';

const { available, reserved } = ACCOUNT_CODES;

/** An order with the sums of its fills and of the customer's postings that its events caused. */
interface MovedRow extends OrderRow {
  readonly traded_qty: number;
  readonly traded_notional: number;
  readonly reserved_cash: number;
  readonly reserved_shares: number;
  readonly cash: number;
  readonly shares: number;
}

const MOVED = `
  WITH traded AS MATERIALIZED (
    SELECT order_no, sum(last_qty) AS qty, sum(last_qty * last_price_in_cents) AS notional
    FROM fills GROUP BY order_no
  ), moved AS MATERIALIZED (
    SELECT events.order_no,
      sum(amount) FILTER (WHERE asset = '${USD}' AND account = ${reserved}) AS reserved_cash,
      sum(amount) FILTER (WHERE asset <> '${USD}' AND account = ${reserved}) AS reserved_shares,
      sum(amount) FILTER (WHERE asset = '${USD}') AS cash,
      sum(amount) FILTER (WHERE asset <> '${USD}') AS shares
    FROM postings JOIN events ON events.event_no = postings.tx_no
    WHERE account IN (${available}, ${reserved}) AND events.order_no IS NOT NULL
    GROUP BY events.order_no
  )
  SELECT orders.*, user_id,
    coalesce(qty, 0) AS traded_qty, coalesce(notional, 0) AS traded_notional,
    coalesce(reserved_cash, 0) AS reserved_cash, coalesce(reserved_shares, 0) AS reserved_shares,
    coalesce(cash, 0) AS cash, coalesce(shares, 0) AS shares
  FROM orders JOIN accounts USING (account_no)
  LEFT JOIN traded USING (order_no) LEFT JOIN moved USING (order_no)`;

/** A customer's posting that neither an order's event nor a deposit caused, or of another asset. */
const STRAYED = `
  SELECT posting_no, tx_no, orders.id AS order_id, postings.account, asset, postings.amount
  FROM postings LEFT JOIN events ON events.event_no = postings.tx_no
  LEFT JOIN orders USING (order_no)
  WHERE postings.account = ${reserved} AND (orders.id IS NULL
    OR orders.account_no <> postings.account_no
    OR asset <> iif(orders.side = 'buy', '${USD}', orders.symbol))`;

const NOTHING: AmendedSums = { qty: 0, notionalInCents: 0 };

export function auditHoldings({ books, bounds }: Audited, tally: Tally): void {
  for (const shard of books.shards) {
    const amended = shard.amended();
    const live = new LiveShares();
    for (const row of shard.rows<MovedRow>(MOVED)) {
      const { qty, notionalInCents } = amended.get(row.order_no) ?? NOTHING;
      auditReservation(row, shard, bounds.fees, tally);
      auditTrades(row, row.traded_qty + qty, row.traded_notional + notionalInCents, shard, tally);
      live.add(row, row.traded_qty + qty);
    }
    breaks(shard, STRAYED, (row) => tally.broke('I2', 'a reservation of no order', row));
    auditShares(shard, live, tally);
  }
}

function auditReservation(
  row: MovedRow,
  shard: Shard,
  fees: Audited['bounds']['fees'],
  tally: Tally,
): void {
  tally.looked('I2', 'orders');
  const needed = reservationOf(orderFromRow(row), fees);
  const held = needed.asset === USD ? row.reserved_cash : row.reserved_shares;
  if (held === needed.amount) return;
  const { id, status, cum_qty, final_cum_qty } = row;
  const sentence = `order ${id} (${status}) has ${held} reserved and needs ${needed.amount}`;
  tally.broke('I2', sentence, { shard: shard.name, id, status, cum_qty, final_cum_qty, held });
}

function auditTrades(
  row: MovedRow,
  qty: number,
  notional: number,
  shard: Shard,
  tally: Tally,
): void {
  tally.looked('I4', 'orders');
  tally.looked('I5', 'orders');
  const { id, side, cum_qty, cum_notional_in_cents, fee_in_cents, cash, shares } = row;
  const shown = { shard: shard.name, id, cum_qty, cum_notional_in_cents, fee_in_cents };
  if (cum_qty !== qty || cum_notional_in_cents !== notional) {
    const sentence = `order ${id} counts ${cum_qty} shares, its live trades are ${qty}`;
    tally.broke('I5', sentence, { ...shown, traded_qty: qty, traded_notional: notional });
  }
  const sign = side === 'buy' ? 1 : -1;
  if (shares !== sign * qty) {
    tally.broke('I5', `order ${id} moved ${shares} shares, its trades ${sign * qty}`, shown);
  }
  const due = -sign * notional - fee_in_cents;
  if (cash === due) return;
  tally.broke('I4', `order ${id} moved ${cash} cents, its trades and fee ${due}`, shown);
}

/** Bought less sold, per account and symbol, as the live trades have it. */
class LiveShares {
  readonly #sums = new Map<string, number>();

  add({ account_no, symbol, side }: OrderRow, qty: number): void {
    if (qty === 0) return;
    const key = `${account_no}/${symbol}`;
    this.#sums.set(key, (this.#sums.get(key) ?? 0) + (side === 'buy' ? qty : -qty));
  }

  take(accountNo: number, symbol: string): number {
    const key = `${accountNo}/${symbol}`;
    const sum = this.#sums.get(key) ?? 0;
    this.#sums.delete(key);
    return sum;
  }

  /** Of accounts that hold nothing and were given nothing. */
  left(): [key: string, sum: number][] {
    return [...this.#sums].filter(([, sum]) => sum !== 0);
  }
}

const HELD = `
  SELECT account_no, user_id, asset, sum(held) AS held, sum(given) AS given FROM (
    SELECT account_no, asset, amount AS held, 0 AS given FROM balances
      WHERE account IN (${available}, ${reserved})
    UNION ALL SELECT account_no, asset, 0, amount FROM deposits
  ) JOIN accounts USING (account_no) WHERE asset <> '${USD}' GROUP BY account_no, asset`;

interface HeldRow {
  readonly account_no: number;
  readonly user_id: string;
  readonly asset: string;
  readonly held: number;
  readonly given: number;
}

function auditShares(shard: Shard, live: LiveShares, tally: Tally): void {
  for (const row of shard.rows<HeldRow>(HELD)) {
    tally.looked('I5', 'holdings');
    const due = row.given + live.take(row.account_no, row.asset);
    if (row.held === due) continue;
    const { user_id: userId, held, asset } = row;
    const sentence = `${userId} holds ${held} ${asset}, its deposits and trades are ${due}`;
    tally.broke('I5', sentence, { shard: shard.name, ...row });
  }
  for (const [holding, traded] of live.left()) {
    tally.broke('I5', `trades without a holding: ${holding}`, { shard: shard.name, traded });
  }
}
