// The event log itself: I18 (sequences), I22 (the hash chain and its anchors); and I11 (keys).
import { FAR_LEAP, LEAP } from '../store/account-chain.ts';
import type { Anchor } from '../store/anchor-log.ts';
import { CHAIN_START, type HashedEvent, linkHash } from '../store/event-hash.ts';
import type { Audited } from './audited.ts';
import { breaks, countOf } from './money.ts';
import type { Shard } from './shard.ts';
import type { Tally } from './tally.ts';

/** Events that are numbered out of order, or that the account's chain leads past. */
const EVENTS_OFF = `
  SELECT account_no, event_no, seq, expected FROM (
    SELECT account_no, event_no, seq, prior_event_no, leap_event_no,
      row_number() OVER account AS expected,
      lag(event_no) OVER account AS prior,
      max(iif(seq % ${LEAP} = 0, event_no, NULL)) OVER before AS leap,
      max(iif(seq % ${FAR_LEAP} = 0, event_no, NULL)) OVER before AS far_leap
    FROM events WINDOW account AS (PARTITION BY account_no ORDER BY event_no),
      before AS (account ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  )
  WHERE seq <> expected OR prior_event_no IS NOT prior
    OR leap_event_no IS NOT iif(seq % ${LEAP} = 0, far_leap, leap)`;

const ORDERS_OFF = `
  SELECT account_no, order_no FROM (
    SELECT account_no, order_no, prior_order_no,
      lag(order_no) OVER (PARTITION BY account_no ORDER BY order_no) AS prior
    FROM orders
  ) WHERE prior_order_no IS NOT prior`;

const ENDS_OFF = `
  SELECT account_no FROM accounts
  LEFT JOIN (SELECT account_no, max(event_no) AS last_event FROM events GROUP BY account_no)
    USING (account_no)
  LEFT JOIN (SELECT account_no, max(order_no) AS last_order FROM orders GROUP BY account_no)
    USING (account_no)
  WHERE last_event_no IS NOT last_event OR last_order_no IS NOT last_order`;

interface EventOff {
  readonly event_no: number;
  readonly seq: number;
  readonly expected: number;
}

export function auditSequences({ books }: Audited, tally: Tally): void {
  for (const shard of books.shards) {
    tally.looked('I18', 'accounts', countOf(shard, 'accounts'));
    tally.looked('I18', 'events', countOf(shard, 'events'));
    tally.looked('I18', 'orders', countOf(shard, 'orders'));
    breaks<EventOff>(shard, EVENTS_OFF, (row) => {
      const { event_no, seq, expected } = row;
      const isNumbered = seq === expected;
      const chained = `event ${event_no} names a wrong one before it`;
      const numbered = `an event has number ${seq}, expected was ${expected}`;
      tally.broke('I18', isNumbered ? chained : numbered, row);
    });
    breaks<{ order_no: number }>(shard, ORDERS_OFF, (row) => {
      tally.broke('I18', `order ${row.order_no} names a wrong one before it`, row);
    });
    breaks<{ account_no: number }>(shard, ENDS_OFF, (row) => {
      tally.broke('I18', `account ${row.account_no} does not name its newest event or order`, row);
    });
  }
}

interface ChainedRow {
  readonly eventNo: number;
  readonly accountNo: number;
  readonly seq: number;
  readonly kind: string;
  readonly atMs: number;
  readonly orderNo: number | null;
  readonly detail: string;
  readonly hash: Uint8Array;
  readonly fillNo: number | null;
  readonly epoch: string;
  readonly execId: string;
  readonly lastQty: number;
  readonly lastPriceInCents: number;
  readonly feeInCents: number;
}

const CHAINED = `
  SELECT event_no AS eventNo, account_no AS accountNo, seq, kind, at_ms AS atMs,
    events.order_no AS orderNo, detail, hash, events.fill_no AS fillNo, epoch, exec_id AS execId,
    last_qty AS lastQty, last_price_in_cents AS lastPriceInCents, fee_in_cents AS feeInCents
  FROM events LEFT JOIN fills USING (fill_no) ORDER BY event_no`;

export function auditChain({ books }: Audited, tally: Tally): void {
  for (const shard of books.shards) {
    const anchors = books.anchors.filter((anchor) => anchor.shard === shard.name);
    auditShardChain(shard, new Anchors(anchors), tally);
  }
}

/** A break is told once, where it is: what follows is judged by the hashes as they stand. */
function auditShardChain(shard: Shard, anchors: Anchors, tally: Tally): void {
  let previous: Uint8Array = CHAIN_START;
  let link: HashedEvent[] = [];
  for (const row of shard.rows<ChainedRow>(CHAINED)) {
    const { eventNo, accountNo, seq, kind, hash } = row;
    const shown = { shard: shard.name, eventNo, accountNo, seq, kind };
    link.push(hashedOf(row));
    if (hash.length === 0) continue; // the link goes on
    const older = olderThanChain(previous, link, hash);
    for (let n = 0; n < older; n++) tally.looked('I22', 'events older than the chain');
    for (let n = older; n < link.length; n++) tally.looked('I22', 'events');
    if (older === 0 && !linkHash(previous, link).equals(hash)) {
      const said = `event ${eventNo} or what is before it is not what was written`;
      tally.broke('I22', said, shown);
    }
    const anchored = anchors.take(eventNo);
    if (anchored !== null) tally.looked('I22', 'anchors');
    if (anchored !== null && anchored !== Buffer.from(hash).toString('hex')) {
      const said = `event ${eventNo} is not the one that was anchored`;
      tally.broke('I22', said, { ...shown, anchored });
    }
    previous = hash;
    link = [];
  }
  const [open] = link;
  if (open !== undefined && previous.length > 0) {
    tally.broke('I22', `event ${open.eventNo} and what follows it has no hash`, { ...open });
  }
  for (const anchor of anchors.left()) {
    tally.broke('I22', `the anchored event ${anchor.eventNo} is gone`, anchor);
  }
}

/** Events of before the chain stand before its first link, which then has one event. */
function olderThanChain(previous: Uint8Array, link: readonly HashedEvent[], hash: Uint8Array) {
  if (previous.length > 0 || linkHash(previous, link).equals(hash)) return 0;
  return linkHash(previous, link.slice(-1)).equals(hash) ? link.length - 1 : 0;
}

function hashedOf(row: ChainedRow) {
  const { fillNo, epoch, execId, lastQty, lastPriceInCents, feeInCents } = row;
  const fill =
    fillNo === null ? null : { fillNo, epoch, execId, lastQty, lastPriceInCents, feeInCents };
  return { ...row, fill };
}

/** The anchored heads of one shard, by event. */
class Anchors {
  readonly #byEvent: Map<number, Anchor>;

  constructor(anchors: readonly Anchor[]) {
    this.#byEvent = new Map(anchors.map((anchor) => [anchor.eventNo, anchor]));
  }

  take(eventNo: number): string | null {
    const anchor = this.#byEvent.get(eventNo);
    this.#byEvent.delete(eventNo);
    return anchor?.hash ?? null;
  }

  left(): Iterable<Anchor> {
    return this.#byEvent.values();
  }
}

const KEYS_REPEATED = `
  SELECT user_id, idempotency_key, count(*) AS orders, min(id) AS first, max(id) AS last
  FROM orders JOIN accounts USING (account_no)
  GROUP BY account_no, idempotency_key HAVING count(*) > 1`;

export function auditKeys({ books, venueLog }: Audited, tally: Tally): void {
  for (const shard of books.shards) {
    tally.looked('I11', 'orders', countOf(shard, 'orders'));
    breaks<{ user_id: string; idempotency_key: string }>(shard, KEYS_REPEATED, (row) => {
      tally.broke('I11', `key ${row.idempotency_key} of ${row.user_id} has two orders`, row);
    });
  }
  if (venueLog === null) {
    tally.notJudged('I11', 'orders at the exchange: no exchange log');
    return;
  }
  for (const row of venueLog.repeatedOrders()) {
    tally.broke('I11', `order ${row.client_order_id} is at the exchange twice`, row);
  }
}
