// What must be true once the faults have ended and everything has come to rest: I12 (both sides
// know the same orders, and they stand alike) and I25 (nothing is open in the middle).
import { HOUSE_USER_ID } from '../domain/ids.ts';
import { type OrderStatus, unresolvedReasonOf } from '../domain/order.ts';
import { type OrderRow, orderFromRow } from '../store/order-row.ts';
import type { Audited } from './audited.ts';
import { breaks } from './money.ts';
import type { Shard } from './shard.ts';
import type { Tally } from './tally.ts';
import type { VenueFinder, VenueLog, VenueOrderRow } from './venue-log.ts';

const ON_THEIR_WAY = "SELECT * FROM assignments WHERE state = 'sent'";

export function auditSettled(audited: Audited, tally: Tally): void {
  const { books, venueLog, settled } = audited;
  if (!settled) {
    tally.notJudged('I12', 'only when settled');
    tally.notJudged('I25', 'only when settled');
    return;
  }
  if (venueLog === null) tally.notJudged('I12', 'the other side: no exchange log');
  const finder = venueLog?.finder() ?? null;
  for (const shard of books.shards) {
    breaks(shard, ON_THEIR_WAY, (row) => {
      tally.broke('I25', 'a trade of the house has not reached its new owner', row);
    });
    for (const row of shard.orders()) {
      auditAtRest(row, shard, tally);
      if (venueLog !== null && finder !== null) {
        auditOtherSide(row, { shard: shard.name, venueLog, finder }, tally);
      }
    }
  }
  auditWaiting(audited, tally);
}

function auditAtRest(row: OrderRow, shard: Shard, tally: Tally): void {
  tally.looked('I25', 'orders');
  const order = orderFromRow(row);
  const { id, status } = order;
  const reason = unresolvedReasonOf(order);
  if (reason === null && status !== 'pending' && status !== 'pending_cancel') return;
  // E35: it counts fills that it does not list; the reservation is held until an operator has them.
  if (reason === 'missing_fills' && shard.lacksListedFills(row.order_no)) return;
  const why = reason === null ? '' : ` (${reason})`;
  const { cum_qty, final_cum_qty, updated_at_ms } = row;
  const shown = { shard: shard.name, id, status, cum_qty, final_cum_qty, updated_at_ms };
  tally.broke('I25', `order ${id} is still ${status}${why}`, shown);
}

/** Executions that nobody has claimed, or whose shard has not said that it has them. */
function auditWaiting({ books }: Audited, tally: Tally): void {
  for (const row of books.feed.allWaiting()) {
    if (row.state === 'parked') {
      tally.broke('I12', `execution ${row.exec_id} has found no order`, row);
    }
    if (row.state === 'routed') {
      tally.broke('I25', `execution ${row.exec_id} is still on its way to ${row.order_id}`, row);
    }
  }
}

interface OtherSide {
  readonly shard: string;
  readonly venueLog: VenueLog;
  readonly finder: VenueFinder;
}

function auditOtherSide(row: OrderRow, side: OtherSide, tally: Tally): void {
  if (row.user_id === HOUSE_USER_ID) return; // trades without an order: I6 has judged those
  tally.looked('I12', 'orders');
  const { id, status, cum_qty, external_order_id } = row;
  const shown = { shard: side.shard, id, status, cum_qty, external_order_id };
  const venue = side.finder.order(id);
  if (venue === null) {
    if (row.venue_epoch !== null && !side.venueLog.tellsOf(row.venue_epoch)) {
      const epoch = row.venue_epoch;
      return tally.notJudged('I12', `orders of an epoch that this log does not tell of: ${epoch}`);
    }
    if (status === 'failed' || (status === 'cancelled' && cum_qty === 0)) return;
    return tally.broke('I12', `order ${id} is ${status}, and unknown to the exchange`, shown);
  }
  const standing = standingOf(venue, row, side);
  if (standing.as.includes(status) && (standing.cumQty ?? cum_qty) === cum_qty) return;
  const there = `${standing.as.join(' or ')} ${standing.cumQty ?? ''}`;
  tally.broke('I12', `order ${id} is ${status} ${cum_qty}, at the exchange ${there}`, shown);
}

/** What an order must be here after what the exchange has said about it. */
function standingOf(
  venue: VenueOrderRow,
  { external_order_id: mapped }: OrderRow,
  { venueLog, finder }: OtherSide,
): Standing {
  if (venue.refused === 1) return { as: ['failed', 'cancelled'], cumQty: 0 };
  const { cum: cumQty, cumMax, ended, lastSeq } = finder.lifeOf(venue);
  // What had become of it when the book was lost may never have been heard of, or that it was ours:
  // its trades are then the house's (E41).
  const isUntold = venueLog.isUntold({ epoch: venue.epoch, seq: lastSeq });
  const isUnclaimed = mapped === null && venueLog.hasLeft(venue.epoch);
  if (isUntold || isUnclaimed) return { as: CLOSED, cumQty: null };
  if (cumQty >= venue.num_shares) return { as: ['filled'], cumQty };
  if (ended !== null)
    return { as: ended === 'rejected' ? ['failed', 'cancelled'] : [ended], cumQty };
  if (cumMax >= venue.num_shares) return { as: ['cancelled'], cumQty }; // busted when it was done
  // Lost with the book: what it had traded may never have been heard of (E41).
  if (venue.epoch !== venueLog.epoch) return { as: CLOSED, cumQty: null };
  return { as: [cumQty > 0 ? 'partially_filled' : 'submitted'], cumQty };
}

interface Standing {
  readonly as: readonly OrderStatus[];
  readonly cumQty: number | null;
}

const CLOSED: readonly OrderStatus[] = ['filled', 'cancelled', 'expired', 'failed'];
