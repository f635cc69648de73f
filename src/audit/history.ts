// Each order's events, replayed: I7 (moves), I8 (quantities), I9 and I13 (what came after the end).
import { type Order, venueCumQtyAtEnd } from '../domain/order.ts';
import { isAllowedMove } from '../domain/transitions.ts';
import { type OrderDetail, orderAt } from '../store/event-detail.ts';
import type { OrderRow } from '../store/order-row.ts';
import type { Audited } from './audited.ts';
import { breaks } from './money.ts';
import type { Shard } from './shard.ts';
import type { Tally } from './tally.ts';

interface EventRow {
  readonly order_no: number;
  readonly event_no: number;
  readonly kind: string;
  readonly at_ms: number;
  readonly detail: string;
  readonly last_qty: number | null;
  readonly incidents: number;
}

const EVENTS = `
  WITH reported AS MATERIALIZED (
    SELECT order_no, count(*) AS incidents FROM incidents
    WHERE order_no IS NOT NULL GROUP BY order_no
  )
  SELECT events.order_no, event_no, kind, events.at_ms, detail, fills.last_qty,
    coalesce(incidents, 0) AS incidents
  FROM events
  LEFT JOIN fills USING (fill_no)
  LEFT JOIN reported ON reported.order_no = events.order_no
  WHERE events.order_no IS NOT NULL ORDER BY events.order_no, event_no`;

const WITHOUT_EVENTS = `
  SELECT id, status FROM orders
  WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.order_no = orders.order_no)`;

/** Change what was traded, and may lower it. */
const AMENDING: ReadonlySet<string> = new Set(['trade_busted', 'trade_corrected']);

/** One event and the order before and after it. */
interface Step {
  readonly row: EventRow;
  readonly before: Order;
  readonly after: Order;
  readonly shown: Readonly<Record<string, unknown>>;
}

export function auditHistory({ books }: Audited, tally: Tally): void {
  for (const shard of books.shards) {
    breaks(shard, WITHOUT_EVENTS, (row) => tally.broke('I7', 'an order without events', row));
    let replayed: Replayed | null = null;
    for (const row of shard.rows<EventRow>(EVENTS)) {
      if (replayed !== null && replayed.row.order_no !== row.order_no) {
        auditRow(replayed, shard, tally);
        replayed = null;
      }
      replayed = replay(replayed, row, shard, tally);
    }
    if (replayed !== null) auditRow(replayed, shard, tally);
  }
}

/** An order's row of today, and the order as it stood after the events so far. */
interface Replayed {
  readonly row: OrderRow;
  readonly today: Order;
  readonly order: Order;
}

function replay(
  replayed: Replayed | null,
  event: EventRow,
  shard: Shard,
  tally: Tally,
): Replayed | null {
  const found = replayed ?? shard.orderByNo(event.order_no);
  if (found === null) return null; // the foreign key forbids it
  const { row, today } = found;
  const order = orderAt(today, JSON.parse(event.detail) as OrderDetail, event.at_ms);
  if (replayed === null) auditBeginning(event, order, shard, tally);
  else {
    const shown = shownOf(event, replayed.order, order, shard);
    auditStep({ row: event, before: replayed.order, after: order, shown }, tally);
  }
  return { row, today, order };
}

function auditBeginning(row: EventRow, after: Order, shard: Shard, tally: Tally): void {
  for (const invariant of ['I7', 'I8', 'I9', 'I13'] as const) tally.looked(invariant, 'orders');
  if (row.kind === 'order_created' && after.status === 'pending') return;
  const { event_no, kind } = row;
  const { id } = after;
  const sentence = `order ${id} begins with ${kind} as ${after.status}`;
  tally.broke('I7', sentence, { shard: shard.name, id, event_no, kind });
}

function auditStep(step: Step, tally: Tally): void {
  const { before, after, shown } = step;
  tally.looked('I7', 'moves');
  if (!isAllowedMove(before.status, after.status)) {
    tally.broke('I7', `order ${after.id} moved from ${before.status} to ${after.status}`, shown);
  }
  auditQuantity(step, tally);
  if (!before.isOpen) auditLateFact(step, tally);
}

function auditQuantity({ row, before, after, shown }: Step, tally: Tally): void {
  const moved = after.cumQty - before.cumQty;
  if (moved === 0 || AMENDING.has(row.kind)) return;
  if (moved < 0) {
    tally.broke('I8', `cum of order ${after.id} falls by ${-moved} in a ${row.kind}`, shown);
  } else if (moved !== row.last_qty) {
    const sentence = `cum of order ${after.id} rises by ${moved}, the fill is ${row.last_qty}`;
    tally.broke('I8', sentence, shown);
  }
}

/** After the end: only what the exchange had counted is no surprise (E20). */
function auditLateFact({ row, before, after, shown }: Step, tally: Tally): void {
  const moved = after.cumQty - before.cumQty;
  if (moved === 0 && before.status === after.status) return;
  tally.looked('I9', 'late facts');
  const wasCounted = moved > 0 && after.cumQty <= (venueCumQtyAtEnd(before) ?? 0);
  if (wasCounted) return;
  const { id } = after;
  const { kind, incidents } = row;
  if (incidents === 0) {
    tally.broke('I9', `order ${id} was ${before.status}; ${kind} came without an incident`, shown);
  }
  if (moved <= 0 || AMENDING.has(kind) || before.status === 'filled') return;
  tally.looked('I13', 'late trades');
  if (kind === 'trade_after_cancel' && incidents > 0) return;
  tally.broke('I13', `order ${id} traded as ${kind} although it was ${before.status}`, shown);
}

/** The row is what its last event says. */
function auditRow({ row, order: last }: Replayed, shard: Shard, tally: Tally): void {
  const { id, num_shares: numShares, cum_qty: cumQty, status } = row;
  const shown = { shard: shard.name, id, status, cum_qty: cumQty, is_open: row.is_open };
  if (status !== last.status || (row.is_open === 1) !== last.isOpen) {
    tally.broke('I7', `order ${id} is ${status}, its last event says ${last.status}`, shown);
  }
  if (cumQty !== last.cumQty || row.cum_notional_in_cents !== last.cumNotionalInCents) {
    tally.broke('I8', `order ${id} has cum ${cumQty}, its last event says ${last.cumQty}`, shown);
  }
  if ((status === 'filled') !== cumQty >= numShares) {
    tally.broke('I8', `order ${id} is ${status} with ${cumQty} of ${numShares}`, shown);
  }
  if (last.isOpen && last.cumQty + last.leavesQty !== numShares) {
    tally.broke('I8', `cum and leaves of order ${id} are not ${numShares}`, shown);
  }
}

function shownOf(row: EventRow, before: Order, after: Order, shard: Shard) {
  const { event_no, kind } = row;
  return {
    shard: shard.name,
    id: after.id,
    event_no,
    kind,
    before: `${before.status} ${before.cumQty}`,
    after: `${after.status} ${after.cumQty}`,
  };
}
