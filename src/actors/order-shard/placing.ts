// Taking an order: replay or check, then commit A, then the submit, which leaves with the turn.
import {
  checkBeforeTrade,
  type Market,
  type OrderLimits,
} from '../../domain/check-before-trade.ts';
import { bucketOf, OrderIds } from '../../domain/ids.ts';
import type { FeeSchedule } from '../../domain/money.ts';
import type { Order, OrderIntent } from '../../domain/order.ts';
import { type Rejection, rejection } from '../../domain/reject-codes.ts';
import type { AccountRow } from '../../store/account-store.ts';
import type { StoredOrder } from '../../store/order-store.ts';
import { EXCHANGE_CONNECTION } from '../addresses.ts';
import type { SubmitOrder } from '../exchange-connection/protocol.ts';
import type { Desk } from './desk.ts';
import type { ShardContext, SubmitAnswered } from './messages.ts';
import { OrderRate } from './order-rate.ts';
import type { PlaceOrder } from './protocol.ts';

export interface PlacingOptions {
  readonly limits: OrderLimits;
  readonly fees: FeeSchedule;
  readonly ordersPerSecondMax: number;
  readonly notAfterMs: number;
  readonly submitAskMs: number;
}

export class Placing {
  readonly #desk: Desk;
  readonly #options: PlacingOptions;
  readonly #ids = new OrderIds();
  readonly #rate: OrderRate;

  constructor(desk: Desk, options: PlacingOptions) {
    this.#desk = desk;
    this.#options = options;
    this.#rate = new OrderRate(options.ordersPerSecondMax);
  }

  /** Ids rise above every id on disk, whatever the clock says (I27). */
  takeUpIds(buckets: readonly number[]): void {
    for (const bucket of buckets) {
      const prefix = `ord_${bucket.toString(16).padStart(2, '0')}`;
      const last = this.#desk.store.orders.lastIdWith(prefix);
      if (last !== null) this.#ids.seen(last);
    }
  }

  place(command: PlaceOrder, ctx: ShardContext): void {
    const account = this.#desk.store.accounts.find(command.userId);
    const earlier =
      account &&
      this.#desk.store.orders.findByIdempotencyKey(account.accountNo, command.idempotencyKey);
    if (earlier !== null) return this.#replay(earlier, command, ctx);
    const refusal = this.#refusalWithoutRow(command, ctx);
    if (refusal !== null) return this.#refuse(refusal, command, ctx);
    this.#take(command, account, ctx);
  }

  submitAnswered({ orderId, answer }: SubmitAnswered, ctx: ShardContext): StoredOrder | null {
    const stored = this.#desk.store.orders.get(orderId);
    if (stored === null) return null;
    switch (answer.outcome) {
      case 'handed_over':
        return stored; // the acknowledgement follows as a fact
      case 'refused':
        return this.#desk.apply(stored, { venueRejected: answer.reason }, 'order_failed', ctx);
      case 'not_sent': // a definite no: it never reached a socket
      case 'not_delivered': {
        const wasCancelled = stored.order.cancelsRequested > 0;
        const kind = wasCancelled ? 'order_cancelled' : 'order_failed';
        return this.#desk.apply(stored, { ourVerdict: 'not_sent' }, kind, ctx);
      }
      case 'outcome_unknown': // silence proves nothing: it stays pending for the reconciler
      case 'unknown':
      case 'failed':
        ctx.count('submits_unknown');
        this.#desk.waiters.giveUp(stored.order, ctx);
        return stored;
    }
  }

  /** Same key: the original in its present state, or the fields that differ (E01, E02). */
  #replay(earlier: StoredOrder, command: PlaceOrder, ctx: ShardContext): void {
    const { order } = earlier;
    const fields = fieldsThatDiffer(order, command);
    if (fields.length > 0) {
      const refusal = rejection('idempotency_mismatch', { orderId: order.id, fields }, 'new_key');
      return this.#refuse(refusal, command, ctx);
    }
    ctx.count('orders_replayed');
    const { replyTo, waitMs } = command;
    this.#desk.waiters.add(order, { awaited: 'answer', replayed: true, replyTo, waitMs }, ctx);
  }

  /** The checks that need no row: nothing is stored, the key is not consumed, a retry is safe. */
  #refusalWithoutRow(command: PlaceOrder, ctx: ShardContext): Rejection | null {
    if (!this.#desk.link.linked) return rejection('exchange_unavailable', {}, 'same_key');
    if (this.#desk.unresolved.isReconciling(command.userId)) {
      return rejection('account_reconciling', {}, 'same_key');
    }
    if (ctx.windowFree(EXCHANGE_CONNECTION) <= 0) return rejection('busy', {}, 'same_key');
    const retryAfterMs = this.#rate.take(command.userId, ctx.nowMs());
    if (retryAfterMs === null) return null;
    const { ordersPerSecondMax } = this.#options;
    return rejection('rate_limited', { ordersPerSecondMax, retryAfterMs }, 'same_key');
  }

  /** A refused order leaves nothing behind, not even the account of a user who has none yet. */
  #take(command: PlaceOrder, known: AccountRow | null, ctx: ShardContext): void {
    const { limits, fees } = this.#options;
    const market = this.#marketOf(command.symbol, ctx);
    const funds = {
      tradingState: known?.tradingState ?? 'active',
      available: (asset: string) =>
        known === null ? 0 : this.#desk.store.ledger.balanceOf(known.accountNo, 'available', asset),
    };
    const verdict = checkBeforeTrade(command, market, funds, limits, fees);
    if (verdict.outcome === 'rejected') return this.#refuse(verdict, command, ctx);
    const account = known ?? this.#desk.booking.accountOf(command.userId, ctx.nowMs());
    const { order } = this.#desk.create(account, this.#intentOf(command, verdict, ctx), ctx);
    ctx.count('orders_taken');
    const { replyTo, waitMs } = command;
    this.#desk.waiters.add(order, { awaited: 'answer', replayed: false, replyTo, waitMs }, ctx);
    ctx.ask<SubmitOrder>(
      EXCHANGE_CONNECTION,
      submitOf(order),
      (answer) => ({ kind: 'SubmitAnswered', orderId: order.id, answer }),
      this.#options.submitAskMs,
    );
  }

  #intentOf(
    command: PlaceOrder,
    prices: { limitPriceInCents: number; referencePriceInCents: number },
    ctx: ShardContext,
  ): OrderIntent {
    const { userId, idempotencyKey, symbol, side, orderType, timeInForce } = command;
    const { priceInCents, numShares } = command;
    const { limitPriceInCents, referencePriceInCents } = prices;
    const nowMs = ctx.nowMs();
    return {
      id: this.#ids.next(bucketOf(userId), nowMs, () => ctx.random()),
      userId,
      idempotencyKey,
      venue: this.#desk.link.capabilities?.venue ?? 'SIM',
      symbol,
      side,
      orderType,
      timeInForce,
      priceInCents,
      limitPriceInCents,
      referencePriceInCents,
      numShares,
      createdAtMs: nowMs,
      sendAttemptedAtMs: nowMs, // the gate releases the submit with this very turn
      notAfterMs: nowMs + this.#options.notAfterMs,
    };
  }

  #marketOf(symbol: string, ctx: ShardContext): Market | null {
    const terms = ctx.referencePrice(symbol);
    if (terms === null) return null;
    return {
      tickInCents: terms.tickInCents,
      halted: terms.halted,
      sessionOpen: this.#desk.link.session?.state === 'open',
      lastPriceInCents: terms.price?.priceInCents ?? null,
    };
  }

  #refuse(refusal: Rejection, command: PlaceOrder, ctx: ShardContext): void {
    ctx.count(`refused_${refusal.code}`);
    ctx.reply(command.replyTo, refusal);
  }
}

const INTENT_FIELDS = [
  'symbol',
  'side',
  'orderType',
  'timeInForce',
  'priceInCents',
  'numShares',
] as const;

/** In the API's words. */
const API_NAMES: Readonly<Record<(typeof INTENT_FIELDS)[number], string>> = {
  symbol: 'symbol',
  side: 'position',
  orderType: 'type',
  timeInForce: 'timeInForce',
  priceInCents: 'priceInCents',
  numShares: 'numShares',
};

function fieldsThatDiffer(order: Order, command: PlaceOrder): string[] {
  return INTENT_FIELDS.filter((field) => order[field] !== command[field]).map(
    (field) => API_NAMES[field],
  );
}

function submitOf(order: Order): Omit<SubmitOrder, 'replyTo'> {
  const { id: orderId, userId, symbol, side, numShares, notAfterMs } = order;
  return {
    kind: 'SubmitOrder',
    orderId,
    userId,
    symbol,
    side,
    timeInForce: order.orderType === 'market' ? 'ioc' : order.timeInForce, // E36
    priceInCents: order.limitPriceInCents,
    numShares,
    notAfterMs,
  };
}
