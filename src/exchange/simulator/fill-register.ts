// Every trade, bust and correction of every order, newest linked to older, so that those of one
// order are read without a search; and of every trade what counts of it now.
import { Column } from './column.ts';

export type FillKind = 'trade' | 'bust' | 'correct';

const KINDS: readonly FillKind[] = ['trade', 'bust', 'correct'];

export interface FillRow {
  readonly execKind: FillKind;
  readonly seq: number;
  readonly cumQty: number;
  /** Null for a bust. */
  readonly lastQty: number | null;
  readonly lastPriceInCents: number | null;
  /** The sequence of the trade that a bust or correction is about; null for a trade. */
  readonly refSeq: number | null;
  readonly exchangeAtMs: number;
}

export class FillRegister {
  #rows = 0;
  /** By the order's number: its newest row; 0 for none. */
  readonly #newest = new Column();
  /** By sequence: the row of a trade; 0 for anything else. */
  readonly #tradeRows = new Column();
  readonly #ordinals = new Column();
  readonly #older = new Column();
  readonly #kinds = new Column();
  readonly #seqs = new Column();
  readonly #refs = new Column();
  readonly #cumQtys = new Column();
  readonly #qtys = new Column();
  readonly #prices = new Column();
  readonly #times = new Column();
  /** Of a trade: the shares that count, 0 once it is busted. */
  readonly #counting = new Column();

  add(ordinal: number, fill: FillRow): void {
    const row = ++this.#rows;
    this.#ordinals.set(row, ordinal);
    this.#older.set(row, this.#newest.get(ordinal));
    this.#newest.set(ordinal, row);
    this.#kinds.set(row, KINDS.indexOf(fill.execKind));
    this.#seqs.set(row, fill.seq);
    this.#refs.set(row, fill.refSeq ?? 0);
    this.#cumQtys.set(row, fill.cumQty);
    this.#qtys.set(row, fill.lastQty ?? 0);
    this.#prices.set(row, fill.lastPriceInCents ?? 0);
    this.#times.set(row, fill.exchangeAtMs);
    if (fill.execKind === 'trade') this.#tradeRows.set(fill.seq, row);
    const trade = this.#tradeRows.get(fill.refSeq ?? fill.seq);
    this.#counting.set(trade, fill.lastQty ?? 0);
  }

  /** The order of the trade `seq` and how many shares of it count; null when it is no trade. */
  trade(seq: number): { readonly ordinal: number; readonly countingQty: number } | null {
    const row = this.#tradeRows.get(seq);
    if (row === 0) return null;
    return { ordinal: this.#ordinals.get(row), countingQty: this.#counting.get(row) };
  }

  /** Oldest first. */
  of(ordinal: number): FillRow[] {
    const fills: FillRow[] = [];
    for (let row = this.#newest.get(ordinal); row !== 0; row = this.#older.get(row)) {
      fills.push(this.#at(row));
    }
    return fills.reverse();
  }

  #at(row: number): FillRow {
    const execKind = KINDS[this.#kinds.get(row)] ?? 'trade';
    return {
      execKind,
      seq: this.#seqs.get(row),
      cumQty: this.#cumQtys.get(row),
      lastQty: execKind === 'bust' ? null : this.#qtys.get(row),
      lastPriceInCents: execKind === 'bust' ? null : this.#prices.get(row),
      refSeq: execKind === 'trade' ? null : this.#refs.get(row),
      exchangeAtMs: this.#times.get(row),
    };
  }
}
