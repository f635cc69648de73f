// The fills of one shard. (epoch, execId) is unique, so a repeated trade finds itself here.
import type { Statement } from 'better-sqlite3';
import type { Db } from './database.ts';

export interface Fill {
  readonly epoch: string;
  readonly execId: string;
  readonly lastQty: number;
  readonly lastPriceInCents: number;
  readonly feeInCents: number;
  readonly exchangeAtMs: number;
}

export class FillStore {
  readonly #insert: Statement<[number, string, string, number, number, number, number]>;
  readonly #find: Statement<[string, string], Fill & { orderNo: number }>;

  constructor(db: Db) {
    this.#insert = db.prepare(
      `INSERT INTO fills
         (order_no, epoch, exec_id, last_qty, last_price_in_cents, fee_in_cents, exchange_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#find = db.prepare(
      `SELECT epoch, exec_id AS execId, last_qty AS lastQty, order_no AS orderNo,
              last_price_in_cents AS lastPriceInCents, fee_in_cents AS feeInCents,
              exchange_at_ms AS exchangeAtMs
       FROM fills WHERE exec_id = ? AND epoch = ?`,
    );
  }

  insert(orderNo: number, fill: Fill): number {
    const { lastInsertRowid } = this.#insert.run(
      orderNo,
      fill.epoch,
      fill.execId,
      fill.lastQty,
      fill.lastPriceInCents,
      fill.feeInCents,
      fill.exchangeAtMs,
    );
    return Number(lastInsertRowid);
  }

  find(epoch: string, execId: string): (Fill & { readonly orderNo: number }) | null {
    return this.#find.get(execId, epoch) ?? null;
  }
}
