// The event log of one shard: what a user's stream sends is what stands here. An event keeps only
// what its order's row lacks, the facts as they stood; reading joins the two again.
import type { Statement } from 'better-sqlite3';
import type { Order } from '../domain/order.ts';
import type {
  AccountEventKind,
  OrderEventKind,
  TradeEventKind,
  UserEvent,
} from '../domain/user-event.ts';
import { EVENT_WALK, type EventWalk } from './account-chain.ts';
import type { AccountStore, EventLink } from './account-store.ts';
import type { Db } from './database.ts';
import {
  type AccountDetail,
  accountAt,
  accountDetail,
  type ChangedTrade,
  type OrderDetail,
  type Origin,
  orderAt,
  orderDetail,
} from './event-detail.ts';
import { CHAIN_START, type HashedEvent, type HashedFill, linkHash } from './event-hash.ts';
import { type OrderRow, orderFromRow } from './order-row.ts';
import { RowBatch } from './row-batch.ts';

interface EventRow extends OrderRow {
  readonly seq: number;
  readonly kind: string;
  readonly at_ms: number;
  readonly detail: string;
  readonly event_order_no: number | null;
  readonly exec_id: string | null;
  readonly last_qty: number | null;
  readonly last_price_in_cents: number | null;
  readonly fill_fee: number | null;
}

/** The newest event of the file and its hash: what the next link is chained to. */
export interface ChainHead {
  readonly eventNo: number;
  readonly hash: Uint8Array;
}

const COLUMNS = [
  'event_no',
  'account_no',
  'seq',
  'kind',
  'at_ms',
  'order_no',
  'fill_no',
  'detail',
  'hash',
  'prior_event_no',
  'leap_event_no',
] as const;
const NO_HASH = new Uint8Array(0);
const AFTER = `${EVENT_WALK}
  SELECT orders.*, accounts.user_id, events.seq, events.kind, events.at_ms, events.detail,
         events.order_no AS event_order_no, fills.exec_id, fills.last_qty,
         fills.last_price_in_cents, fills.fee_in_cents AS fill_fee
  FROM walk
  JOIN events USING (event_no)
  JOIN accounts ON accounts.account_no = events.account_no
  LEFT JOIN orders ON orders.order_no = events.order_no
  LEFT JOIN fills ON fills.fill_no = events.fill_no
  WHERE walk.seq <= @through ORDER BY walk.seq`;

/** What an order event is about. */
export interface OrderEventAt {
  readonly accountNo: number;
  readonly orderNo: number;
  readonly fill: HashedFill | null;
  readonly changed: ChangedTrade | null;
  readonly origin: Origin;
}

/** Its number is also that of the transaction of the postings it causes. */
export interface AppendedEvent {
  readonly eventNo: number;
  /** In the account's sequence. */
  readonly seq: number;
}

/** An event of this turn, and where in its account's chain it stands. */
interface Added extends HashedEvent {
  readonly link: EventLink;
}

export class EventStore {
  readonly #accounts: AccountStore;
  readonly #flush: () => void;
  readonly #rows: RowBatch;
  /** Of this turn: the next link. */
  #added: Added[] = [];
  #lastNo: number;
  readonly #after: Statement<[EventWalk], EventRow>;
  #head: ChainHead;

  constructor(db: Db, accounts: AccountStore, flush: () => void) {
    this.#accounts = accounts;
    this.#flush = flush;
    this.#rows = new RowBatch(db, 'events', COLUMNS);
    this.#after = db.prepare(AFTER);
    const last = db
      .prepare<[], ChainHead>(
        'SELECT event_no AS eventNo, hash FROM events ORDER BY event_no DESC LIMIT 1',
      )
      .get();
    this.#head = last ?? { eventNo: 0, hash: CHAIN_START };
    this.#lastNo = this.#head.eventNo;
  }

  /** Of the newest event, of this turn too. */
  get lastNo(): number {
    return this.#lastNo;
  }

  get head(): ChainHead {
    return this.#head;
  }

  appendOrder(
    at: OrderEventAt,
    kind: OrderEventKind | TradeEventKind,
    order: Order,
  ): AppendedEvent {
    const { accountNo, orderNo, fill } = at;
    const detail = orderDetail(order, at.origin, at.changed);
    return this.#add({ accountNo, kind, atMs: order.updatedAtMs, orderNo, detail, fill });
  }

  appendAccount(
    accountNo: number,
    kind: AccountEventKind,
    atMs: number,
    balances: AccountDetail,
  ): AppendedEvent {
    const detail = accountDetail(balances);
    return this.#add({ accountNo, kind, atMs, orderNo: null, detail, fill: null });
  }

  flush(): void {
    if (this.#added.length === 0) return;
    // Whoever audits cannot tell events of before the chain from those of its first link.
    const isFirstLink = this.#head.hash.length === 0 && this.#head.eventNo > 0;
    if (isFirstLink) this.#link(this.#added.splice(0, 1));
    this.#link(this.#added);
    this.#added = [];
    this.#rows.flush();
  }

  readAfter(accountNo: number, seq: number, max: number): UserEvent[] {
    this.#flush();
    return this.#after.all({ accountNo, after: seq, through: seq + max }).map(eventFromRow);
  }

  /** A rollback rebuilds the shard, and with it the head. */
  #add(event: Omit<HashedEvent, 'eventNo' | 'seq'>): AppendedEvent {
    this.#lastNo++;
    const { accountNo, kind, atMs, orderNo, detail, fill } = event;
    const eventNo = this.#lastNo;
    const link = this.#accounts.linkEvent(accountNo, eventNo);
    const { seq } = link;
    // No spread: one for each event took longer than writing its row.
    this.#added.push({ eventNo, accountNo, seq, kind, atMs, orderNo, detail, fill, link });
    return { eventNo, seq };
  }

  #link(events: readonly Added[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    const hash = linkHash(this.#head.hash, events);
    for (const event of events) {
      const { eventNo, accountNo, seq, kind, atMs, orderNo, detail, fill } = event;
      const { priorEventNo, leapEventNo } = event.link;
      const own = event === last ? hash : NO_HASH;
      const fillNo = fill?.fillNo ?? null;
      this.#rows.add(
        eventNo,
        accountNo,
        seq,
        kind,
        atMs,
        orderNo,
        fillNo,
        detail,
        own,
        priorEventNo,
        leapEventNo,
      );
    }
    this.#head = { eventNo: last.eventNo, hash };
  }
}

function eventFromRow(row: EventRow): UserEvent {
  const { seq, at_ms: atMs } = row;
  if (row.event_order_no === null) {
    const account = accountAt(row.user_id, row.detail);
    return { topic: 'account', seq, kind: row.kind as AccountEventKind, atMs, account };
  }
  const detail = JSON.parse(row.detail) as OrderDetail;
  const order = orderAt(orderFromRow(row), detail, atMs);
  const trade = tradeOf(row, detail);
  if (trade === null) return { topic: 'order', seq, kind: row.kind as OrderEventKind, atMs, order };
  return { topic: 'trade', seq, kind: row.kind as TradeEventKind, atMs, order, ...trade };
}

function tradeOf(row: EventRow, detail: OrderDetail): ChangedTrade | null {
  if (detail.trade !== undefined) return detail.trade;
  const { exec_id: execId, last_qty: lastQty, last_price_in_cents: lastPriceInCents } = row;
  if (execId === null || lastQty === null || lastPriceInCents === null) return null;
  return { execId, lastQty, lastPriceInCents, feeInCents: row.fill_fee ?? 0, previous: null };
}
