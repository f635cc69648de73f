// One shard's file as an audit sees it, at one moment, and what is often asked of it.
import type { Order } from '../domain/order.ts';
import { type Amendment, type TradeTerms, termsOf } from '../domain/trade-terms.ts';
import { type AmendedTerms, amendmentOf } from '../store/amendment-store.ts';
import { FileSnapshot, type Query } from '../store/file-snapshot.ts';
import { type OrderRow, orderFromRow } from '../store/order-row.ts';
import { HAS_ID, SHARD_MIGRATIONS } from '../store/shard-schema.ts';

export interface FillRow {
  readonly order_id: string;
  readonly user_id: string;
  readonly fill_no: number;
  readonly order_no: number;
  readonly epoch: string;
  readonly exec_id: string;
  readonly last_qty: number;
  readonly last_price_in_cents: number;
}

export interface AmendmentRow {
  readonly order_id: string;
  readonly user_id: string;
  readonly epoch: string;
  readonly exec_id: string;
  readonly exec_ref: string;
  readonly kind: 'bust' | 'correct';
  readonly last_qty: number | null;
  readonly last_price_in_cents: number | null;
}

const ORDERS = 'SELECT orders.*, user_id FROM orders JOIN accounts USING (account_no)';
const FILLS = `
  SELECT fills.*, orders.id AS order_id, user_id
  FROM fills JOIN orders USING (order_no) JOIN accounts USING (account_no)`;
const AMENDMENTS = `
  SELECT amendments.*, orders.id AS order_id, user_id
  FROM amendments JOIN orders USING (order_no) JOIN accounts USING (account_no)`;

export class Shard {
  /** Two digits, as in the file's name. */
  readonly name: string;
  readonly #file: FileSnapshot;
  readonly #orderById: Query<[string, string, string], OrderRow>;
  readonly #orderByNo: Query<[number], OrderRow>;
  readonly #fill: Query<[string, string], FillRow>;
  readonly #amendment: Query<[string, string], AmendmentRow>;
  readonly #incident: Query<[number, string], { found: number }>;

  constructor(name: string, path: string) {
    this.name = name;
    this.#file = new FileSnapshot(path, SHARD_MIGRATIONS.length);
    this.#orderById = this.#file.prepare(`${ORDERS} WHERE ${HAS_ID}`);
    this.#orderByNo = this.#file.prepare(`${ORDERS} WHERE order_no = ?`);
    this.#fill = this.#file.prepare(`${FILLS} WHERE exec_id = ? AND epoch = ?`);
    this.#amendment = this.#file.prepare(`${AMENDMENTS} WHERE exec_id = ? AND epoch = ?`);
    this.#incident = this.#file.prepare(
      'SELECT 1 AS found FROM incidents WHERE order_no = ? AND kind = ?',
    );
  }

  rows<Row>(sql: string): IterableIterator<Row> {
    return this.#file.rows<Row>(sql);
  }

  prepare<Values extends unknown[], Row>(sql: string): Query<Values, Row> {
    return this.#file.prepare<Values, Row>(sql);
  }

  orders(): IterableIterator<OrderRow> {
    return this.rows<OrderRow>(`${ORDERS} ORDER BY order_no`);
  }

  fills(): IterableIterator<FillRow> {
    return this.rows<FillRow>(FILLS);
  }

  amendments(): IterableIterator<AmendmentRow> {
    return this.rows<AmendmentRow>(AMENDMENTS);
  }

  order(id: string): OrderRow | null {
    return this.#orderById.first(id, id, id);
  }

  orderByNo(orderNo: number): { readonly row: OrderRow; readonly today: Order } | null {
    const row = this.#orderByNo.first(orderNo);
    return row === null ? null : { row, today: orderFromRow(row) };
  }

  fill(epoch: string, execId: string): FillRow | null {
    return this.#fill.first(execId, epoch);
  }

  amendment(epoch: string, execId: string): AmendmentRow | null {
    return this.#amendment.first(execId, epoch);
  }

  wasResurrected(orderNo: number): boolean {
    return this.#incident.first(orderNo, 'order_resurrected') !== null;
  }

  /** An operator has to find fills that the exchange counts and does not list. */
  lacksListedFills(orderNo: number): boolean {
    return this.#incident.first(orderNo, 'fills_not_listed') !== null;
  }

  /** What busts and corrections have taken from each order's fills, or added to them: few. */
  amended(): ReadonlyMap<number, AmendedSums> {
    const sums = new Map<number, AmendedSums>();
    for (const { row, amendments } of this.#amendedFills().values()) {
      const { lastQty, lastPriceInCents } = termsOf(termsOfRow(row), amendments);
      const earlier = sums.get(row.order_no) ?? { qty: 0, notionalInCents: 0 };
      const before = row.last_qty * row.last_price_in_cents;
      sums.set(row.order_no, {
        qty: earlier.qty + lastQty - row.last_qty,
        notionalInCents: earlier.notionalInCents + lastQty * lastPriceInCents - before,
      });
    }
    return sums;
  }

  close(): void {
    this.#file.close();
  }

  #amendedFills() {
    const byFill = new Map<number, { row: FillRow; amendments: Amendment[] }>();
    for (const { kind, seq, lastQty, lastPriceInCents, ...row } of this.rows<ChainRow>(CHAINS)) {
      const entry = byFill.get(row.fill_no) ?? { row, amendments: [] };
      byFill.set(row.fill_no, entry);
      entry.amendments.push(amendmentOf({ kind, seq, lastQty, lastPriceInCents }));
    }
    return byFill;
  }
}

export interface AmendedSums {
  readonly qty: number;
  readonly notionalInCents: number;
}

type ChainRow = FillRow & AmendedTerms;

/** A correction may itself be corrected or taken back: all lead to the fill at their beginning. */
const CHAINS = `
  WITH RECURSIVE chain (amendment_no, fill_no) AS (
    SELECT amendment_no, fill_no FROM amendments JOIN fills
      ON fills.exec_id = amendments.exec_ref AND fills.epoch = amendments.epoch
    UNION
    SELECT later.amendment_no, chain.fill_no FROM chain
      JOIN amendments AS earlier USING (amendment_no)
      JOIN amendments AS later
        ON later.exec_ref = earlier.exec_id AND later.epoch = earlier.epoch
  )
  SELECT fills.*, '' AS order_id, '' AS user_id, amendments.kind, amendments.seq,
         amendments.last_qty AS lastQty, amendments.last_price_in_cents AS lastPriceInCents
  FROM chain JOIN fills USING (fill_no) JOIN amendments USING (amendment_no)`;

function termsOfRow(row: FillRow): TradeTerms {
  return { lastQty: row.last_qty, lastPriceInCents: row.last_price_in_cents };
}
