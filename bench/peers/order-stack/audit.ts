// Whether the books of the stack are right at the end of a run: by themselves, and against what the
// exchange says that it has traded.
import { decodeExecutionFrame } from '../../../src/exchange/decode-frame.ts';
import { LineSplitter } from '../../../src/exchange/line-splitter.ts';
import type { Execution } from '../../../src/exchange/port.ts';
import { LIMITS } from '../../../src/limits.ts';
import type { Database } from './database.ts';

export interface AuditReport {
  readonly orders: number;
  readonly fills: number;
  readonly postings: number;
  /** By status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** In words; empty when all is right. */
  readonly findings: readonly string[];
}

export interface FeedHead {
  readonly headSeq: number;
  readonly trades: readonly Execution[];
}

/** Each counts what should not be. */
const CHECKS: Readonly<Record<string, string>> = {
  'accounts whose cash is not the sum of its postings': `
    SELECT count(*) FROM accounts a LEFT JOIN (
      SELECT user_id, sum(amount) FILTER (WHERE account = 1) AS available,
        sum(amount) FILTER (WHERE account = 2) AS reserved
      FROM postings WHERE asset = 'USD' GROUP BY user_id) p USING (user_id)
    WHERE a.cash_available <> coalesce(p.available, 0)
      OR a.cash_reserved <> coalesce(p.reserved, 0)`,
  'balances of shares that are not the sum of their postings': `
    SELECT count(*) FROM balances b FULL JOIN (
      SELECT user_id, asset, sum(amount) FILTER (WHERE account = 1) AS available,
        sum(amount) FILTER (WHERE account = 2) AS reserved
      FROM postings WHERE asset <> 'USD' AND account IN (1, 2) GROUP BY user_id, asset) p
      USING (user_id, asset)
    WHERE coalesce(b.available, 0) <> coalesce(p.available, 0)
      OR coalesce(b.reserved, 0) <> coalesce(p.reserved, 0)`,
  'transactions that do not balance': `
    SELECT count(*) FROM (
      SELECT 1 FROM postings GROUP BY user_id, seq, asset HAVING sum(amount) <> 0) t`,
  'users whose events are not dense': `
    SELECT count(*) FROM accounts a LEFT JOIN (
      SELECT user_id, count(*) AS events, max(seq) AS last FROM events GROUP BY user_id) e
      USING (user_id)
    WHERE a.last_seq <> coalesce(e.events, 0) OR a.last_seq <> coalesce(e.last, 0)`,
  'orders whose fills do not add up': `
    SELECT count(*) FROM orders o LEFT JOIN (
      SELECT user_id, order_id, sum(last_qty) AS qty, sum(last_qty * last_price_in_cents) AS cash,
        sum(fee_in_cents) AS fee
      FROM fills GROUP BY user_id, order_id) f ON f.user_id = o.user_id AND f.order_id = o.id
    WHERE o.cum_qty <> coalesce(f.qty, 0) OR o.cum_notional_in_cents <> coalesce(f.cash, 0)
      OR o.fee_in_cents <> coalesce(f.fee, 0)`,
  'closed orders that still reserve something': `
    SELECT count(*) FROM orders WHERE NOT is_open(status) AND reserved <> 0`,
  'users whose reserved cash is not what their buys reserve': `
    SELECT count(*) FROM accounts a LEFT JOIN (
      SELECT user_id, sum(reserved) AS reserved FROM orders WHERE side = 'buy' GROUP BY user_id) o
      USING (user_id)
    WHERE a.cash_reserved <> coalesce(o.reserved, 0)`,
  'accounts or balances below zero': `
    SELECT (SELECT count(*) FROM accounts WHERE least(cash_available, cash_reserved) < 0)
      + (SELECT count(*) FROM balances WHERE least(available, reserved) < 0)`,
  'orders that are still pending': `
    SELECT count(*) FROM orders WHERE status IN ('pending', 'pending_cancel')`,
  'orders without the mapping of their external id': `
    SELECT count(*) FROM orders o LEFT JOIN external_ids m
      ON m.external_order_id = o.external_order_id AND m.epoch = o.venue_epoch
    WHERE o.external_order_id IS NOT NULL AND m.order_id IS DISTINCT FROM o.id`,
};

const COUNTS = `
  SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM fills),
    (SELECT count(*) FROM postings)`;

export async function auditBooks(database: Database, feed: FeedHead): Promise<AuditReport> {
  const findings: string[] = [];
  for (const [what, text] of Object.entries(CHECKS)) {
    const [row] = await database.call(what, text, []);
    if (row?.[0] !== 0) findings.push(`${row?.[0]} ${what}`);
  }
  const booked = await database.call(
    'fills',
    'SELECT exec_id, last_qty, last_price_in_cents FROM fills',
    [],
  );
  findings.push(...differences(feed.trades, booked));
  const byStatus = await database.call(
    'statuses',
    'SELECT status, count(*) FROM orders GROUP BY status ORDER BY status',
    [],
  );
  const [counts = []] = await database.call('counts', COUNTS, []);
  const [orders = 0, fills = 0, postings = 0] = counts as readonly number[];
  return { orders, fills, postings, statuses: Object.fromEntries(byStatus), findings };
}

/** The exchange's trades against the rows (execId, lastQty, lastPriceInCents). */
export function differences(
  trades: readonly Pick<Execution, 'execId' | 'lastQty' | 'lastPriceInCents'>[],
  rows: readonly (readonly (string | number | null)[])[],
): string[] {
  const booked = new Map(rows.map(([execId, qty, price]) => [execId, `${qty} at ${price}`]));
  const findings: string[] = [];
  if (booked.size !== rows.length) findings.push(`${rows.length - booked.size} fills booked twice`);
  let missing = 0;
  let different = 0;
  for (const { execId, lastQty, lastPriceInCents } of trades) {
    const known = booked.get(execId);
    if (known === undefined) missing++;
    else if (known !== `${lastQty} at ${lastPriceInCents}`) different++;
    booked.delete(execId);
  }
  if (missing > 0) findings.push(`${missing} trades of the exchange were not booked`);
  if (different > 0) findings.push(`${different} fills with other terms than the trade`);
  if (booked.size > 0) findings.push(`${booked.size} fills that the exchange does not know`);
  return findings;
}

/** All trades since the exchange began, up to the head of its feed as it is now. */
export async function readFeed(exchangeUrl: string): Promise<FeedHead> {
  const { body } = await fetch(`${exchangeUrl}/v1/executions`);
  const splitter = new LineSplitter(LIMITS.feedLineBytesMax);
  const trades: Execution[] = [];
  let lastSeq = 0;
  for await (const bytes of body ?? []) {
    for (const line of splitter.push(Buffer.from(bytes))) {
      const frame = decodeExecutionFrame(line);
      if (frame.kind === 'execution') {
        lastSeq = frame.seq;
        if (frame.execKind === 'trade') trades.push(frame);
      } else if (frame.kind === 'heartbeat' && frame.headSeq === lastSeq) {
        return { headSeq: lastSeq, trades }; // which also ends the request
      }
    }
  }
  throw new Error('the execution feed ended before its head');
}
