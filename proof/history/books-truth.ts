// What the books say happened, user by user: the log of events as clients see them, and which key
// made what. Read from the files themselves, beside whoever writes them.
import type { Order } from '../../src/domain/order.ts';
import type { UserEvent } from '../../src/domain/user-event.ts';
import { accountJson, orderJson } from '../../src/gateway/json.ts';
import { AccountStore } from '../../src/store/account-store.ts';
import { type Db, openReadOnly } from '../../src/store/database.ts';
import { EventStore } from '../../src/store/event-store.ts';
import { type OrderRow, orderFromRow } from '../../src/store/order-row.ts';
import { orderStories } from './order-stories.ts';

export type Shown = Readonly<Record<string, unknown>>;

/** A state that something had from the event `seq` on, until the next one of its kind. */
export interface Version {
  readonly seq: number;
  readonly shown: Shown;
}

export interface KeyedOrder {
  readonly orderId: string;
  /** What the client had asked for, in the words of `POST /order`. */
  readonly terms: Shown;
}

export interface KeyedDeposit {
  readonly asset: string;
  /** Negative: a withdrawal. */
  readonly amount: number;
}

export interface UserTruth {
  readonly userId: string;
  readonly events: readonly UserEvent[];
  readonly orders: readonly Order[];
  /** By idempotency key. */
  readonly ordersByKey: ReadonlyMap<string, KeyedOrder>;
  readonly depositsByKey: ReadonlyMap<string, KeyedDeposit>;
  /** By order id, oldest first; the first is its creation. */
  readonly versionsByOrder: ReadonlyMap<string, readonly Version[]>;
  /** Oldest first; the first is from before anything had happened. */
  readonly accountVersions: readonly Version[];
}

interface AccountRow {
  readonly accountNo: number;
  readonly userId: string;
}

const ORDERS = `
  SELECT orders.*, user_id FROM orders JOIN accounts USING (account_no) ORDER BY order_no`;
const DEPOSITS = 'SELECT deposit_id AS id, asset, amount FROM deposits WHERE account_no = ?';
const EVENTS_MAX = 10_000_000;

/** Of every user with an account in these files. */
export function readTruth(shardPaths: readonly string[]): Map<string, UserTruth> {
  const truths = new Map<string, UserTruth>();
  for (const path of shardPaths) {
    const db = openReadOnly(path);
    try {
      db.transaction(() => readShard(db, truths))();
    } finally {
      db.close();
    }
  }
  return truths;
}

function readShard(db: Db, truths: Map<string, UserTruth>): void {
  const store = new EventStore(db, new AccountStore(db, 1), () => undefined);
  const orders = ordersByUser(db);
  const deposits = db.prepare<[number], KeyedDeposit & { id: string }>(DEPOSITS);
  const accounts = db.prepare<[], AccountRow>(
    'SELECT account_no AS accountNo, user_id AS userId FROM accounts',
  );
  for (const { accountNo, userId } of accounts.all()) {
    const events = store.readAfter(accountNo, 0, EVENTS_MAX);
    const own = orders.get(userId) ?? [];
    truths.set(userId, {
      userId,
      events,
      orders: own,
      ordersByKey: new Map(own.map((order) => [order.idempotencyKey, keyedOf(order)])),
      depositsByKey: new Map(deposits.all(accountNo).map(({ id, ...deposit }) => [id, deposit])),
      versionsByOrder: orderVersions(events),
      accountVersions: accountVersions(userId, events),
    });
  }
}

/** All at once: they have no index by account. */
function ordersByUser(db: Db): Map<string, Order[]> {
  const byUser = new Map<string, Order[]>();
  for (const row of db.prepare<[], OrderRow>(ORDERS).iterate()) {
    const own = byUser.get(row.user_id);
    if (own === undefined) byUser.set(row.user_id, [orderFromRow(row)]);
    else own.push(orderFromRow(row));
  }
  return byUser;
}

function keyedOf(order: Order): KeyedOrder {
  const { id, side: position, symbol, orderType: type, timeInForce } = order;
  const { priceInCents, numShares } = order;
  const terms = { position, symbol, type, timeInForce, priceInCents, numShares };
  return { orderId: id, terms };
}

function orderVersions(events: readonly UserEvent[]): Map<string, Version[]> {
  const versions = new Map<string, Version[]>();
  for (const [orderId, story] of orderStories(events)) {
    versions.set(
      orderId,
      story.map(({ seq, order }) => ({ seq, shown: orderJson(order) })),
    );
  }
  return versions;
}

function accountVersions(userId: string, events: readonly UserEvent[]): Version[] {
  const nothing = { cashInCents: 0, reservedInCents: 0, buyingPowerInCents: 0 };
  const versions: Version[] = [
    { seq: 0, shown: accountJson({ userId, ...nothing, tradingState: 'active' }) },
  ];
  for (const event of events) {
    if (event.topic !== 'account') continue;
    versions.push({ seq: event.seq, shown: accountJson(event.account) });
  }
  return versions;
}
