// Every trade of every order, newest linked to older, so that the fills of one order are read
// without a search.
import { Column } from './column.ts';

export interface FillRow {
  readonly seq: number;
  readonly cumQty: number;
  readonly lastQty: number;
  readonly lastPriceInCents: number;
  readonly exchangeAtMs: number;
}

export class FillRegister {
  #rows = 0;
  /** By the order's number: its newest row; 0 for none. */
  readonly #newest = new Column();
  readonly #older = new Column();
  readonly #seqs = new Column();
  readonly #cumQtys = new Column();
  readonly #qtys = new Column();
  readonly #prices = new Column();
  readonly #times = new Column();

  add(ordinal: number, fill: FillRow): void {
    const row = ++this.#rows;
    this.#older.set(row, this.#newest.get(ordinal));
    this.#newest.set(ordinal, row);
    this.#seqs.set(row, fill.seq);
    this.#cumQtys.set(row, fill.cumQty);
    this.#qtys.set(row, fill.lastQty);
    this.#prices.set(row, fill.lastPriceInCents);
    this.#times.set(row, fill.exchangeAtMs);
  }

  /** Oldest first. */
  of(ordinal: number): FillRow[] {
    const fills: FillRow[] = [];
    for (let row = this.#newest.get(ordinal); row !== 0; row = this.#older.get(row)) {
      fills.push({
        seq: this.#seqs.get(row),
        cumQty: this.#cumQtys.get(row),
        lastQty: this.#qtys.get(row),
        lastPriceInCents: this.#prices.get(row),
        exchangeAtMs: this.#times.get(row),
      });
    }
    return fills.reverse();
  }
}
