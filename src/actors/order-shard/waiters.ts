// Clients that wait for the exchange's word on an order. Only in memory: a waiter that a restart
// forgets is answered by the runtime, and its client finds the order by its key.

import type { Order } from '../../domain/order.ts';
import { isAnswered } from '../../domain/order.ts';
import type { ReplyTo } from '../../runtime/actor.ts';
import { ChurnMap } from '../../runtime/churn-map.ts';
import type { BrokerContext } from '../context.ts';
import type { OrderReply } from './protocol.ts';

/** What a waiter waits for: the exchange's answer to the submit, or the end of a cancel. */
export type Awaited = 'answer' | 'cancel';

interface Waiting {
  readonly awaited: Awaited;
  readonly replayed: boolean;
  readonly replyTo: ReplyTo<OrderReply>;
}

interface Waiter extends Waiting {
  /** Counts from 1: names its timer. */
  readonly waiterNo: number;
}

/** A waiter's time is up: it is told what is known. */
export interface WaitEnded {
  readonly kind: 'WaitEnded';
  readonly orderId: string;
  /** Of the ask: an own message may be replayed in a later life of the shard, which counts anew. */
  readonly correlationId: number;
  readonly to: string;
}

export class Waiters {
  readonly #byOrder = new ChurnMap<string, Waiter[]>();
  #lastNo = 0;

  /** Answers at once when there is nothing to wait for. */
  add(
    order: Order,
    { awaited, replayed, replyTo, waitMs }: Waiting & { readonly waitMs: number },
    ctx: BrokerContext<WaitEnded>,
  ): void {
    if (waitMs <= 0 || isOver(order, awaited)) {
      ctx.reply(replyTo, { outcome: 'order', order, replayed });
      return;
    }
    const waiterNo = ++this.#lastNo;
    const waiter = { awaited, replayed, replyTo, waiterNo };
    const waiters = this.#byOrder.get(order.id);
    if (waiters === undefined) this.#byOrder.set(order.id, [waiter]);
    else waiters.push(waiter);
    const { to, correlationId } = replyTo;
    const ended: WaitEnded = { kind: 'WaitEnded', orderId: order.id, to, correlationId };
    ctx.after(waitMs, ended, timerOf(waiterNo));
  }

  /** Answers those whose wait the order's new state ends. */
  orderChanged(order: Order, ctx: BrokerContext<WaitEnded>): void {
    this.#answer(order, ctx, (waiter) => isOver(order, waiter.awaited));
  }

  /** There is no answer to come: tells everyone what is known. */
  giveUp(order: Order, ctx: BrokerContext<WaitEnded>): void {
    this.#answer(order, ctx, () => true);
  }

  waitEnded(order: Order, ended: WaitEnded, ctx: BrokerContext<WaitEnded>): void {
    const { to, correlationId } = ended;
    this.#answer(
      order,
      ctx,
      ({ replyTo }) => replyTo.correlationId === correlationId && replyTo.to === to,
    );
  }

  #answer(order: Order, ctx: BrokerContext<WaitEnded>, ends: (waiter: Waiter) => boolean): void {
    const waiters = this.#byOrder.get(order.id);
    if (waiters === undefined) return;
    const left = waiters.filter((waiter) => {
      if (!ends(waiter)) return true;
      ctx.cancelTimer(timerOf(waiter.waiterNo));
      ctx.reply(waiter.replyTo, { outcome: 'order', order, replayed: waiter.replayed });
      return false;
    });
    if (left.length === 0) this.#byOrder.delete(order.id);
    else this.#byOrder.set(order.id, left);
  }
}

function isOver(order: Order, awaited: Awaited): boolean {
  return awaited === 'answer'
    ? isAnswered(order) || !order.isOpen
    : order.status !== 'pending_cancel';
}

function timerOf(waiterNo: number): string {
  return `wait:${waiterNo}`;
}
