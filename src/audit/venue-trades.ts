// Our trades against the exchange's own log: I6. What the exchange has traded up to the watermark
// is booked here or known to wait; what is booked here is in the log.

import { isOpenStatus } from '../domain/derive-order.ts';
import { HOUSE_USER_ID, isOrderId } from '../domain/ids.ts';
import type { OrderRow } from '../store/order-row.ts';
import type { Audited } from './audited.ts';
import type { AmendmentRow, FillRow } from './shard.ts';
import type { Tally } from './tally.ts';
import type { VenueExecutionRow, VenueLog } from './venue-log.ts';

/** Executions that change what was traded, and where each is booked. */
const BOOKED_AS: Readonly<Record<string, 'fill' | 'amendment'>> = {
  trade: 'fill',
  bust: 'amendment',
  correct: 'amendment',
};

export function auditVenueTrades(audited: Audited, tally: Tally): void {
  const { venueLog } = audited;
  if (venueLog === null) return tally.notJudged('I6', 'no exchange log');
  auditBooked(audited, venueLog, tally);
  auditOwn(audited, venueLog, tally);
}

/** What must be booked is. */
function auditBooked(audited: Audited, venueLog: VenueLog, tally: Tally): void {
  for (const execution of venueLog.executions()) {
    const bookedAs = BOOKED_AS[execution.kind];
    if (bookedAs === undefined) continue;
    if (!audited.settled && execution.log_no > venueLog.settledUpTo) return;
    tally.looked('I6', 'executions at the exchange');
    const owner = ownerOf(audited, execution);
    if (owner === null || isWaiting(audited, execution)) continue;
    if (venueLog.isUntold(execution)) continue;
    const { epoch, exec_id: execId } = execution;
    const row = owner[bookedAs](epoch, execId) ?? houseRow(audited, execution, venueLog);
    if (row === null) {
      const order = owner.order(execution.client_order_id);
      if (order !== null && isLostWithTheBook(order, execution, venueLog)) continue;
      const sentence = `${execution.kind} ${execId} of ${execution.client_order_id} is not booked`;
      tally.broke('I6', sentence, execution);
    }
  }
}

/** Of a lost book, an execution whose order nobody could name any more (E22, E41). */
function houseRow({ books }: Audited, execution: VenueExecutionRow, venueLog: VenueLog) {
  const bookedAs = BOOKED_AS[execution.kind];
  if (bookedAs === undefined || !venueLog.hasLeft(execution.epoch)) return null;
  return books.shardOf(HOUSE_USER_ID)[bookedAs](execution.epoch, execution.exec_id);
}

/** The shard that has to have it; null for a stranger's while there is still time to claim it. */
function ownerOf({ books, settled }: Audited, { client_order_id: id }: VenueExecutionRow) {
  const shard = isOrderId(id) ? books.shardOf(id) : null;
  if (shard !== null && shard.order(id) !== null) return shard;
  // An id that only looks like one of ours is no better than none (E22).
  return settled || shard !== null ? books.shardOf(HOUSE_USER_ID) : null;
}

function isWaiting({ books }: Audited, execution: VenueExecutionRow): boolean {
  const { epoch, external_order_id, exec_id } = execution;
  return books.feed.waiting(epoch, external_order_id, exec_id) !== null;
}

/**
 * The same in books from before it was kept how far the lost epoch had been read: the order was
 * given up, or will be.
 */
function isLostWithTheBook(order: OrderRow, { epoch }: VenueExecutionRow, log: VenueLog): boolean {
  if (epoch === log.epoch || log.hasLeft(epoch)) return false;
  const wasGivenUp = order.cancelled === 'venue_book_lost' || order.our_verdict !== null;
  return wasGivenUp || isOpenStatus(order.status);
}

/** What is booked is the exchange's, with its quantity and price, on the order that it names. */
function auditOwn({ books }: Audited, venueLog: VenueLog, tally: Tally): void {
  const finder = venueLog.finder();
  for (const shard of books.shards) {
    for (const row of shard.fills()) {
      if (isOfAnother(row, venueLog, tally)) continue;
      tally.looked('I6', 'trades here');
      const execution = finder.execution(row.epoch, row.exec_id);
      auditMatch(row, execution?.kind === 'trade' ? execution : null, shard.name, tally);
    }
    for (const row of shard.amendments()) {
      if (isOfAnother(row, venueLog, tally)) continue;
      tally.looked('I6', 'busts and corrections here');
      const execution = finder.execution(row.epoch, row.exec_id);
      auditMatch(row, execution?.kind === row.kind ? execution : null, shard.name, tally);
    }
  }
}

function isOfAnother({ epoch }: { epoch: string }, log: VenueLog, tally: Tally): boolean {
  if (log.tellsOf(epoch)) return false;
  tally.notJudged('I6', `trades of an epoch that this log does not tell of, such as ${epoch}`);
  return true;
}

function auditMatch(
  row: FillRow | AmendmentRow,
  execution: VenueExecutionRow | null,
  shard: string,
  tally: Tally,
): void {
  const shown = { shard, ...row };
  const { exec_id: execId, order_id: orderId } = row;
  if (execution === null) {
    return tally.broke('I6', `${execId} of ${orderId} is unknown to the exchange`, shown);
  }
  if (!isOf(row, execution)) {
    const sentence = `${execId} is booked on ${orderId}, not on ${execution.client_order_id}`;
    return tally.broke('I6', sentence, shown);
  }
  if ('kind' in row && row.kind === 'bust') return;
  const { last_qty: qty, last_price_in_cents: price } = execution;
  if (row.last_qty === qty && row.last_price_in_cents === price) return;
  const sentence = `${execId} of ${orderId} is ${row.last_qty} at ${row.last_price_in_cents}`;
  tally.broke('I6', `${sentence}, at the exchange ${qty} at ${price}`, shown);
}

function isOf(row: FillRow | AmendmentRow, execution: VenueExecutionRow): boolean {
  if (row.order_id === execution.client_order_id) return true;
  return row.user_id === HOUSE_USER_ID; // until an operator gives it to somebody (E22)
}
