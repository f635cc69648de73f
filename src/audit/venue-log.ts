// The exchange's own log, sorted so that it can be asked. It lies in a scratch file, not in memory.
import type { LogRecord } from '../exchange/simulator/log-record.ts';
import type { Db } from '../store/database.ts';
import type { FeedMark } from '../store/external-ids-store.ts';
import { openScratch } from '../store/file-snapshot.ts';

export interface VenueOrderRow {
  readonly log_no: number;
  readonly epoch: string;
  readonly client_order_id: string;
  readonly external_order_id: string;
  readonly symbol: string;
  readonly side: string;
  readonly time_in_force: string;
  readonly price_in_cents: number;
  readonly num_shares: number;
  readonly at_ms: number;
  readonly refused: number;
}

export interface VenueExecutionRow {
  readonly log_no: number;
  readonly epoch: string;
  readonly seq: number;
  readonly kind: string;
  readonly exec_id: string;
  readonly client_order_id: string;
  readonly external_order_id: string;
  readonly symbol: string;
  readonly side: string;
  readonly cum_qty: number;
  readonly last_qty: number | null;
  readonly last_price_in_cents: number | null;
  readonly exec_ref: string | null;
  readonly exchange_at_ms: number;
}

const TABLES = `
  CREATE TABLE orders (
    log_no INTEGER PRIMARY KEY, epoch, client_order_id, external_order_id, symbol, side,
    time_in_force, price_in_cents, num_shares, at_ms, refused
  );
  CREATE TABLE executions (
    log_no INTEGER PRIMARY KEY, epoch, seq, kind, exec_id, client_order_id, external_order_id,
    symbol, side, cum_qty, last_qty, last_price_in_cents, exec_ref, exchange_at_ms
  );`;
const INDEXES = `
  CREATE INDEX orders_by_client ON orders (client_order_id);
  CREATE INDEX executions_by_id ON executions (exec_id, epoch);
  CREATE INDEX executions_by_order ON executions (client_order_id, seq);`;
const INSERT_ORDER = `INSERT INTO orders VALUES (@logNo, @epoch, @clientOrderId, @externalOrderId,
  @symbol, @side, @timeInForce, @priceInCents, @numShares, @atMs, @refused)`;
const INSERT_EXECUTION = `INSERT INTO executions VALUES (@logNo, @epoch, @seq, @execKind, @execId,
  @clientOrderId, @externalOrderId, @symbol, @side, @cumQty, @lastQty, @lastPriceInCents, @execRef,
  @exchangeAtMs)`;

/** Taken in record by record, then `seal`ed, and only then asked. */
/** How far the broker has come in the feed: in the present epoch, and in those that are over. */
export interface FeedReach {
  readonly watermark: FeedMark | null;
  readonly leftAt: ReadonlyMap<string, number>;
}

export class VenueLog {
  /** Where it came from. */
  readonly source: string;
  readonly #db: Db;
  readonly #insertOrder;
  readonly #insertExecution;
  #logNo = 0;
  #epoch = '';
  readonly #epochs = new Set<string>();
  /** The records up to the watermark: what the broker must have booked. */
  #settledUpTo = 0;
  readonly #feed: FeedReach;

  constructor(source: string, feed: FeedReach) {
    this.source = source;
    this.#feed = feed;
    this.#db = openScratch(TABLES);
    this.#insertOrder = this.#db.prepare(INSERT_ORDER);
    this.#insertExecution = this.#db.prepare(INSERT_EXECUTION);
    this.#db.exec('BEGIN');
  }

  take(record: LogRecord): void {
    const logNo = ++this.#logNo;
    if (record.kind === 'epoch') {
      this.#epoch = record.epoch;
      this.#epochs.add(record.epoch);
    }
    if (record.kind === 'order' || record.kind === 'refusal') {
      const refused = record.kind === 'refusal' ? 1 : 0;
      this.#insertOrder.run({ ...record, logNo, refused, epoch: this.#epoch });
    }
    if (record.kind !== 'execution') return;
    const { epoch, seq } = this.#feed.watermark ?? { epoch: null, seq: 0 };
    if (record.epoch === epoch && record.seq <= seq) this.#settledUpTo = logNo;
    if (record.execKind !== 'accepted') this.#insertExecution.run({ ...record, logNo });
  }

  seal(): void {
    this.#db.exec(INDEXES);
    this.#db.exec('COMMIT');
  }

  /** Number of the last record that lies at or below the broker's watermark. */
  get settledUpTo(): number {
    return this.#settledUpTo;
  }

  /** The exchange's present epoch: what is of another was lost with its book. */
  get epoch(): string {
    return this.#epoch;
  }

  /** False for an epoch of another exchange, or of a log that is gone: it can prove nothing. */
  tellsOf(epoch: string): boolean {
    return this.#epochs.has(epoch);
  }

  /**
   * What the broker can never hear of: the book was lost before it had read so far (E41). Always
   * false for an epoch of which the broker has not kept how far it had come.
   */
  isUntold({ epoch, seq }: { readonly epoch: string; readonly seq: number }): boolean {
    const leftAt = this.#feed.leftAt.get(epoch);
    return epoch !== this.#epoch && leftAt !== undefined && seq > leftAt;
  }

  /** Whether the broker has kept how far it had come in this epoch, which is over. */
  hasLeft(epoch: string): boolean {
    return epoch !== this.#epoch && this.#feed.leftAt.has(epoch);
  }

  orders(): IterableIterator<VenueOrderRow> {
    return this.#rows<VenueOrderRow>('SELECT * FROM orders ORDER BY log_no');
  }

  executions(): IterableIterator<VenueExecutionRow> {
    return this.#rows<VenueExecutionRow>('SELECT * FROM executions ORDER BY log_no');
  }

  repeatedOrders() {
    return this.#rows<{ client_order_id: string; orders: number }>(
      `SELECT client_order_id, count(*) AS orders FROM orders
       GROUP BY client_order_id HAVING count(*) > 1`,
    );
  }

  finder(): VenueFinder {
    return new VenueFinder(this.#db);
  }

  close(): void {
    this.#db.close();
  }

  #rows<Row>(sql: string): IterableIterator<Row> {
    return this.#db.prepare<[], Row>(sql).iterate();
  }
}

/** Answers by id. */
export class VenueFinder {
  readonly #execution;
  readonly #byClient;
  readonly #life;

  constructor(db: Db) {
    this.#execution = db.prepare<[string, string], VenueExecutionRow>(
      'SELECT * FROM executions WHERE exec_id = ? AND epoch = ?',
    );
    this.#byClient = db.prepare<[string], VenueOrderRow>(
      'SELECT * FROM orders WHERE client_order_id = ? ORDER BY log_no',
    );
    this.#life = db.prepare<[string], VenueLife>(
      `SELECT coalesce(max(cum_qty), 0) AS cumMax, coalesce(max(seq), 0) AS lastSeq,
         coalesce(max(cum_qty) FILTER (WHERE later IS NULL), 0) AS cum,
         max(kind) FILTER (WHERE kind IN ('cancelled', 'expired', 'rejected')) AS ended
       FROM (
         SELECT cum_qty, kind, seq, lead(seq) OVER (ORDER BY seq) AS later
         FROM executions WHERE client_order_id = ?
       )`,
    );
  }

  execution(epoch: string, execId: string): VenueExecutionRow | null {
    return this.#execution.get(execId, epoch) ?? null;
  }

  order(clientOrderId: string): VenueOrderRow | null {
    return this.#byClient.get(clientOrderId) ?? null;
  }

  /** What has become of an order that the exchange took. */
  lifeOf({ client_order_id: id }: VenueOrderRow): VenueLife {
    return this.#life.get(id) ?? { cum: 0, cumMax: 0, ended: null, lastSeq: 0 };
  }
}

export interface VenueLife {
  /** Shares traded, in the end and at the most: a bust takes some back. */
  readonly cum: number;
  readonly cumMax: number;
  readonly ended: 'cancelled' | 'expired' | 'rejected' | null;
  /** Of the last thing that the feed said about it. */
  readonly lastSeq: number;
}
