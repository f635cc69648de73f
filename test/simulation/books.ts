// The broker's books as they stand on disk, compared with the exchange's own records and with
// themselves. Each finding is a sentence that names the order or the row.
import { join } from 'node:path';
import Database, { type Database as Db } from 'better-sqlite3';
import { judge } from '../../src/audit/audit.ts';
import { Books as AuditedBooks } from '../../src/audit/books.ts';
import { HOUSE_USER_ID } from '../../src/domain/ids.ts';
import type { Order } from '../../src/domain/order.ts';
import type { VenueOrder } from '../../src/exchange/port.ts';
import { type OrderRow, orderFromRow } from '../../src/store/order-row.ts';
import { venueLogOf } from '../audit/books-on-disk.ts';
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

  /**
   * What may never be: all that the auditor judges beside a running broker or, when everything has
   * come to rest, in one that is `settled`.
   */
  broken({ settled } = { settled: false }): string[] {
    const { directory } = this.#broker;
    const books = new AuditedBooks(directory);
    const venueLog = venueLogOf(this.#broker, books);
    const { verdicts } = judge(directory, { books, venueLog, settled });
    venueLog.close();
    books.close();
    const found = verdicts.flatMap(({ invariant, first }) =>
      first === null ? [] : [`${invariant}: ${first.sentence} ${JSON.stringify(first.row)}`],
    );
    const falling = SHARDS.flatMap((shard) =>
      this.#inShard(shard, (db) => db.prepare<[], string>(IDS_THAT_FALL).pluck().all()),
    );
    return [...found, ...falling.map((id) => `I27: ${id} is not above those before it`)];
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
      if (order.userId === HOUSE_USER_ID) {
        return order.isOpen ? [`${order.id} of the house is ${order.status}`] : [];
      }
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

/** Ids rise whatever the clock does (I27). */
const IDS_THAT_FALL = `
  SELECT later.id FROM orders AS later JOIN orders AS earlier
    ON earlier.order_no < later.order_no AND substr(earlier.id, 1, 6) = substr(later.id, 1, 6)
    AND earlier.id >= later.id`;
