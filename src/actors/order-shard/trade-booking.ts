// Trades, their busts and their corrections, each booked once by its execId. What the exchange says
// never trips an assertion: a genuine trade is always booked, and what is odd is an incident too.
import { countOf } from '../../domain/execution-facts.ts';
import { type TradeTerms, termsOf } from '../../domain/trade-terms.ts';
import type { Execution } from '../../exchange/port.ts';
import { amendmentOf, type StoredAmendment } from '../../store/amendment-store.ts';
import type { Fill } from '../../store/fill-store.ts';
import type { StoredOrder } from '../../store/order-store.ts';
import { isExpected, type TradeChange } from './booking.ts';
import type { Desk } from './desk.ts';
import type { ShardContext } from './messages.ts';

export class TradeBooking {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  trade(stored: StoredOrder, execution: Execution, ctx: ShardContext): StoredOrder {
    const { epoch, execId, exchangeAtMs } = execution;
    const terms = soundTerms(execution);
    const { fills, amendments } = this.#desk.store;
    const earlier = fills.find(epoch, execId);
    if (earlier !== null) return this.#repeated(stored, earlier, execution, ctx);
    if (terms === null) return this.#oddTrade(stored, execution, ctx);
    const trade = { epoch, execId, ...terms, exchangeAtMs };
    const after = this.#desk.fill(stored, trade, countOf(stored.order, execution), ctx);
    this.#check(stored, after, execution, ctx);
    const kept = amendments.ofTrade(epoch, execId); // they outran their trade (E27)
    const newest = kept.at(-1);
    if (newest === undefined) return after;
    const to = termsOf(trade, kept.map(amendmentOf));
    const change = { execId, tradedAtMs: exchangeAtMs, from: terms, to };
    return this.#change(after, change, newest, ctx);
  }

  /** A bust, or a correction with new terms. Without its trade it is kept until that comes. */
  amend(stored: StoredOrder, execution: Execution, ctx: ShardContext): StoredOrder {
    const { fills, amendments } = this.#desk.store;
    const amendment = storedAmendment(stored, execution);
    if (amendment === null) {
      this.#desk.incident('amendment_without_terms', stored, { ...execution }, ctx);
      return stored;
    }
    if (amendments.find(execution.epoch, execution.execId) !== null) {
      ctx.count('amendments_repeated');
      return stored;
    }
    const { epoch } = amendment;
    const tradeId = amendments.tradeOf(epoch, amendment.execRef);
    const before = amendments.ofTrade(epoch, tradeId).map(amendmentOf);
    amendments.insert(amendment);
    const fill = fills.find(epoch, tradeId);
    if (fill === null) {
      ctx.count('amendments_before_their_trade');
      return stored;
    }
    if (fill.orderNo !== stored.orderNo) {
      this.#desk.incident('amendment_of_another_order', stored, { ...execution }, ctx);
      return stored;
    }
    const from = termsOf(fill, before);
    const all = amendments.ofTrade(epoch, tradeId);
    const to = termsOf(fill, all.map(amendmentOf));
    const change = { execId: tradeId, tradedAtMs: fill.exchangeAtMs, from, to };
    return this.#change(stored, change, all.at(-1) ?? amendment, ctx);
  }

  #change(
    stored: StoredOrder,
    change: Omit<TradeChange, 'kind'>,
    amendment: StoredAmendment,
    ctx: ShardContext,
  ): StoredOrder {
    const { execId, from, to } = change;
    if (from.lastQty === 0 && to.lastQty === 0) return stored; // busted already
    const kind = to.lastQty === 0 ? 'trade_busted' : 'trade_corrected';
    const origin = { cause: null, exchangeAtMs: amendment.exchangeAtMs };
    const count = countOf(stored.order, amendment);
    const after = this.#desk.changeTrade(stored, { kind, ...change }, count, ctx, origin);
    this.#desk.incident(kind, after, { execId, from, to }, ctx);
    if (!stored.order.isOpen && after.order.isOpen) this.#desk.unresolved.busted(after.order);
    return after;
  }

  #repeated(
    stored: StoredOrder,
    earlier: Fill & { readonly orderNo: number },
    execution: Execution,
    ctx: ShardContext,
  ): StoredOrder {
    const { lastQty, lastPriceInCents } = execution;
    const same =
      earlier.orderNo === stored.orderNo &&
      earlier.lastQty === lastQty &&
      earlier.lastPriceInCents === lastPriceInCents;
    if (!same) this.#desk.incident('trade_conflict', stored, { ...execution }, ctx);
    ctx.count('trades_repeated');
    return stored;
  }

  #oddTrade(stored: StoredOrder, execution: Execution, ctx: ShardContext): StoredOrder {
    this.#desk.incident('trade_without_quantity', stored, { ...execution }, ctx);
    return stored;
  }

  #check(before: StoredOrder, after: StoredOrder, execution: Execution, ctx: ShardContext): void {
    const { order } = after;
    const { lastPriceInCents: price, lastQty } = execution;
    const limit = order.limitPriceInCents;
    const outside = order.side === 'buy' ? (price ?? 0) > limit : (price ?? limit) < limit;
    if (outside) this.#desk.incident('fill_outside_limit', after, { ...execution }, ctx);
    if (order.cumQty > order.numShares) {
      const overfillShares = order.cumQty - order.numShares;
      this.#desk.incident('overfill', after, { overfillShares }, ctx); // E21
    }
    if (!isExpected(before.order, lastQty ?? 0)) {
      this.#desk.incident('trade_after_close', after, {}, ctx); // E08
    }
  }
}

function soundTerms({ lastQty, lastPriceInCents }: Execution): TradeTerms | null {
  if (lastQty === null || lastPriceInCents === null) return null;
  return lastQty > 0 && lastPriceInCents > 0 ? { lastQty, lastPriceInCents } : null;
}

/** Null when it does not say what it is about, or a correction not what holds instead. */
function storedAmendment(stored: StoredOrder, execution: Execution): StoredAmendment | null {
  const { epoch, execId, execRef, seq, execKind, exchangeAtMs } = execution;
  const terms = soundTerms(execution);
  if (execRef === null || (execKind === 'correct' && terms === null)) return null;
  return {
    orderNo: stored.orderNo,
    epoch,
    execId,
    execRef,
    kind: execKind === 'correct' ? 'correct' : 'bust',
    seq,
    lastQty: execKind === 'correct' ? (terms?.lastQty ?? null) : null,
    lastPriceInCents: execKind === 'correct' ? (terms?.lastPriceInCents ?? null) : null,
    cumQty: execution.cumQty,
    exchangeAtMs,
  };
}
