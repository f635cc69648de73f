// The fills of one shard. (epoch, execId) is unique, so a repeated trade finds itself here, also
// one of this turn, whose row is not written yet.

import type { Statement } from 'better-sqlite3';
import { ChurnMap } from '../runtime/churn-map.ts';
import type { Db } from './database.ts';
import { RowBatch } from './row-batch.ts';

export interface Fill {
  readonly epoch: string;
  readonly execId: string;
  readonly lastQty: number;
  readonly lastPriceInCents: number;
  readonly feeInCents: number;
  readonly exchangeAtMs: number;
}

/** With the number of its row. */
export type NumberedFill = Fill & { readonly fillNo: number };
type StoredFill = NumberedFill & { readonly orderNo: number };

const COLUMNS = [
  'fill_no',
  'order_no',
  'epoch',
  'exec_id',
  'last_qty',
  'last_price_in_cents',
  'fee_in_cents',
  'exchange_at_ms',
] as const;

export class FillStore {
  readonly #rows: RowBatch;
  readonly #find: Statement<[string, string], StoredFill>;
  /** Of this turn, by execId and epoch. */
  readonly #added = new ChurnMap<string, StoredFill>();
  #lastNo: number;

  constructor(db: Db) {
    this.#rows = new RowBatch(db, 'fills', COLUMNS);
    this.#find = db.prepare(
      `SELECT fill_no AS fillNo, epoch, exec_id AS execId, last_qty AS lastQty, order_no AS orderNo,
              last_price_in_cents AS lastPriceInCents, fee_in_cents AS feeInCents,
              exchange_at_ms AS exchangeAtMs
       FROM fills WHERE exec_id = ? AND epoch = ?`,
    );
    this.#lastNo = db.prepare<[], number>(LAST_NO).pluck().get() ?? 0;
  }

  insert(orderNo: number, fill: Omit<Fill, 'feeInCents'>, feeInCents: number): NumberedFill {
    const { epoch, execId, lastQty, lastPriceInCents, exchangeAtMs } = fill;
    const fillNo = ++this.#lastNo;
    this.#rows.add(
      fillNo,
      orderNo,
      epoch,
      execId,
      lastQty,
      lastPriceInCents,
      feeInCents,
      exchangeAtMs,
    );
    const stored = {
      fillNo,
      orderNo,
      epoch,
      execId,
      lastQty,
      lastPriceInCents,
      feeInCents,
      exchangeAtMs,
    };
    this.#added.set(keyOf(epoch, execId), stored);
    return stored;
  }

  find(epoch: string, execId: string): StoredFill | null {
    return this.#added.get(keyOf(epoch, execId)) ?? this.#find.get(execId, epoch) ?? null;
  }

  flush(): void {
    this.#rows.flush();
    this.#added.clear();
  }
}

const LAST_NO = 'SELECT max(fill_no) FROM fills';

function keyOf(epoch: string, execId: string): string {
  return `${execId} ${epoch}`;
}
