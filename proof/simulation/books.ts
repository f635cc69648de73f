// The broker's books as they stand on disk, compared with the exchange's own records and with
// themselves. Each finding is a sentence that names the order or the row.
import { judge } from '../../src/audit/audit.ts';
import { Books as AuditedBooks } from '../../src/audit/books.ts';
import { VenueLog } from '../../src/audit/venue-log.ts';
import { HOUSE_USER_ID } from '../../src/domain/ids.ts';
import type { Order } from '../../src/domain/order.ts';
import type { VenueOrder } from '../../src/exchange/port.ts';
import { pathsOf } from '../../src/store/data-directory.ts';
import { type Db, openReadOnly } from '../../src/store/database.ts';
import { type OrderRow, orderFromRow } from '../../src/store/order-row.ts';
import { brokenSentences } from '../broken-sentences.ts';
import type { BrokerSimulation } from './broker-simulation.ts';
import { STRANGER } from './simulated-venue.ts';

const SELECT_ORDERS = `SELECT orders.*, user_id FROM orders JOIN accounts USING (account_no)
                       ORDER BY order_no`;
const IN_THE_MIDDLE = `SELECT count(*) FROM orders WHERE status IN ('pending', 'pending_cancel')`;
/** Ids rise whatever the clock does (I27). */
const IDS_THAT_FALL = `
  SELECT later.id FROM orders AS later JOIN orders AS earlier
    ON earlier.order_no = (
      SELECT max(order_no) FROM orders AS other WHERE other.order_no < later.order_no
        AND substr(other.id, 1, 6) = substr(later.id, 1, 6))
    AND earlier.id >= later.id`;

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
    return this.#inShards((db) => db.prepare<[], OrderRow>(SELECT_ORDERS).all().map(orderFromRow));
  }

  incidents(): string[] {
    return this.#inShards((db) =>
      db.prepare<[], string>('SELECT DISTINCT kind FROM incidents').pluck().all(),
    );
  }

  /** The same as whether `unsettled` finds nothing, at less cost while it finds something. */
  areSettled(): boolean {
    const inTheMiddle = this.#inShards((db) => [count(db, IN_THE_MIDDLE)]);
    return inTheMiddle.every((orders) => orders === 0) && this.unsettled().length === 0;
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
    const report = judge(directory, { books, venueLog, settled });
    venueLog.close();
    books.close();
    const falling = this.#inShards((db) => db.prepare<[], string>(IDS_THAT_FALL).pluck().all());
    return [
      ...brokenSentences(report),
      ...falling.map((id) => `I27: ${id} is not above those before it`),
    ];
  }

  #disagreements(orders: readonly Order[]): string[] {
    const asked = orders.map(({ id }) => ({ clientOrderId: id, externalOrderId: null }));
    const answers = this.#broker.venue.venue.run((engine) => engine.query(asked));
    return orders.flatMap((order, index) => {
      if (order.userId === HOUSE_USER_ID) {
        return order.isOpen ? [`${order.id} of the house is ${order.status}`] : [];
      }
      const answer = answers[index];
      return this.#disagreement(order, answer?.outcome === 'found' ? answer.order : null);
    });
  }

  #disagreement(order: Order, venue: VenueOrder | null): string[] {
    if (venue === null && this.#isOfLostBook(order)) {
      return order.isOpen ? [`${order.id} is ${order.status}, its book is lost`] : [];
    }
    const expected = venue === null ? ['failed', 'cancelled'] : EXPECTED[venue.status];
    const cumQty = venue?.cumQty ?? 0;
    if (expected.includes(order.status) && order.cumQty === cumQty) return [];
    const ours = `${order.status} ${order.cumQty}`;
    return [`${order.id} is ${ours}, at the exchange ${venue?.status ?? 'unknown'} ${cumQty}`];
  }

  /** What it traded is for the auditor, who has the log of all epochs. */
  #isOfLostBook({ id, venueEpoch }: Order): boolean {
    const { epoch, records } = this.#broker.venue;
    if (venueEpoch !== null) return venueEpoch !== epoch;
    return records.some((record) => record.kind === 'order' && record.clientOrderId === id);
  }

  #parked(): string[] {
    const rows = read(pathsOf(this.#broker.directory).externalIds, (db) =>
      db
        .prepare<[], { state: string; id: string }>(
          'SELECT state, external_order_id AS id FROM parked',
        )
        .all(),
    );
    return rows
      .filter(({ id }) => !this.#isStrangers(id))
      .map(({ state, id }) => `an execution of ${id} is ${state}`);
  }

  #isStrangers(externalOrderId: string): boolean {
    return this.#broker.venue.records.some(
      (record) =>
        record.kind === 'order' &&
        record.externalOrderId === externalOrderId &&
        record.clientOrderId === STRANGER,
    );
  }

  #inShards<Row>(look: (db: Db) => Row[]): Row[] {
    return this.#broker.shardPaths.flatMap((path) => read(path, look));
  }
}

/** All that the exchange of a simulation has written down. */
export function venueLogOf({ venue }: BrokerSimulation, books: AuditedBooks): VenueLog {
  const log = new VenueLog('simulation', books.feed);
  for (const record of venue.records) log.take(record);
  log.seal();
  return log;
}

function count(db: Db, sql: string): number {
  return db.prepare<[], number>(sql).pluck().get() ?? 0;
}

function read<Result>(path: string, look: (db: Db) => Result): Result {
  const db = openReadOnly(path);
  try {
    return look(db);
  } finally {
    db.close();
  }
}
