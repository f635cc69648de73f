// Taking an order: replay or check, then commit A, then the submit, which leaves with the turn.
import type { Passed } from '../../domain/check-before-trade.ts';
import { bucketOf, OrderIds } from '../../domain/ids.ts';
import { isAnswered, type Order, type OrderIntent } from '../../domain/order.ts';
import { type Rejection, rejection } from '../../domain/reject-codes.ts';
import type { AccountRow } from '../../store/account-store.ts';
import type { StoredOrder } from '../../store/order-store.ts';
import { EXCHANGE_CONNECTION } from '../addresses.ts';
import type { SubmitOrder } from '../exchange-connection/protocol.ts';
import { UnknownSubmits } from '../unknown-submits.ts';
import type { Desk } from './desk.ts';
import type { ShardContext, SubmitAnswered } from './messages.ts';
import type { PreTrade } from './pre-trade.ts';
import type { PlaceOrder } from './protocol.ts';

export interface PlacingOptions {
  readonly notAfterMs: number;
  /** Takes the place of `notAfterMs` with an exchange that cannot be told. */
  readonly absenceWindowMs: number;
  readonly submitAskMs: number;
  readonly clockSkewMs: number;
}

export class Placing {
  readonly #desk: Desk;
  readonly #preTrade: PreTrade;
  readonly #options: PlacingOptions;
  readonly #ids = new OrderIds();
  readonly #unknown: UnknownSubmits;

  constructor(desk: Desk, preTrade: PreTrade, options: PlacingOptions) {
    this.#desk = desk;
    this.#preTrade = preTrade;
    this.#options = options;
    this.#unknown = new UnknownSubmits(options.clockSkewMs);
  }

  /** Ids rise above every id on disk, whatever the clock says (I27). */
  takeUpIds(): void {
    const last = this.#desk.store.orders.lastId();
    if (last !== null) this.#ids.seen(last);
  }

  /** For an order that nobody placed here, but which must stand among the others (E22). */
  takeId(userId: string, ctx: ShardContext): string {
    return this.#ids.next(bucketOf(userId), ctx.nowMs(), () => ctx.random());
  }

  /** An order that was sent before the restart: nobody awaits its answer any more (E32). */
  foundAtStart(order: Order, ctx: ShardContext): void {
    if (!isAnswered(order)) this.#unknown.add(order, ctx.nowMs());
  }

  place(command: PlaceOrder, ctx: ShardContext): void {
    const account = this.#desk.store.accounts.find(command.userId);
    const earlier =
      account &&
      this.#desk.store.orders.findByIdempotencyKey(account.accountNo, command.idempotencyKey);
    if (earlier !== null) return this.#replay(earlier, command, ctx);
    const verdict = this.#preTrade.check(command, account, ctx);
    if (verdict.outcome === 'rejected') return this.#refuse(verdict, command, ctx);
    this.#take(command, account, verdict, ctx);
  }

  /** Orders without an answer, of which none will come through the connection that we have now. */
  stillUnknown(ctx: ShardContext): Order[] {
    return [...this.#unknown.list(ctx.nowMs())].flatMap(({ id }) => {
      const order = this.#desk.store.orders.get(id)?.order;
      return order === undefined || isAnswered(order) ? [] : [order];
    });
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
        ctx.count('orders_outcome_unknown');
        this.#unknown.add(stored.order, ctx.nowMs());
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

  /** A refused order leaves nothing behind, not even the account of a user who has none yet. */
  #take(command: PlaceOrder, known: AccountRow | null, passed: Passed, ctx: ShardContext): void {
    const account = known ?? this.#desk.booking.accountOf(command.userId, ctx.nowMs());
    const { order } = this.#desk.create(account, this.#intentOf(command, passed, ctx), ctx);
    this.#preTrade.taken(command, account, order);
    ctx.count('orders_taken');
    const { replyTo, waitMs } = command;
    this.#desk.waiters.add(order, { awaited: 'answer', replayed: false, replyTo, waitMs }, ctx);
    ctx.ask<SubmitOrder>(
      EXCHANGE_CONNECTION,
      submitOf(order, command.sandboxFault),
      (answer) => ({ kind: 'SubmitAnswered', orderId: order.id, answer }),
      this.#options.submitAskMs,
    );
  }

  #intentOf(
    command: PlaceOrder,
    { limitPriceInCents, referencePriceInCents }: Passed,
    ctx: ShardContext,
  ): OrderIntent {
    const { userId, idempotencyKey, symbol, side, orderType, timeInForce } = command;
    const { priceInCents, numShares } = command;
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
      notAfterMs: nowMs + this.#takenWithinMs(),
    };
  }

  /** How late the exchange may still take an order (E11). */
  #takenWithinMs(): number {
    const { notAfterMs, absenceWindowMs } = this.#options;
    return this.#desk.link.capabilities?.notAfter === false ? absenceWindowMs : notAfterMs;
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

function submitOf(order: Order, sandboxFault: string | null): Omit<SubmitOrder, 'replyTo'> {
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
    sandboxFault,
  };
}
