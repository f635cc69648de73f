// The limit of storage: better-sqlite3 alone writes the rows that a run has left in its shard
// files, in the same order, in transactions of the same size, with the same syncs. No HTTP, no
// checks, no messages, no exchange.
import { rmSync } from 'node:fs';
import { checkpoint, type Db, openDatabase, openReadOnly } from '../../src/store/database.ts';
import { CHANGING_COLUMNS, INTENT_COLUMNS } from '../../src/store/order-row.ts';
import { RowBatch, type Value } from '../../src/store/row-batch.ts';
import { SHARD_MIGRATIONS } from '../../src/store/shard-schema.ts';

export interface TransactionsReport {
  readonly orders: number;
  readonly transactions: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

interface Tables {
  readonly events: readonly Row[];
  readonly postings: ReadonlyMap<number, readonly Row[]>;
  readonly fills: ReadonlyMap<number, Row>;
  readonly orders: ReadonlyMap<number, Row>;
}

type Row = Readonly<Record<string, Value>>;

const EVENT_COLUMNS = [
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
];
const NEW_ORDER_COLUMNS = ['order_no', 'prior_order_no', ...INTENT_COLUMNS, ...CHANGING_COLUMNS];
const FILL_COLUMNS = [
  'fill_no',
  'order_no',
  'epoch',
  'exec_id',
  'last_qty',
  'last_price_in_cents',
  'fee_in_cents',
  'exchange_at_ms',
];
const POSTING_COLUMNS = ['posting_no', 'account_no', 'account', 'asset', 'amount'];
/**
 * What a fill that leaves something open changes: a row is inserted here as it ended, so its state
 * at the exchange and its place among the open orders are written once, which favours the limit.
 */
const CHANGED_COLUMNS = [
  'cum_qty',
  'cum_notional_in_cents',
  'venue_seq',
  'venue_cum_qty',
  'status',
  'fee_in_cents',
  'updated_at_ms',
  'version',
];
const BALANCE_COLUMNS = ['account_no', 'asset', 'account', 'amount'];
const WAL_PAGES_MAX = 10_000;

/** `eventsPerTransaction` is what the run's turns had. */
export function repeatTransactions(
  source: string,
  target: string,
  eventsPerTransaction: number,
): TransactionsReport {
  const tables = readTables(source);
  const options = {
    synchronous: 'FULL',
    migrations: SHARD_MIGRATIONS,
    changesPerCheckpoint: 0,
  } as const;
  const db = openDatabase(target, options);
  try {
    copyAccounts(source, db);
    const writer = new Writer(db, tables);
    const before = process.cpuUsage();
    const beganMs = performance.now();
    const transactions = writer.writeAll(eventsPerTransaction);
    const { user, system } = process.cpuUsage(before);
    return {
      orders: tables.orders.size,
      transactions,
      cpuSeconds: (user + system) / 1e6,
      wallSeconds: (performance.now() - beganMs) / 1_000,
    };
  } finally {
    db.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${target}${suffix}`, { force: true });
  }
}

/** Orders and what happened to them; deposits and the events of accounts are beside the point. */
function readTables(path: string): Tables {
  const db = openReadOnly(path);
  try {
    const all = (sql: string) => db.prepare<[], Row>(sql).all();
    const postings = new Map<number, Row[]>();
    for (const posting of all('SELECT * FROM postings ORDER BY posting_no')) {
      const tx = postings.get(posting['tx_no'] as number);
      if (tx === undefined) postings.set(posting['tx_no'] as number, [posting]);
      else tx.push(posting);
    }
    const deposits = 'SELECT event_no FROM deposits';
    return {
      events: all(`SELECT * FROM events WHERE event_no NOT IN (${deposits}) ORDER BY event_no`),
      postings,
      fills: byNumber(all('SELECT * FROM fills'), 'fill_no'),
      orders: byNumber(all('SELECT * FROM orders'), 'order_no'),
    };
  } finally {
    db.close();
  }
}

function byNumber(rows: readonly Row[], column: string): Map<number, Row> {
  return new Map(rows.map((row) => [row[column] as number, row]));
}

function copyAccounts(source: string, db: Db): void {
  db.exec(`ATTACH '${source}' AS run; INSERT INTO accounts SELECT * FROM run.accounts`);
  db.exec('DETACH run');
}

class Writer {
  readonly #db: Db;
  readonly #tables: Tables;
  readonly #orders: RowBatch;
  readonly #events: RowBatch;
  readonly #fills: RowBatch;
  readonly #postings: RowBatch;
  readonly #balances: RowBatch;
  readonly #update;
  readonly #ends;
  readonly #written = new Set<number>();
  readonly #sums = new Map<string, [number, string, number, number]>();
  #changed = new Set<string>();
  #updated = new Set<number>();
  /** The last event of each account that the transaction is about. */
  readonly #newest = new Map<Value, Value>();
  readonly #lastOrder = new Map<Value, Value>();

  constructor(db: Db, tables: Tables) {
    this.#db = db;
    this.#tables = tables;
    this.#orders = new RowBatch(db, 'orders', NEW_ORDER_COLUMNS);
    this.#events = new RowBatch(db, 'events', EVENT_COLUMNS);
    this.#fills = new RowBatch(db, 'fills', FILL_COLUMNS);
    this.#postings = new RowBatch(db, 'postings', POSTING_COLUMNS);
    this.#update = db.prepare(
      `UPDATE orders SET ${CHANGED_COLUMNS.map((name) => `${name} = ?`).join(', ')}
       WHERE order_no = ?`,
    );
    this.#ends = db.prepare(
      'UPDATE accounts SET last_event_no = ?, last_order_no = ? WHERE account_no = ?',
    );
    const setAmount = 'ON CONFLICT DO UPDATE SET amount = excluded.amount';
    this.#balances = new RowBatch(db, 'balances', BALANCE_COLUMNS, { onConflict: setAmount });
  }

  writeAll(eventsPerTransaction: number): number {
    const { events } = this.#tables;
    let [transactions, pages] = [0, 0];
    for (let at = 0; at < events.length; at += eventsPerTransaction) {
      this.#db.exec('BEGIN IMMEDIATE');
      for (const event of events.slice(at, at + eventsPerTransaction)) this.#add(event);
      this.#flush();
      this.#db.exec('COMMIT');
      transactions++;
      pages += eventsPerTransaction; // about a page each, as the product counts
      if (pages < WAL_PAGES_MAX) continue;
      checkpoint(this.#db, 'PASSIVE');
      pages = 0;
    }
    return transactions;
  }

  #add(event: Row): void {
    this.#events.add(...valuesOf(event, EVENT_COLUMNS));
    const orderNo = event['order_no'] as number | null;
    if (orderNo !== null) this.#touch(orderNo);
    const { account_no: accountNo, event_no: eventNo } = event;
    this.#newest.set(accountNo ?? 0, eventNo ?? 0);
    const fill = this.#tables.fills.get((event['fill_no'] as number | null) ?? 0);
    if (fill !== undefined) this.#fills.add(...valuesOf(fill, FILL_COLUMNS));
    for (const posting of this.#tables.postings.get(event['event_no'] as number) ?? []) {
      this.#post(posting);
    }
  }

  /** Inserted at its first event, updated at each later one, once per transaction. */
  #touch(orderNo: number): void {
    const order = this.#tables.orders.get(orderNo);
    if (order === undefined) return;
    if (this.#written.has(orderNo)) return void this.#updated.add(orderNo);
    this.#written.add(orderNo);
    this.#orders.add(...valuesOf(order, NEW_ORDER_COLUMNS));
    this.#lastOrder.set(order['account_no'] ?? 0, orderNo);
  }

  #post(posting: Row): void {
    this.#postings.add(...valuesOf(posting, POSTING_COLUMNS));
    const { account_no: owner, asset, account, amount } = posting;
    const key = `${owner} ${asset} ${account}`;
    const sum = this.#sums.get(key) ?? [owner as number, asset as string, account as number, 0];
    sum[3] += amount as number;
    this.#sums.set(key, sum);
    this.#changed.add(key);
  }

  #flush(): void {
    this.#orders.flush();
    for (const orderNo of this.#updated) {
      const order = this.#tables.orders.get(orderNo) as Row;
      this.#update.run(...valuesOf(order, CHANGED_COLUMNS), orderNo);
    }
    this.#fills.flush();
    this.#events.flush();
    this.#postings.flush();
    for (const key of this.#changed) this.#balances.add(...(this.#sums.get(key) ?? []));
    this.#balances.flush();
    for (const [accountNo, eventNo] of this.#newest) {
      this.#ends.run(eventNo, this.#lastOrder.get(accountNo) ?? null, accountNo);
    }
    this.#newest.clear();
    this.#updated = new Set();
    this.#changed = new Set();
  }
}

function valuesOf(row: Row, columns: readonly string[]): Value[] {
  return columns.map((column) => row[column] ?? null);
}
