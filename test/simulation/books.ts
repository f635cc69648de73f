// The broker's books as they stand on disk, compared with the exchange's own records and with
// themselves. Each finding is a sentence that names the order or the row.
import { join } from 'node:path';
import Database, { type Database as Db } from 'better-sqlite3';
import { reservationOf } from '../../src/domain/ledger.ts';
import type { Order } from '../../src/domain/order.ts';
import type { VenueOrder } from '../../src/exchange/port.ts';
import { FEES } from '../../src/limits.ts';
import { type OrderRow, orderFromRow } from '../../src/store/order-row.ts';
import { type BrokerSimulation, STRANGER } from './broker-simulation.ts';

const SHARDS = ['00', '01'];
const SELECT_ORDERS = `SELECT orders.*, user_id FROM orders JOIN accounts USING (account_no)
                       ORDER BY order_no`;

/** What each status of the exchange must have become here. */
const EXPECTED: Readonly<Record<VenueOrder['status'], readonly Order['status'][]>> = {
  open: ['submitted', 'partially_filled'],
  filled: ['filled'],
  cancelled: ['cancelled'],
  expired: ['expired'],
  rejected: ['failed', 'cancelled'], // ours when it came too late for us, and was asked to cancel
};

export class Books {
  readonly #broker: BrokerSimulation;

  constructor(broker: BrokerSimulation) {
    this.#broker = broker;
  }

  orders(): Order[] {
    return SHARDS.flatMap((shard) =>
      this.#inShard(shard, (db) => db.prepare<[], OrderRow>(SELECT_ORDERS).all().map(orderFromRow)),
    );
  }

  /** What is not settled, or not as the exchange has it (I6, I12, I14, I25). Empty at rest. */
  unsettled(): string[] {
    const orders = this.orders();
    const known = new Set(orders.map(({ id }) => id));
    const orphans = this.#broker.venue.records.flatMap((record) =>
      record.kind === 'order' &&
      record.clientOrderId !== STRANGER &&
      !known.has(record.clientOrderId)
        ? [`${record.clientOrderId} is known to the exchange alone`]
        : [],
    );
    return [...orphans, ...this.#disagreements(orders), ...this.#parked()];
  }

  /** What may never be, at rest or not (I1, I2, I3, I5, I18, I27). */
  broken(): string[] {
    return SHARDS.flatMap((shard) => this.#inShard(shard, brokenIn));
  }

  incidents(): string[] {
    return SHARDS.flatMap((shard) =>
      this.#inShard(shard, (db) =>
        db.prepare<[], string>('SELECT DISTINCT kind FROM incidents').pluck().all(),
      ),
    );
  }

  #disagreements(orders: readonly Order[]): string[] {
    const asked = orders.map(({ id }) => ({ clientOrderId: id, externalOrderId: null }));
    const answers = this.#broker.venue.run((engine) => engine.query(asked));
    return orders.flatMap((order, index) => {
      const answer = answers[index];
      const venue = answer?.outcome === 'found' ? answer.order : null;
      const expected = venue === null ? ['failed', 'cancelled'] : EXPECTED[venue.status];
      const cumQty = venue?.cumQty ?? 0;
      if (expected.includes(order.status) && order.cumQty === cumQty) return [];
      const ours = `${order.status} ${order.cumQty}`;
      return [`${order.id} is ${ours}, at the exchange ${venue?.status ?? 'unknown'} ${cumQty}`];
    });
  }

  #parked(): string[] {
    const path = join(this.#broker.directory, 'external-ids.db');
    return read(path, (db) =>
      db
        .prepare<[], { state: string; id: string }>(
          'SELECT state, external_order_id AS id FROM parked',
        )
        .all()
        .filter(({ id }) => !this.#isStrangers(id))
        .map(({ state, id }) => `an execution of ${id} is ${state}`),
    );
  }

  #isStrangers(externalOrderId: string): boolean {
    return this.#broker.venue.records.some(
      (record) =>
        record.kind === 'order' &&
        record.externalOrderId === externalOrderId &&
        record.clientOrderId === STRANGER,
    );
  }

  #inShard<Result>(shard: string, look: (db: Db) => Result): Result {
    return read(join(this.#broker.directory, 'orders', `shard-${shard}.db`), look);
  }
}

function read<Result>(path: string, look: (db: Db) => Result): Result {
  const db = new Database(path, { readonly: true });
  try {
    return look(db);
  } finally {
    db.close();
  }
}

/** Each lists the rows that break it. */
const MUST_BE_EMPTY: Readonly<Record<string, string>> = {
  'I1 unbalanced': 'SELECT tx_no FROM postings GROUP BY tx_no, asset HAVING sum(amount) <> 0',
  'I4 balance': `SELECT account_no, asset, account FROM balances AS b WHERE amount <>
    (SELECT sum(amount) FROM postings AS p WHERE p.account_no = b.account_no
     AND p.asset = b.asset AND p.account = b.account)`,
  'I5 fills': `SELECT orders.id FROM orders LEFT JOIN fills USING (order_no)
    GROUP BY orders.order_no HAVING cum_qty <> coalesce(sum(last_qty), 0)`,
  'I3 negative': 'SELECT * FROM balances WHERE account IN (1, 2) AND amount < 0',
  'I18 sequence': `SELECT account_no FROM events GROUP BY account_no
    HAVING max(seq) <> count(*) OR min(seq) <> 1`,
  'I27 ids': `SELECT later.id FROM orders AS later JOIN orders AS earlier
    ON earlier.order_no < later.order_no AND substr(earlier.id, 1, 6) = substr(later.id, 1, 6)
    AND earlier.id >= later.id`,
};

function brokenIn(db: Db): string[] {
  const found = Object.entries(MUST_BE_EMPTY).flatMap(([name, sql]) =>
    db
      .prepare(sql)
      .all()
      .map((row) => `${name}: ${JSON.stringify(row)}`),
  );
  return [...found, ...leakedReservations(db)];
}

/** I2: what is reserved is what the orders still need, to the cent. */
function leakedReservations(db: Db): string[] {
  const needed = new Map<string, number>();
  for (const row of db.prepare<[], OrderRow>(SELECT_ORDERS).all()) {
    const { asset, amount } = reservationOf(orderFromRow(row), FEES);
    const key = `${row.account_no}/${asset}`;
    needed.set(key, (needed.get(key) ?? 0) + amount);
  }
  const reserved = db
    .prepare<[], { key: string; amount: number }>(
      "SELECT account_no || '/' || asset AS key, amount FROM balances WHERE account = 2",
    )
    .all();
  return reserved
    .filter(({ key, amount }) => amount !== (needed.get(key) ?? 0))
    .map(({ key, amount }) => `I2 ${amount} reserved at ${key}, needed ${needed.get(key) ?? 0}`);
}
