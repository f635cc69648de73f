// external-ids.db: whose order an external id is, the executions that wait for an owner, and how
// far the execution feed has been settled. One writer: the trade-processor, inside the transaction
// of its turn.
import type { Statement } from 'better-sqlite3';
import type { Execution } from '../domain/execution.ts';
import { type Db, openDatabase } from './database.ts';
import { Recent } from './recent.ts';
import { RowBatch } from './row-batch.ts';
import { TurnTransaction } from './transaction.ts';

export const EXTERNAL_IDS_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE epochs (
    id INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE mappings (
    epoch_id INTEGER NOT NULL REFERENCES epochs,
    external_order_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    PRIMARY KEY (epoch_id, external_order_id)
  ) STRICT, WITHOUT ROWID;

  -- The order's executions lie together; the execId makes a repeated frame harmless.
  CREATE TABLE parked (
    epoch_id INTEGER NOT NULL REFERENCES epochs,
    external_order_id TEXT NOT NULL,
    exec_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('parked', 'routed', 'quarantined')),
    order_id TEXT,
    error TEXT,
    parked_at_ms INTEGER NOT NULL,
    execution TEXT NOT NULL,
    PRIMARY KEY (epoch_id, external_order_id, exec_id),
    CHECK ((state = 'parked') = (order_id IS NULL)),
    CHECK ((state = 'quarantined') = (error IS NOT NULL))
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE feed_position (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- How far an epoch's feed had been taken when the next one began; null for the present one.
  ALTER TABLE epochs ADD COLUMN left_at_seq INTEGER;
  `,
];

/** Stands for an order id where an external id is nobody's: the house books its trades (E22). */
export const HOUSE = 'house';

export type MapResult = 'mapped' | 'already_mapped' | 'conflict';

export interface FeedMark {
  readonly epoch: string;
  readonly seq: number;
}

/** Executions of one order that were routed to its shard, which has not acknowledged them yet. */
export interface RoutedOrder {
  readonly orderId: string;
  readonly epoch: string;
  readonly externalOrderId: string;
  readonly executions: readonly Execution[];
}

/** What is parked under one external id. */
export interface ParkedOrder {
  readonly epoch: string;
  readonly externalOrderId: string;
  readonly executions: number;
  readonly parkedAtMs: number;
}

export interface ParkedCounts {
  readonly parked: number;
  readonly quarantined: number;
  readonly oldestParkedAtMs: number | null;
  readonly newestParkedAtMs: number | null;
}

export interface ExternalIdsOptions {
  readonly path: string;
  readonly changesPerCheckpoint: number;
  readonly recentMappings: number;
}

export class ExternalIdsStore {
  readonly transaction: TurnTransaction;
  readonly #epochIds = new Map<string, number>();
  /** An execution mostly follows its order within seconds. */
  readonly #recent: Recent<string>;
  /** Where something is parked; others need not be looked up. */
  readonly #parkedUnder = new Set<string>();
  readonly #mappings: RowBatch;
  readonly #insertEpoch: Statement;
  readonly #selectOrderId: Statement;
  readonly #mapToHouse: Statement;
  readonly #insertParked: Statement;
  readonly #selectParkedOf: Statement;
  readonly #routeParkedOf: Statement;
  readonly #selectRouted: Statement;
  readonly #selectQuarantined: Statement;
  readonly #deleteRouted: Statement;
  readonly #selectCounts: Statement;
  readonly #selectParkedBefore: Statement;
  readonly #selectPosition: Statement;
  readonly #savePosition: Statement;
  readonly #leaveEpoch: Statement;
  readonly #close: () => void;

  constructor({ path, changesPerCheckpoint, recentMappings }: ExternalIdsOptions) {
    const db = openDatabase(path, {
      synchronous: 'FULL',
      migrations: EXTERNAL_IDS_MIGRATIONS,
      changesPerCheckpoint,
    });
    this.transaction = new TurnTransaction(db, changesPerCheckpoint, () => this.#flush());
    this.#recent = new Recent(recentMappings);
    this.#close = () => this.transaction.close();
    this.#insertEpoch = db.prepare('INSERT INTO epochs (epoch) VALUES (?) RETURNING id').pluck();
    this.#selectOrderId = db
      .prepare('SELECT order_id FROM mappings WHERE epoch_id = ? AND external_order_id = ?')
      .pluck();
    this.#mappings = new RowBatch(db, 'mappings', MAPPING_COLUMNS);
    this.#mapToHouse = db.prepare(MAP_TO_HOUSE);
    this.#insertParked = db.prepare(INSERT_PARKED);
    this.#selectParkedOf = db.prepare(`${SELECT_PARKED_OF} AND state = 'parked' ORDER BY seq`);
    this.#routeParkedOf = db.prepare(ROUTE_PARKED_OF);
    this.#selectRouted = db.prepare(SELECT_ROUTED);
    this.#selectQuarantined = db.prepare(SELECT_QUARANTINED).pluck();
    this.#deleteRouted = db.prepare(DELETE_ROUTED);
    this.#selectCounts = db.prepare(SELECT_COUNTS);
    this.#selectParkedBefore = db.prepare(SELECT_PARKED_BEFORE);
    this.#selectPosition = db.prepare('SELECT epoch, seq FROM feed_position');
    this.#leaveEpoch = db.prepare('UPDATE epochs SET left_at_seq = ? WHERE id = ?');
    this.#savePosition = db.prepare(
      'INSERT INTO feed_position VALUES (1, :epoch, :seq) ' +
        'ON CONFLICT DO UPDATE SET epoch = :epoch, seq = :seq',
    );
    this.#readEpochs(db);
    for (const row of db.prepare(SELECT_PARKED_UNDER).all() as MappingKey[]) {
      this.#parkedUnder.add(keyOf(row.epoch_id, row.external_order_id));
    }
  }

  orderIdOf(epoch: string, externalOrderId: string): string | null {
    const epochId = this.#epochIds.get(epoch);
    if (epochId === undefined) return null;
    const recent = this.#recent.get(keyOf(epochId, externalOrderId));
    if (recent !== undefined) return recent;
    return (this.#selectOrderId.get(epochId, externalOrderId) as string | undefined) ?? null;
  }

  /** Never overwrites: an external id that belongs to another order is a conflict. */
  map(epoch: string, externalOrderId: string, orderId: string): MapResult {
    const known = this.orderIdOf(epoch, externalOrderId);
    if (known !== null) return known === orderId ? 'already_mapped' : 'conflict';
    const epochId = this.#epochId(epoch);
    this.#mappings.add(epochId, externalOrderId, orderId);
    this.#recent.set(keyOf(epochId, externalOrderId), orderId);
    return 'mapped';
  }

  /** The shard of the order it was mapped to has no such order (E22). */
  giveToHouse(epoch: string, externalOrderId: string): void {
    this.#mappings.flush();
    const epochId = this.#epochId(epoch);
    this.#mapToHouse.run(epochId, externalOrderId);
    this.#recent.set(keyOf(epochId, externalOrderId), HOUSE);
  }

  park(execution: Execution, atMs: number): void {
    this.#keep(execution, { state: 'parked', orderId: null, error: null, atMs });
    const { epoch, externalOrderId } = execution;
    this.#parkedUnder.add(keyOf(this.#epochId(epoch), externalOrderId));
  }

  /** Marks what is parked under that external id as routed, and gives it in feed order. */
  route(epoch: string, externalOrderId: string, orderId: string): Execution[] {
    const epochId = this.#epochIds.get(epoch);
    if (epochId === undefined) return [];
    if (!this.#parkedUnder.delete(keyOf(epochId, externalOrderId))) return [];
    const rows = this.#selectParkedOf.all(epochId, externalOrderId) as ExecutionRow[];
    if (rows.length > 0) this.#routeParkedOf.run(orderId, epochId, externalOrderId);
    return rows.map(executionOf);
  }

  /** Keeps an execution that is on its way to its shard, so that it survives without the feed. */
  keepRouted(execution: Execution, orderId: string, atMs: number): void {
    this.#keep(execution, { state: 'routed', orderId, error: null, atMs });
  }

  /** The shard has booked it. */
  forgetRouted(execution: Execution): void {
    const { epoch, externalOrderId, execId } = execution;
    this.#deleteRouted.run(this.#epochId(epoch), externalOrderId, execId);
  }

  /** In feed order within an order. */
  routedOrders(): RoutedOrder[] {
    const byOrder = new Map<string, { orderId: string; executions: Execution[] }>();
    for (const row of this.#selectRouted.all() as RoutedRow[]) {
      const key = `${row.epoch_id}/${row.external_order_id}`;
      const routed = byOrder.get(key) ?? { orderId: row.order_id, executions: [] };
      routed.executions.push(executionOf(row));
      byOrder.set(key, routed);
    }
    return [...byOrder.values()].map(({ orderId, executions }) => ({
      orderId,
      epoch: executions[0]?.epoch ?? '',
      externalOrderId: executions[0]?.externalOrderId ?? '',
      executions,
    }));
  }

  quarantine(execution: Execution, orderId: string, error: string, atMs: number): void {
    this.#keep(execution, { state: 'quarantined', orderId, error, atMs });
  }

  isQuarantined({ epoch, externalOrderId, execId }: Execution): boolean {
    const epochId = this.#epochIds.get(epoch);
    if (epochId === undefined) return false;
    return this.#selectQuarantined.get(epochId, externalOrderId, execId) !== undefined;
  }

  /** Those that have waited since `beforeMs` or longer, the longest first. */
  parkedBefore(beforeMs: number, max: number): ParkedOrder[] {
    return this.#selectParkedBefore.all(beforeMs, max) as ParkedOrder[];
  }

  parkedCounts(): ParkedCounts {
    return this.#selectCounts.get() as ParkedCounts;
  }

  position(): FeedMark | null {
    return (this.#selectPosition.get() as FeedMark | undefined) ?? null;
  }

  savePosition({ epoch, seq }: FeedMark): void {
    this.#savePosition.run({ epoch, seq });
  }

  /** The exchange has begun another epoch: nothing above this will ever be told of the old one. */
  leaveEpoch({ epoch, seq }: FeedMark): void {
    this.#leaveEpoch.run(seq, this.#epochId(epoch));
  }

  #flush(): void {
    this.#mappings.flush();
    this.#recent.forgetSome();
  }

  close(): void {
    this.#close();
  }

  #keep(execution: Execution, { state, orderId, error, atMs }: ParkedAs): void {
    const { epoch, externalOrderId, execId, seq } = execution;
    const epochId = this.#epochId(epoch);
    const json = JSON.stringify(execution);
    this.#insertParked.run(
      epochId,
      externalOrderId,
      execId,
      seq,
      state,
      orderId,
      error,
      atMs,
      json,
    );
  }

  #epochId(epoch: string): number {
    const known = this.#epochIds.get(epoch);
    if (known !== undefined) return known;
    const id = this.#insertEpoch.get(epoch) as number;
    this.#epochIds.set(epoch, id); // a rollback rebuilds the actor, and with it this map
    return id;
  }

  #readEpochs(db: Db): void {
    const rows = db.prepare('SELECT id, epoch FROM epochs').all() as EpochRow[];
    for (const { id, epoch } of rows) this.#epochIds.set(epoch, id);
  }
}

/** Why an execution is kept. */
interface ParkedAs {
  readonly state: 'parked' | 'routed' | 'quarantined';
  readonly orderId: string | null;
  readonly error: string | null;
  readonly atMs: number;
}

const MAPPING_COLUMNS = ['epoch_id', 'external_order_id', 'order_id'] as const;

interface MappingKey {
  readonly epoch_id: number;
  readonly external_order_id: string;
}

function keyOf(epochId: number, externalOrderId: string): string {
  return `${epochId} ${externalOrderId}`;
}

interface EpochRow {
  readonly id: number;
  readonly epoch: string;
}

interface ExecutionRow {
  readonly execution: string;
}

interface RoutedRow extends ExecutionRow {
  readonly epoch_id: number;
  readonly external_order_id: string;
  readonly order_id: string;
}

function executionOf(row: ExecutionRow): Execution {
  return JSON.parse(row.execution) as Execution;
}

const MAP_TO_HOUSE = `
  UPDATE mappings SET order_id = '${HOUSE}' WHERE epoch_id = ? AND external_order_id = ?`;

/**
 * A row only moves on: parked, then routed, then quarantined; what is known already is never parked
 * again.
 */
const INSERT_PARKED = `
  INSERT INTO parked VALUES
    (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET
    state = excluded.state, order_id = excluded.order_id, error = excluded.error
  WHERE excluded.state <> 'parked' AND parked.state <> 'quarantined'`;

const SELECT_PARKED_UNDER =
  "SELECT DISTINCT epoch_id, external_order_id FROM parked WHERE state = 'parked'";

const SELECT_PARKED_OF =
  'SELECT execution FROM parked WHERE epoch_id = ? AND external_order_id = ?';

const ROUTE_PARKED_OF = `
  UPDATE parked SET state = 'routed', order_id = ?
  WHERE epoch_id = ? AND external_order_id = ? AND state = 'parked'`;

const SELECT_ROUTED = `
  SELECT epoch_id, external_order_id, order_id, execution FROM parked
  WHERE state = 'routed' ORDER BY epoch_id, seq`;

const SELECT_QUARANTINED = `
  SELECT 1 FROM parked
  WHERE epoch_id = ? AND external_order_id = ? AND exec_id = ? AND state = 'quarantined'`;

const DELETE_ROUTED = `
  DELETE FROM parked
  WHERE epoch_id = ? AND external_order_id = ? AND exec_id = ? AND state = 'routed'`;

const SELECT_COUNTS = `
  SELECT count(*) FILTER (WHERE state = 'parked') AS parked,
    count(*) FILTER (WHERE state = 'quarantined') AS quarantined,
    min(parked_at_ms) FILTER (WHERE state = 'parked') AS oldestParkedAtMs,
    max(parked_at_ms) FILTER (WHERE state = 'parked') AS newestParkedAtMs
  FROM parked`;

const SELECT_PARKED_BEFORE = `
  SELECT epoch, external_order_id AS externalOrderId, count(*) AS executions,
    min(parked_at_ms) AS parkedAtMs
  FROM parked JOIN epochs ON epochs.id = epoch_id
  WHERE state = 'parked'
  GROUP BY epoch_id, external_order_id HAVING min(parked_at_ms) <= ?
  ORDER BY parkedAtMs, epoch_id, external_order_id LIMIT ?`;
