// What has moved a user's shares, in booking order: fills, and deposits with what they cost.
import type { Statement } from 'better-sqlite3';
import type { Side } from '../domain/order.ts';
import type { TradeTerms } from '../domain/trade-terms.ts';
import { EVENT_WALK, type EventWalk } from './account-chain.ts';
import type { Db } from './database.ts';
import type { ChangedTrade } from './event-detail.ts';

export type ShareMove =
  | {
      readonly kind: 'deposit';
      readonly symbol: string;
      readonly numShares: number;
      readonly costInCents: number;
    }
  | {
      readonly kind: 'trade';
      readonly symbol: string;
      readonly side: Side;
      readonly tradeKey: string;
      readonly terms: TradeTerms;
    }
  /** Something that stands earlier has changed: what was folded so far is no longer true. */
  | { readonly kind: 'trade_changed' };

interface MoveRow {
  readonly order_no: number | null;
  readonly symbol: string | null;
  readonly side: Side | null;
  readonly exec_id: string | null;
  readonly last_qty: number | null;
  readonly last_price_in_cents: number | null;
  readonly asset: string | null;
  readonly amount: number | null;
  readonly cost_in_cents: number | null;
}

interface ChangeRow {
  readonly order_no: number;
  readonly kind: 'trade_busted' | 'trade_corrected';
  readonly trade: string;
}

const CHANGES = `('trade_busted', 'trade_corrected')`;

export const MOVES = `${EVENT_WALK}
  SELECT fills.order_no, orders.symbol, orders.side, fills.exec_id, fills.last_qty,
         fills.last_price_in_cents, deposits.asset, deposits.amount, deposits.cost_in_cents
  FROM walk
  CROSS JOIN events USING (event_no)
  LEFT JOIN fills ON fills.fill_no = events.fill_no
  LEFT JOIN orders ON orders.order_no = fills.order_no
  LEFT JOIN deposits ON deposits.event_no = events.event_no AND events.order_no IS NULL
  WHERE (fills.fill_no IS NOT NULL OR deposits.asset IS NOT NULL OR events.kind IN ${CHANGES})
  ORDER BY walk.seq`;

/** From the few amendments of the shard to their events, not through all events of the user. */
export const TRADE_CHANGES = `
  SELECT events.order_no, events.kind, json_extract(events.detail, '$.trade') AS trade
  FROM (SELECT DISTINCT order_no FROM amendments) AS amended
  CROSS JOIN events ON events.order_no = amended.order_no
  WHERE events.account_no = ? AND events.kind IN ${CHANGES}
  ORDER BY events.event_no`;

const MOST = Number.MAX_SAFE_INTEGER;
const BUSTED: TradeTerms = { lastQty: 0, lastPriceInCents: 0 };

export class ShareMoves {
  readonly #moves: Statement<[EventWalk], MoveRow>;
  readonly #changes: Statement<[number], ChangeRow>;

  constructor(db: Db) {
    this.#moves = db.prepare(MOVES);
    this.#changes = db.prepare(TRADE_CHANGES);
  }

  /** One after the other. SQLite sorts them first, in a temporary file if there are many. */
  *after(accountNo: number, seq: number): Generator<ShareMove> {
    for (const row of this.#moves.iterate({ accountNo, after: seq, through: MOST }))
      yield moveFrom(row);
  }

  /** The terms that hold of each trade that was busted or corrected, by `tradeKey`. */
  changedTerms(accountNo: number): ReadonlyMap<string, TradeTerms> {
    const terms = new Map<string, TradeTerms>();
    for (const { order_no, kind, trade } of this.#changes.all(accountNo)) {
      const changed = JSON.parse(trade) as ChangedTrade;
      const key = tradeKeyOf(order_no, changed.execId);
      // A bust takes the trade back for good.
      if (terms.get(key) !== BUSTED) terms.set(key, kind === 'trade_busted' ? BUSTED : changed);
    }
    return terms;
  }
}

function moveFrom(row: MoveRow): ShareMove {
  const { order_no, symbol, side, exec_id, last_qty, last_price_in_cents } = row;
  if (row.asset !== null) {
    const { asset, amount, cost_in_cents } = row;
    return {
      kind: 'deposit',
      symbol: asset,
      numShares: amount ?? 0,
      costInCents: cost_in_cents ?? 0,
    };
  }
  if (order_no === null || symbol === null || side === null || exec_id === null) {
    return { kind: 'trade_changed' };
  }
  const terms = { lastQty: last_qty ?? 0, lastPriceInCents: last_price_in_cents ?? 0 };
  return { kind: 'trade', symbol, side, tradeKey: tradeKeyOf(order_no, exec_id), terms };
}

function tradeKeyOf(orderNo: number, execId: string): string {
  return `${orderNo} ${execId}`;
}
