// The five transactions of the workflow, each one function call for a batch that is sorted by user,
// and what they answer.
import type { Database, Row } from './database.ts';

export interface PlaceItem {
  readonly userId: string;
  readonly id: string;
  readonly key: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly type: 'limit' | 'market';
  readonly tif: string;
  readonly price: number | null;
  readonly limit: number;
  readonly reference: number;
  readonly shares: number;
  /** Cents for a buy, shares for a sell. */
  readonly reserve: number;
  readonly at: number;
  readonly notAfter: number;
}

/** Numbers of the account are null where it did not change. */
export interface Balances {
  readonly seq: number | null;
  readonly available: number | null;
  readonly reserved: number | null;
}

export interface Placed extends Balances {
  readonly outcome: 'placed' | 'replayed' | 'insufficient_buying_power' | 'insufficient_shares';
  readonly orderId: string;
}

export interface AcknowledgeItem {
  readonly userId: string;
  readonly id: string;
  readonly epoch: string;
  /** Null: the order has failed, for this reason. */
  readonly externalId: string | null;
  readonly reason: string | null;
  readonly at: number;
}

export interface Changed extends Balances {
  readonly status: string;
}

export interface CancelItem {
  readonly userId: string;
  readonly id: string;
  readonly at: number;
}

export interface CancelRequested {
  readonly seq: number | null;
  /** Null: there is no such order. */
  readonly status: string | null;
  readonly externalId: string | null;
  readonly cancels: number;
}

export interface SettleItem extends CancelItem {
  /** Null: the exchange has refused the cancel. */
  readonly finalQty: number | null;
  readonly reason: string | null;
}

export class Statements {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  place(items: readonly PlaceItem[]): Promise<Placed[]> {
    return this.#call('place_orders', items, ([, outcome, seq, available, reserved, orderId]) => ({
      outcome: outcome as Placed['outcome'],
      ...balances(seq, available, reserved),
      orderId: orderId as string,
    }));
  }

  acknowledge(items: readonly AcknowledgeItem[]): Promise<Changed[]> {
    return this.#call('acknowledge_orders', items, changedIn);
  }

  requestCancels(items: readonly CancelItem[]): Promise<CancelRequested[]> {
    return this.#call('request_cancels', items, ([, seq, status, externalId, cancels]) => ({
      seq: seq as number | null,
      status: status as string | null,
      externalId: externalId as string | null,
      cancels: cancels as number,
    }));
  }

  settleCancels(items: readonly SettleItem[]): Promise<Changed[]> {
    return this.#call('settle_cancels', items, changedIn);
  }

  async #call<Item extends { readonly userId: string }, Result>(
    name: string,
    items: readonly Item[],
    read: (row: Row) => Result,
  ): Promise<Result[]> {
    const text = `SELECT * FROM ${name}($1::json)`;
    const rows = await this.#database.call(name, text, [JSON.stringify(sortedByUser(items))]);
    const results: Result[] = [];
    for (const row of rows) results[row[0] as number] = read(row);
    return results;
  }
}

/** Numbered as they came; by user as PostgreSQL sorts them, byte by byte. */
export function sortedByUser<Item extends { readonly userId: string }>(
  items: readonly Item[],
): (Item & { readonly n: number })[] {
  return items
    .map((item, n) => ({ n, ...item }))
    .sort((a, b) => (a.userId === b.userId ? a.n - b.n : a.userId < b.userId ? -1 : 1));
}

function changedIn([, seq, status, available, reserved]: Row): Changed {
  return { status: status as string, ...balances(seq, available, reserved) };
}

type Cell = Row[number] | undefined;

function balances(seq: Cell, available: Cell, reserved: Cell): Balances {
  return {
    seq: seq as number | null,
    available: available as number | null,
    reserved: reserved as number | null,
  };
}
