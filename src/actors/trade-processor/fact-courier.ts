// Brings facts to their shards and does not let go of one before the shard has it on disk. Facts of
// one order arrive in order: after a failure the later ones wait behind the failed one, and only
// then is there a queue at all.

import { HOUSE_USER_ID } from '../../domain/ids.ts';
import { LIMITS } from '../../limits.ts';
import {
  type Address,
  type Asked,
  type AskFailure,
  type Context,
  isAskFailure,
} from '../../runtime/actor.ts';
import { ChurnMap, ChurnSet } from '../../runtime/churn-map.ts';
import { type ShardMap, shardOf } from '../addresses.ts';
import { backOffMs } from '../back-off.ts';
import type {
  BookStray,
  ExecutionReported,
  FactReply,
  OrderAcknowledged,
} from '../order-shard/protocol.ts';

export type Fact = Asked<OrderAcknowledged> | Asked<ExecutionReported> | Asked<BookStray>;

export interface FactAnswered {
  readonly kind: 'FactAnswered';
  readonly deliveryId: number;
  readonly answer: FactReply | AskFailure;
}

export interface RetryDue {
  readonly kind: 'RetryDue';
}

/** The shard has answered for good: it holds the fact, or it never will. */
export type Settled =
  | { readonly outcome: 'booked'; readonly fact: Fact }
  | { readonly outcome: 'failed'; readonly fact: Fact; readonly error: string }
  /** The shard has no such order: all that was to be told of it, as it was sent. */
  | { readonly outcome: 'disowned'; readonly facts: readonly Fact[] };

interface Delivery {
  readonly id: number;
  readonly fact: Fact;
}

/** An order one of whose facts failed. The first of the queue is the one to try. */
interface Blocked {
  readonly queue: Delivery[];
  failures: number;
  dueAtMs: number;
  /** The one that is with the shard now. */
  tried: Delivery | null;
}

type CourierContext = Context<FactAnswered | RetryDue>;

export class FactCourier {
  readonly #shards: ShardMap;
  readonly #asked = new ChurnMap<number, Delivery>();
  readonly #blocked = new Map<string, Blocked>();
  /** Acknowledgements that no shard has answered yet. */
  readonly #acknowledging = new ChurnSet<string>();
  #lastId = 0;
  #size = 0;
  #timerArmed = false;

  constructor(shards: ShardMap) {
    this.#shards = shards;
  }

  /** Facts that are not settled. */
  get size(): number {
    return this.#size;
  }

  *unsettled(): Iterable<Fact> {
    for (const { fact } of this.#asked.values()) yield fact;
    for (const { queue, tried } of this.#blocked.values()) {
      for (const delivery of queue) if (delivery !== tried) yield delivery.fact;
    }
  }

  isAcknowledging(orderId: string): boolean {
    return this.#acknowledging.has(orderId);
  }

  send(fact: Fact, ctx: CourierContext): void {
    this.#lastId++;
    this.#size++;
    const delivery = { id: this.#lastId, fact };
    if (fact.kind === 'OrderAcknowledged') this.#acknowledging.add(fact.orderId);
    const blocked = this.#blocked.get(orderOf(fact));
    if (blocked === undefined) this.#ask(delivery, ctx);
    else blocked.queue.push(delivery);
  }

  /** Null: the shard could not be reached, or it may have been; the fact will be sent again. */
  answered({ deliveryId, answer }: FactAnswered, ctx: CourierContext): Settled | null {
    const delivery = this.#asked.get(deliveryId);
    if (delivery === undefined) return null;
    this.#asked.delete(deliveryId);
    if (isAskFailure(answer) && answer.outcome !== 'failed') {
      this.#block(delivery, ctx);
      return null;
    }
    if (answer.outcome === 'no_such_order') {
      return { outcome: 'disowned', facts: this.#withdraw(delivery) };
    }
    const { fact } = delivery;
    this.#gone(fact);
    this.#unblock(delivery, ctx);
    if (answer.outcome !== 'failed') return { outcome: 'booked', fact };
    return { outcome: 'failed', fact, error: answer.error };
  }

  /** The timer's turn: tries every blocked order whose time has come. */
  retryDue(ctx: CourierContext): void {
    this.#timerArmed = false;
    for (const blocked of this.#blocked.values()) {
      if (blocked.dueAtMs <= ctx.nowMs()) this.#tryFirst(blocked, ctx);
    }
    this.#armTimer(ctx);
  }

  /** A shard takes messages again: no reason to sit out the back-off. */
  shardUp(address: string, ctx: CourierContext): void {
    for (const blocked of this.#blocked.values()) {
      const [first] = blocked.queue;
      if (first === undefined || this.#addressOf(first.fact) !== address) continue;
      blocked.failures = 0;
      this.#tryFirst(blocked, ctx);
    }
  }

  #gone(fact: Fact): void {
    this.#size--;
    if (fact.kind === 'OrderAcknowledged') this.#acknowledging.delete(fact.orderId);
  }

  /** All of its order, so that none overtakes another on a new road; later answers are ignored. */
  #withdraw(answered: Delivery): Fact[] {
    const orderId = orderOf(answered.fact);
    const withShard = [...this.#asked.values()].filter(({ fact }) => orderOf(fact) === orderId);
    const queued = this.#blocked.get(orderId)?.queue ?? [];
    const all = [...new Set([answered, ...withShard, ...queued])].sort((a, b) => a.id - b.id);
    this.#blocked.delete(orderId);
    for (const { id, fact } of all) {
      this.#asked.delete(id);
      this.#gone(fact);
    }
    return all.map(({ fact }) => fact);
  }

  #ask(delivery: Delivery, ctx: CourierContext): void {
    this.#asked.set(delivery.id, delivery);
    ctx.ask<OrderAcknowledged | ExecutionReported | BookStray>(
      this.#addressOf(delivery.fact),
      delivery.fact,
      (answer) => ({ kind: 'FactAnswered', deliveryId: delivery.id, answer }),
      LIMITS.factAskMs,
    );
  }

  #addressOf(fact: Fact): Address {
    return shardOf(fact.kind === 'BookStray' ? HOUSE_USER_ID : fact.orderId, this.#shards);
  }

  #block(delivery: Delivery, ctx: CourierContext): void {
    const orderId = orderOf(delivery.fact);
    const blocked = this.#blocked.get(orderId) ?? {
      queue: [],
      failures: 0,
      dueAtMs: 0,
      tried: null,
    };
    if (blocked.tried === delivery) blocked.tried = null;
    else insert(blocked.queue, delivery);
    blocked.dueAtMs = ctx.nowMs() + backOffMs(blocked.failures, ctx.random());
    blocked.failures++;
    this.#blocked.set(orderId, blocked);
    ctx.count('facts_to_send_again');
    this.#armTimer(ctx);
  }

  /** One by one, so that none overtakes; the order is free again when its queue is empty. */
  #unblock(settled: Delivery, ctx: CourierContext): void {
    const orderId = orderOf(settled.fact);
    const blocked = this.#blocked.get(orderId);
    if (blocked?.tried !== settled) return;
    blocked.queue.splice(blocked.queue.indexOf(settled), 1);
    blocked.tried = null;
    blocked.failures = 0;
    if (blocked.queue.length === 0) this.#blocked.delete(orderId);
    else this.#tryFirst(blocked, ctx);
  }

  #tryFirst(blocked: Blocked, ctx: CourierContext): void {
    const [first] = blocked.queue;
    if (first === undefined || blocked.tried !== null) return;
    blocked.tried = first;
    this.#ask(first, ctx);
  }

  #armTimer(ctx: CourierContext): void {
    if (this.#timerArmed || this.#blocked.size === 0) return;
    this.#timerArmed = true;
    ctx.after(LIMITS.linkRetryMinMs, { kind: 'RetryDue' }, 'retry');
  }
}

/** What facts must not overtake one another within. */
function orderOf(fact: Fact): string {
  return fact.kind === 'BookStray' ? `${fact.epoch}/${fact.externalOrderId}` : fact.orderId;
}

/**
 * Several facts of one order may have been on the way when the first failed: they queue as they
 * were sent.
 */
function insert(queue: Delivery[], delivery: Delivery): void {
  const behind = queue.findIndex(({ id }) => id > delivery.id);
  queue.splice(behind < 0 ? queue.length : behind, 0, delivery);
}
