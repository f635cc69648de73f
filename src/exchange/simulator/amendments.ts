// Busts and corrections: what the exchange takes back of a trade, or puts right. An open order may
// trade on; a closed one stays closed, whatever it counts then.
import { LIMITS } from '../../limits.ts';
import { execIdOf, execSeqOf } from './exec-id.ts';
import type { FillRegister } from './fill-register.ts';
import { type LiveOrder, leavesOf } from './live-order.ts';
import type { ExecutionLogged } from './log-record.ts';
import type { OrderRegister } from './order-register.ts';
import type { Outbox, Trade } from './outbox.ts';

export type AmendmentRefusal =
  | 'unknown_trade'
  | 'already_busted'
  | 'invalid_quantity'
  | 'invalid_price';

export type AmendmentResult =
  | { readonly outcome: 'amended'; readonly execId: string; readonly cumQty: number }
  | { readonly outcome: 'refused'; readonly reason: AmendmentRefusal };

export interface AmendmentParts {
  readonly orders: OrderRegister;
  readonly fills: FillRegister;
  readonly outbox: Outbox;
  /** Takes an order off the book that a correction has filled. */
  readonly unrest: (order: LiveOrder) => void;
}

/** The reason of a filled order that a bust or correction leaves with less than it asked for. */
const BUSTED = 'busted';

export class Amendments {
  readonly #orders: OrderRegister;
  readonly #fills: FillRegister;
  readonly #outbox: Outbox;
  readonly #unrest: (order: LiveOrder) => void;

  constructor({ orders, fills, outbox, unrest }: AmendmentParts) {
    this.#orders = orders;
    this.#fills = fills;
    this.#outbox = outbox;
    this.#unrest = unrest;
  }

  bust(execId: string, nowMs: number): AmendmentResult {
    return this.#amend('bust', execId, null, nowMs);
  }

  correct(execId: string, terms: Trade, nowMs: number): AmendmentResult {
    if (!isWithin(terms.lastQty, LIMITS.numSharesMax)) return refused('invalid_quantity');
    if (!isWithin(terms.lastPriceInCents, LIMITS.priceInCentsMax)) return refused('invalid_price');
    return this.#amend('correct', execId, terms, nowMs);
  }

  /** Takes back one bust or correction of the log. */
  restore(execution: ExecutionLogged): void {
    const { execKind, seq, cumQty, lastQty, lastPriceInCents, execRef, exchangeAtMs } = execution;
    if (execKind !== 'bust' && execKind !== 'correct') return;
    const refSeq = execSeqOf(execRef ?? '');
    const trade = refSeq === null ? null : this.#fills.trade(refSeq);
    if (trade === null) return;
    const terms = { lastQty, lastPriceInCents };
    this.#fills.add(trade.ordinal, { execKind, seq, cumQty, ...terms, refSeq, exchangeAtMs });
    this.#count(trade.ordinal, cumQty);
  }

  #amend(
    execKind: 'bust' | 'correct',
    execRef: string,
    terms: Trade | null,
    nowMs: number,
  ): AmendmentResult {
    const refSeq = execSeqOf(execRef);
    const trade = refSeq === null ? null : this.#fills.trade(refSeq);
    if (trade === null) return refused('unknown_trade');
    if (trade.countingQty === 0) return refused('already_busted');
    const order = this.#orders.describe(trade.ordinal);
    const cumQty = order.cumQty - trade.countingQty + (terms?.lastQty ?? 0);
    if (cumQty > order.numShares) return refused('invalid_quantity');

    const { seq } = this.#outbox.amended({ ...order, cumQty }, execKind, terms, execRef, nowMs);
    const { lastQty = null, lastPriceInCents = null } = terms ?? {};
    const row = { execKind, seq, cumQty, lastQty, lastPriceInCents, refSeq, exchangeAtMs: nowMs };
    this.#fills.add(trade.ordinal, row);
    this.#count(trade.ordinal, cumQty);
    return { outcome: 'amended', execId: execIdOf(seq), cumQty };
  }

  #count(ordinal: number, cumQty: number): void {
    const order = this.#orders.live(ordinal);
    if (order === null) return this.#orders.recount(ordinal, cumQty, BUSTED);
    order.cumQty = cumQty;
    if (leavesOf(order) > 0) return;
    this.#unrest(order);
    this.#orders.close(order, 'filled', null);
  }
}

function isWithin(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= max;
}

function refused(reason: AmendmentRefusal): AmendmentResult {
  return { outcome: 'refused', reason };
}
