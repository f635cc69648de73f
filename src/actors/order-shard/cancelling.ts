// Cancelling an order: `pending_cancel` is durable first, then the request, repeated with the same
// id until the exchange has answered (E16).

import { answeredEndOf } from '../../domain/execution-facts.ts';
import { isAnswered, isDoneAtVenue, type Order } from '../../domain/order.ts';
import { rejection } from '../../domain/reject-codes.ts';
import { ChurnMap } from '../../runtime/churn-map.ts';
import type { StoredOrder } from '../../store/order-store.ts';
import { EXCHANGE_CONNECTION } from '../addresses.ts';
import type { SubmitCancel, WithdrawSubmit } from '../exchange-connection/protocol.ts';
import type { Desk } from './desk.ts';
import type { CancelAnswered, CancelDue, ShardContext } from './messages.ts';
import type { CancelOrder } from './protocol.ts';

export interface CancellingOptions {
  readonly cancelAskMs: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
}

interface Attempt {
  readonly attempts: number;
  readonly inFlight: boolean;
  /** Answers that the order was unknown: final for their cancelId, so each asks for a new one. */
  readonly unknowns: number;
}

type Unanswered = Exclude<CancelAnswered['answer'], { outcome: 'answered' }>;

const NO_ATTEMPT: Attempt = { attempts: 0, inFlight: false, unknowns: 0 };

export class Cancelling {
  readonly #desk: Desk;
  readonly #options: CancellingOptions;
  /** Cancels that the exchange owes an answer to, by order. */
  readonly #attempts = new ChurnMap<string, Attempt>();

  constructor(desk: Desk, options: CancellingOptions) {
    this.#desk = desk;
    this.#options = options;
  }

  get cancelsWaiting(): number {
    return this.#attempts.size;
  }

  foundAtStart(order: Order): void {
    if (order.status === 'pending_cancel') {
      this.#attempts.set(order.id, NO_ATTEMPT);
    }
  }

  cancel(command: CancelOrder, ctx: ShardContext): void {
    const { userId, orderId, replyTo, waitMs } = command;
    const stored = this.#desk.store.orders.get(orderId);
    if (stored === null || stored.order.userId !== userId) {
      return ctx.reply(replyTo, rejection('order_not_found', { orderId }));
    }
    const { status } = stored.order;
    if (status === 'filled' || status === 'failed') {
      return ctx.reply(replyTo, rejection('order_closed', { orderId, status }));
    }
    const { order } = this.#request(stored, null, ctx);
    this.#desk.waiters.add(order, { awaited: 'cancel', replayed: false, replyTo, waitMs }, ctx);
  }

  /** Nobody asked for it, but its user was told that there is no such order (E12). */
  cancelForUs(stored: StoredOrder, cause: string, ctx: ShardContext): void {
    this.#request(stored, cause, ctx);
  }

  /** The exchange can be reached again: what waits for its back-off goes at once. */
  linkUp(ctx: ShardContext): void {
    for (const orderId of [...this.#attempts.keys()]) {
      this.due({ kind: 'CancelDue', orderId }, ctx); // sets, and nothing may meanwhile
    }
  }

  /**
   * The acknowledgement, or the silence of the submit, makes a waiting cancel possible (E15); the
   * end of the order makes it needless.
   */
  submitSettled({ order }: StoredOrder, ctx: ShardContext): void {
    const attempt = this.#attempts.get(order.id);
    if (attempt?.inFlight) return;
    if (this.#isWorthSending(order)) return this.#send(order, ctx);
    if (attempt === undefined || order.status === 'pending_cancel') return;
    this.#attempts.delete(order.id);
    ctx.cancelTimer(timerOf(order.id));
  }

  due({ orderId }: CancelDue, ctx: ShardContext): void {
    const attempt = this.#attempts.get(orderId);
    if (attempt === undefined || attempt.inFlight) return;
    const order = this.#desk.store.orders.get(orderId)?.order;
    if (order?.status !== 'pending_cancel') this.#attempts.delete(orderId);
    else if (this.#isWorthSending(order)) this.#send(order, ctx);
  }

  /** To an exchange that did not know the order, not before the order has been found there. */
  #isWorthSending(order: Order): boolean {
    if (order.status !== 'pending_cancel') return false;
    return order.externalOrderId !== null || !this.#attempts.get(order.id)?.unknowns;
  }

  answered({ orderId, answer }: CancelAnswered, ctx: ShardContext): void {
    const stored = this.#desk.store.orders.get(orderId);
    if (stored === null) return;
    if (answer.outcome !== 'answered') {
      return this.#retryLater(this.#unanswered(stored, answer, ctx), ctx);
    }
    const { result } = answer;
    if (result.outcome === 'cancelled') {
      // Closed now, nobody would ask for its external id, and its fills would stay parked.
      if (stored.order.externalOrderId === null) return this.#retryLater(stored, ctx);
      this.#attempts.delete(orderId);
      if (isDoneAtVenue(stored.order)) return; // the feed was faster
      const { cumQty } = result;
      const facts = answeredEndOf(stored.order, 'cancelled', { reason: 'requested', cumQty });
      this.#desk.apply(stored, facts, 'order_cancelled', ctx);
    } else if (result.reason === 'too_late') {
      this.#attempts.delete(orderId);
      this.#refused(stored, result.reason, ctx);
    } else {
      this.#wasUnknown(stored, ctx);
    }
  }

  /** The user sees that it takes longer and why; the same reason is told once. */
  #unanswered(stored: StoredOrder, answer: Unanswered, ctx: ShardContext): StoredOrder {
    if (stored.order.status !== 'pending_cancel') return stored;
    const cancelError = reasonOf(answer);
    return this.#desk.apply(stored, { cancelError }, 'order_cancel_unanswered', ctx);
  }

  /** An unknown order proves nothing (E14): its submit may be on its way, the reconciler asks. */
  #wasUnknown(stored: StoredOrder, ctx: ShardContext): void {
    const { order } = stored;
    const attempt = this.#attempts.get(order.id);
    if (attempt === undefined) return;
    const unknowns = attempt.unknowns + 1;
    this.#attempts.set(order.id, { ...attempt, inFlight: false, unknowns });
    // Closed meanwhile, it is forgotten there.
    if (!order.isOpen || this.#isWorthSending(order)) this.#retryLater(stored, ctx);
  }

  #request(stored: StoredOrder, cause: string | null, ctx: ShardContext): StoredOrder {
    const { order } = stored;
    if (!order.isOpen || order.status === 'pending_cancel') return stored;
    const facts = { cancelsRequested: order.cancelsRequested + 1 };
    const origin = { cause, exchangeAtMs: null };
    const asked = this.#desk.apply(stored, facts, 'order_cancel_requested', ctx, origin);
    if (isAnswered(order)) {
      this.#send(asked.order, ctx);
    } else {
      // Still in the queue: withdrawn there. On the wire: the cancel goes out when the submit is
      // settled (E15).
      this.#attempts.set(order.id, NO_ATTEMPT);
      const withdraw: WithdrawSubmit = { kind: 'WithdrawSubmit', orderId: order.id };
      ctx.tell(EXCHANGE_CONNECTION, withdraw);
    }
    return asked;
  }

  #send(order: Order, ctx: ShardContext): void {
    const { attempts, unknowns } = this.#attempts.get(order.id) ?? NO_ATTEMPT;
    this.#attempts.set(order.id, { attempts: attempts + 1, inFlight: true, unknowns });
    ctx.cancelTimer(timerOf(order.id));
    ctx.ask<SubmitCancel>(
      EXCHANGE_CONNECTION,
      {
        kind: 'SubmitCancel',
        // Without an answer it is repeated as it was.
        cancelId: `${order.id}.c${order.cancelsRequested + unknowns}`,
        orderId: order.id,
        externalOrderId: this.#idAtVenue(order),
      },
      (answer) => ({ kind: 'CancelAnswered', orderId: order.id, answer }),
      this.#options.cancelAskMs,
    );
  }

  /** A book that was lost gives its ids anew: there the old one may be another customer's (E41). */
  #idAtVenue({ venueEpoch, externalOrderId }: Order): string | null {
    const epoch = this.#desk.link.capabilities?.epoch ?? venueEpoch;
    return venueEpoch === null || venueEpoch === epoch ? externalOrderId : null;
  }

  #retryLater({ order }: StoredOrder, ctx: ShardContext): void {
    const attempt = this.#attempts.get(order.id);
    if (attempt === undefined) return;
    if (order.status !== 'pending_cancel') {
      this.#attempts.delete(order.id);
      return;
    }
    const { backoffMinMs, backoffMaxMs } = this.#options;
    this.#attempts.set(order.id, { ...attempt, inFlight: false });
    const delayMs = Math.min(backoffMinMs * 2 ** (attempt.attempts - 1), backoffMaxMs);
    ctx.after(delayMs, { kind: 'CancelDue', orderId: order.id }, timerOf(order.id));
  }

  /** Too late: the fills that made it so are on their way (E13). */
  #refused(stored: StoredOrder, reason: string, ctx: ShardContext): void {
    const { order } = stored;
    const isTold = order.status === 'pending_cancel' || order.status === 'filled';
    if (!isTold || order.cancelsRefused >= order.cancelsRequested) return;
    const facts = { cancelsRefused: order.cancelsRequested, cancelRefusal: reason };
    this.#desk.apply(stored, facts, 'order_cancel_rejected', ctx);
  }
}

function reasonOf(answer: Unanswered): string {
  return answer.outcome === 'failed' ? 'failed' : answer.reason;
}

function timerOf(orderId: string): string {
  return `cancel:${orderId}`;
}
