// Busts and corrections of one shard, each once, kept whether or not their trade is here (E27).
import type { Statement } from 'better-sqlite3';
import type { Amendment } from '../domain/trade-terms.ts';
import type { Db } from './database.ts';

export interface StoredAmendment {
  readonly orderNo: number;
  readonly epoch: string;
  readonly execId: string;
  /** The trade, or an earlier correction of it. */
  readonly execRef: string;
  readonly kind: 'bust' | 'correct';
  readonly seq: number;
  /** Null for a bust. */
  readonly lastQty: number | null;
  readonly lastPriceInCents: number | null;
  /** The exchange's own sum after it. */
  readonly cumQty: number;
  readonly exchangeAtMs: number;
}

const COLUMNS = `order_no AS orderNo, epoch, exec_id AS execId, exec_ref AS execRef, kind, seq,
  last_qty AS lastQty, last_price_in_cents AS lastPriceInCents, cum_qty AS cumQty,
  exchange_at_ms AS exchangeAtMs`;

/** A correction may itself be corrected or busted: everything that hangs on the trade. */
const OF_TRADE = `
  WITH RECURSIVE hanging (ref) AS (
    VALUES (?)
    UNION SELECT amendments.exec_id FROM hanging JOIN amendments ON exec_ref = ref AND epoch = ?
  )
  SELECT ${COLUMNS} FROM hanging JOIN amendments ON exec_ref = ref AND epoch = ? ORDER BY seq`;

export class AmendmentStore {
  readonly #flush: () => void;
  readonly #insert: Statement;
  readonly #find: Statement<[string, string], StoredAmendment>;
  readonly #ofTrade: Statement<[string, string, string], StoredAmendment>;
  /** Rare: as long as there is none, a trade need not look for its own. */
  #isEmpty: boolean;

  constructor(db: Db, flush: () => void) {
    this.#flush = flush;
    this.#insert = db.prepare(
      `INSERT INTO amendments (order_no, epoch, exec_id, exec_ref, kind, seq, last_qty,
                               last_price_in_cents, cum_qty, exchange_at_ms)
       VALUES (@orderNo, @epoch, @execId, @execRef, @kind, @seq, @lastQty, @lastPriceInCents,
               @cumQty, @exchangeAtMs)`,
    );
    this.#find = db.prepare(`SELECT ${COLUMNS} FROM amendments WHERE exec_id = ? AND epoch = ?`);
    this.#ofTrade = db.prepare(OF_TRADE);
    this.#isEmpty = db.prepare('SELECT 1 FROM amendments LIMIT 1').get() === undefined;
  }

  insert(amendment: StoredAmendment): void {
    this.#flush(); // its order may be of this turn
    this.#insert.run(amendment);
    this.#isEmpty = false;
  }

  find(epoch: string, execId: string): StoredAmendment | null {
    return this.#find.get(execId, epoch) ?? null;
  }

  /** In feed order. */
  ofTrade(epoch: string, execId: string): StoredAmendment[] {
    return this.#isEmpty ? [] : this.#ofTrade.all(execId, epoch, epoch);
  }

  /**
   * The execId of the trade that an amendment is about in the end. An exchange that gives an
   * amendment the id of what it amends must not lead in circles.
   */
  tradeOf(epoch: string, execRef: string): string {
    const passed = new Set<string>();
    let ref = execRef;
    for (;;) {
      const correction = passed.has(ref) ? null : this.find(epoch, ref);
      if (correction === null) return ref;
      passed.add(ref);
      ref = correction.execRef;
    }
  }
}

export type AmendedTerms = Pick<StoredAmendment, 'kind' | 'seq' | 'lastQty' | 'lastPriceInCents'>;

export function amendmentOf({ kind, seq, lastQty, lastPriceInCents }: AmendedTerms): Amendment {
  if (kind === 'bust' || lastQty === null || lastPriceInCents === null)
    return { kind: 'bust', seq };
  return { kind: 'correct', seq, lastQty, lastPriceInCents };
}
