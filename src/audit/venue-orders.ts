// The exchange's orders against ours: I14 (each was on disk here before, with its terms, within all
// limits) and I16 (nobody traded with themselves).
import { isOrderId } from '../domain/ids.ts';
import { safeProduct } from '../domain/money.ts';
import type { OrderRow } from '../store/order-row.ts';
import type { AuditBounds, Audited } from './audited.ts';
import type { Tally } from './tally.ts';
import type { VenueExecutionRow, VenueLog, VenueOrderRow } from './venue-log.ts';

const SECOND_MS = 1_000;

export function auditVenueOrders(audited: Audited, tally: Tally): void {
  const { venueLog } = audited;
  if (venueLog === null) {
    tally.notJudged('I14', 'no exchange log');
    tally.notJudged('I16', 'no exchange log');
    return;
  }
  auditAcceptances(audited, venueLog, tally);
  auditSelfMatches(audited, venueLog, tally);
}

function auditAcceptances(audited: Audited, venueLog: VenueLog, tally: Tally): void {
  const { books, bounds, settled } = audited;
  const rate = new Rate(bounds.ordersPerSecondMax);
  for (const venue of venueLog.orders()) {
    if (!settled && venue.log_no > venueLog.settledUpTo) return;
    if (!isOrderId(venue.client_order_id)) continue; // a stranger's
    tally.looked('I14', 'orders at the exchange');
    const own = books.shardOf(venue.client_order_id).order(venue.client_order_id);
    if (own === null) {
      tally.broke('I14', `order ${venue.client_order_id} is known to the exchange alone`, venue);
    } else {
      auditTerms(venue, own, bounds, tally);
    }
    if (venue.refused === 0 && !rate.allows(venue.at_ms)) {
      const sentence = `more than ${bounds.ordersPerSecondMax} orders in a second`;
      tally.broke('I14', `${sentence} up to ${venue.client_order_id}`, venue);
    }
  }
}

function auditTerms(venue: VenueOrderRow, own: OrderRow, bounds: AuditBounds, tally: Tally): void {
  const { id } = own;
  const timeInForce = own.order_type === 'market' ? 'ioc' : own.time_in_force; // E36
  const terms = [own.symbol, own.side, timeInForce, own.limit_price_in_cents, own.num_shares];
  const told = [venue.symbol, venue.side, venue.time_in_force, venue.price_in_cents];
  const toldTerms = [...told, venue.num_shares].join(' ');
  if (terms.join(' ') !== toldTerms) {
    tally.broke(
      'I14',
      `order ${id} is "${terms.join(' ')}", at the exchange "${toldTerms}"`,
      venue,
    );
  }
  if (own.created_at_ms > venue.at_ms + bounds.clockSkewMs) {
    const sentence = `order ${id} came to the exchange before it was taken here`;
    tally.broke('I14', sentence, { ...venue, created_at_ms: own.created_at_ms });
  }
  const value = safeProduct(own.num_shares, own.limit_price_in_cents);
  const isTooLarge = own.num_shares > bounds.orderSharesMax;
  if (isTooLarge || value === null || value > bounds.orderValueMaxInCents) {
    tally.broke('I14', `order ${id} is larger than any limit allows`, venue);
  }
}

/** A window of one second that slides over the exchange's own times. */
class Rate {
  readonly #max: number;
  #times: number[] = [];
  #begin = 0;

  constructor(max: number) {
    this.#max = max;
  }

  allows(atMs: number): boolean {
    this.#times.push(atMs);
    while ((this.#times[this.#begin] ?? atMs) <= atMs - SECOND_MS) this.#begin++;
    if (this.#begin > this.#max) {
      this.#times = this.#times.slice(this.#begin);
      this.#begin = 0;
    }
    return this.#times.length - this.#begin <= this.#max;
  }
}

/** The exchange writes the two sides of a match one after the other. */
function auditSelfMatches(audited: Audited, venueLog: VenueLog, tally: Tally): void {
  let before: VenueExecutionRow | null = null;
  for (const trade of venueLog.executions()) {
    if (trade.kind !== 'trade') continue;
    tally.looked('I16', 'trades at the exchange');
    if (before !== null && areTwoSides(before, trade)) {
      auditMatch(before, trade, audited, tally);
    }
    before = trade;
  }
}

function areTwoSides(one: VenueExecutionRow, other: VenueExecutionRow): boolean {
  return (
    one.seq + 1 === other.seq &&
    one.epoch === other.epoch &&
    one.exchange_at_ms === other.exchange_at_ms &&
    one.symbol === other.symbol &&
    one.side !== other.side &&
    one.last_qty === other.last_qty &&
    one.last_price_in_cents === other.last_price_in_cents
  );
}

/** After a late acknowledgement it can happen, and then an incident tells of it (E12). */
function auditMatch(
  one: VenueExecutionRow,
  other: VenueExecutionRow,
  { books }: Audited,
  tally: Tally,
): void {
  const [first, second] = [one, other].map(({ client_order_id: id }) => {
    return isOrderId(id) ? books.shardOf(id).order(id) : null;
  });
  if (first?.user_id === undefined || first.user_id !== second?.user_id) return;
  const shard = books.shardOf(first.id);
  if (shard.wasResurrected(first.order_no) || shard.wasResurrected(second.order_no)) return;
  tally.broke('I16', `${first.user_id} traded ${first.id} with ${second.id}`, { ...other });
}
