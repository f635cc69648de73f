// Submits on their way to the exchange: a queue, batches on a few connections, one answer for each.
// A submit is taken out of the queue once and written at most once; whatever is not a definite no
// leaves its outcome unknown.

import type { PlaceOrders, PlaceOrdersAnswer } from '../../exchange/effects.ts';
import type { PlaceRequest, PlaceResult } from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import type { AskFailure, Context, EffectFailure } from '../../runtime/actor.ts';
import { ChurnMap, ChurnSet } from '../../runtime/churn-map.ts';
import { TRADE_PROCESSOR } from '../addresses.ts';
import type { ApplyTradingStates } from '../directory/protocol.ts';
import type { Acceptance, RecordAcceptances } from '../trade-processor/protocol.ts';
import { UnknownSubmits } from '../unknown-submits.ts';
import { Halts } from './halts.ts';
import type { NotSentReason, RecallSubmits, SubmitOrder, SubmitReply } from './protocol.ts';
import { RateWindow } from './rate-window.ts';

/** There are submits to send: once per turn, so that one batch takes all that the turn brought. */
export interface SubmitsWaiting {
  readonly kind: 'SubmitsWaiting';
}

export interface QueueTimeoutDue {
  readonly kind: 'QueueTimeoutDue';
}

export interface BatchAnswered {
  readonly kind: 'BatchAnswered';
  readonly batchId: number;
  readonly answer: PlaceOrdersAnswer | EffectFailure;
}

/** Commit B has happened, or nobody knows. */
export interface AcceptancesRecorded {
  readonly kind: 'AcceptancesRecorded';
  readonly batchId: number;
  readonly answer: { readonly outcome: 'recorded' } | AskFailure;
}

export type SubmitLaneMessage =
  | SubmitsWaiting
  | QueueTimeoutDue
  | BatchAnswered
  | AcceptancesRecorded;
type Ctx = Context<SubmitLaneMessage>;

type Belonging = Pick<SubmitOrder, 'userId' | 'symbol'>;

interface Queued {
  readonly submit: SubmitOrder;
  readonly queuedAtMs: number;
}

export class SubmitLane {
  readonly #connections: number;
  readonly #queue = new ChurnMap<string, Queued>();
  /** Queued, written or recording: an order that comes again meanwhile is not sent again. */
  readonly #inWork = new ChurnSet<string>();
  readonly #written = new ChurnMap<number, readonly SubmitOrder[]>();
  /** Accepted, and waiting for the trade-processor's commit. */
  readonly #recording = new ChurnMap<number, readonly SubmitOrder[]>();
  /** Given up: their shards are told, but may hear of a halt before that. */
  readonly #givenUp = new UnknownSubmits(LIMITS.clockSkewMs);
  readonly #rate = new RateWindow(LIMITS.ordersPerSecondToExchangeMax);
  readonly #halts = new Halts();
  #batchOrdersMax = 0;
  #isAnnounced = false;
  #hasQueueTimer = false;
  #lastBatchId = 0;

  constructor(connections: number) {
    this.#connections = connections;
  }

  get queued(): number {
    return this.#queue.size;
  }

  get inFlight(): number {
    let count = 0;
    for (const batch of this.#written.values()) count += batch.length;
    return count;
  }

  /** The link is up. */
  open(batchOrdersMax: number): void {
    this.#batchOrdersMax = Math.max(1, Math.min(batchOrdersMax, LIMITS.batchOrdersMax));
  }

  /** The link is down: what has not been written never will be. */
  shut(ctx: Ctx): void {
    this.#batchOrdersMax = 0;
    for (const { submit } of this.#queue.values()) this.#notSent(submit, 'link_down', ctx);
    this.#queue.clear();
  }

  /** The kill switch: what is queued is called back, what is written can only be named (I15). */
  applyTradingStates({ states, replyTo }: ApplyTradingStates, ctx: Ctx): void {
    this.#halts.apply(states);
    const isHalted = (submit: Belonging) => this.#halts.stops(submit);
    const notSent = this.#callBack(isHalted, ctx);
    ctx.reply(replyTo, { outcome: 'applied', notSent, onTheWire: this.#onTheWire(isHalted, ctx) });
    this.#announce(ctx);
  }

  recall({ userId, replyTo }: RecallSubmits, ctx: Ctx): void {
    const isTheirs = (submit: Belonging) => submit.userId === userId;
    const notSent = this.#callBack(isTheirs, ctx);
    ctx.reply(replyTo, { outcome: 'recalled', notSent, onTheWire: this.#onTheWire(isTheirs, ctx) });
  }

  submit(submit: SubmitOrder, ctx: Ctx): void {
    if (this.#batchOrdersMax === 0) return this.#notSent(submit, 'link_down', ctx);
    if (this.#halts.stops(submit)) return this.#notSent(submit, 'halted', ctx);
    if (this.#inWork.has(submit.orderId)) {
      ctx.count('submits_repeated');
      const reply: SubmitReply = { outcome: 'outcome_unknown', reason: 'submitted_twice' };
      return ctx.reply(submit.replyTo, reply);
    }
    this.#inWork.add(submit.orderId);
    this.#queue.set(submit.orderId, { submit, queuedAtMs: ctx.nowMs() });
    this.#announce(ctx);
    this.#armQueueTimer(ctx);
  }

  withdraw(orderId: string, ctx: Ctx): void {
    const queued = this.#queue.get(orderId);
    if (queued === undefined) return;
    this.#queue.delete(orderId);
    this.#notSent(queued.submit, 'withdrawn', ctx);
  }

  submitsWaiting(ctx: Ctx): void {
    this.#isAnnounced = false;
    if (!this.#halts.areKnown) return; // the first decision that is heard announces them again
    while (this.#queue.size > 0 && this.#written.size < this.#connections) {
      const room = Math.min(this.#batchOrdersMax, this.#rate.free(ctx.nowMs()));
      if (room <= 0) return this.#waitForRate(ctx);
      const batch = this.#takeBatch(room);
      this.#rate.add(batch.length, ctx.nowMs());
      this.#write(batch, ctx);
    }
  }

  queueTimeoutDue(ctx: Ctx): void {
    this.#hasQueueTimer = false;
    for (const [orderId, { submit, queuedAtMs }] of this.#queue) {
      if (ctx.nowMs() - queuedAtMs < LIMITS.submitQueueMs) break; // oldest first
      this.#queue.delete(orderId);
      this.#notSent(submit, 'queue_timeout', ctx);
    }
    this.#armQueueTimer(ctx);
  }

  /** False: nothing was written, the exchange was out of reach. */
  batchAnswered({ batchId, answer }: BatchAnswered, ctx: Ctx): boolean {
    const batch = this.#written.get(batchId) ?? [];
    this.#written.delete(batchId);
    this.#announce(ctx);
    switch (answer.outcome) {
      case 'answered':
        this.#onResults(batchId, batch, answer, ctx);
        return true;
      case 'refused':
        for (const submit of batch) this.#refused(submit, answer.refusal.code, ctx);
        return true;
      case 'not_written':
        for (const submit of batch) this.#notSent(submit, 'link_down', ctx);
        return false;
      case 'unknown':
        for (const submit of batch) this.#unknown(submit, answer.reason, ctx);
        return true;
    }
  }

  acceptancesRecorded({ batchId, answer }: AcceptancesRecorded, ctx: Ctx): void {
    const accepted = this.#recording.get(batchId) ?? [];
    this.#recording.delete(batchId);
    for (const submit of accepted) {
      if (answer.outcome === 'recorded') this.#answer(submit, { outcome: 'handed_over' }, ctx);
      else this.#unknown(submit, 'not_recorded', ctx);
    }
  }

  #callBack(isMeant: (submit: Belonging) => boolean, ctx: Ctx): number {
    let count = 0;
    for (const [orderId, { submit }] of this.#queue) {
      if (!isMeant(submit)) continue;
      this.#queue.delete(orderId);
      this.#notSent(submit, 'halted', ctx);
      count++;
    }
    return count;
  }

  #onTheWire(isMeant: (submit: Belonging) => boolean, ctx: Ctx): string[] {
    const written = [...this.#written.values()].flat();
    const givenUp = [...this.#givenUp.list(ctx.nowMs())];
    return [
      ...written.filter(isMeant).map(({ orderId }) => orderId),
      ...givenUp.filter(isMeant).map(({ id }) => id),
    ];
  }

  #takeBatch(max: number): SubmitOrder[] {
    const batch: SubmitOrder[] = [];
    for (const [orderId, { submit }] of this.#queue) {
      if (batch.length === max) break;
      this.#queue.delete(orderId);
      batch.push(submit);
    }
    return batch;
  }

  #write(batch: readonly SubmitOrder[], ctx: Ctx): void {
    this.#lastBatchId++;
    const batchId = this.#lastBatchId;
    this.#written.set(batchId, batch);
    const effect: PlaceOrders = { kind: 'PlaceOrders', orders: batch.map(requestOf) };
    ctx.perform<PlaceOrdersAnswer>(
      effect,
      (answer) => ({ kind: 'BatchAnswered', batchId, answer }),
      LIMITS.venueRequestMs,
    );
  }

  #onResults(
    batchId: number,
    batch: readonly SubmitOrder[],
    { epoch, results }: Extract<PlaceOrdersAnswer, { outcome: 'answered' }>,
    ctx: Ctx,
  ): void {
    const accepted: SubmitOrder[] = [];
    const acceptances: Acceptance[] = [];
    for (const [index, submit] of batch.entries()) {
      const result = matching(results[index], submit);
      if (result === null) {
        ctx.count('place_results_unmatched');
        this.#unknown(submit, 'no_matching_result', ctx);
      } else if (result.outcome === 'accepted') {
        accepted.push(submit);
        acceptances.push({ orderId: submit.orderId, externalOrderId: result.externalOrderId });
      } else if (result.outcome === 'refused') this.#refused(submit, result.reason, ctx);
      else this.#unknown(submit, result.outcome, ctx); // a duplicate may well be on the book
    }
    if (accepted.length === 0) return;
    this.#recording.set(batchId, accepted);
    ctx.ask<RecordAcceptances>(
      TRADE_PROCESSOR,
      { kind: 'RecordAcceptances', epoch, acceptances },
      (answer) => ({ kind: 'AcceptancesRecorded', batchId, answer }),
      LIMITS.venueRequestMs,
    );
  }

  /** A message to self comes after all of this turn: only then are batches made. */
  #announce(ctx: Ctx): void {
    if (this.#isAnnounced || this.#queue.size === 0) return;
    this.#isAnnounced = true;
    ctx.tell<SubmitsWaiting>(ctx.self, { kind: 'SubmitsWaiting' });
  }

  #waitForRate(ctx: Ctx): void {
    ctx.count('submits_held_by_rate');
    this.#isAnnounced = true;
    ctx.after(this.#rate.waitMs(ctx.nowMs()), { kind: 'SubmitsWaiting' }, 'rate');
  }

  #armQueueTimer(ctx: Ctx): void {
    const [oldest] = this.#queue.values();
    if (this.#hasQueueTimer || oldest === undefined) return;
    this.#hasQueueTimer = true;
    const waitMs = oldest.queuedAtMs + LIMITS.submitQueueMs - ctx.nowMs();
    ctx.after(Math.max(0, waitMs), { kind: 'QueueTimeoutDue' }, 'queue-timeout');
  }

  #refused(submit: SubmitOrder, reason: string, ctx: Ctx): void {
    this.#answer(submit, { outcome: 'refused', reason }, ctx);
  }

  #notSent(submit: SubmitOrder, reason: NotSentReason, ctx: Ctx): void {
    this.#answer(submit, { outcome: 'not_sent', reason }, ctx);
  }

  #unknown(submit: SubmitOrder, reason: string, ctx: Ctx): void {
    ctx.count('submits_unknown');
    this.#givenUp.add({ ...submit, id: submit.orderId }, ctx.nowMs());
    this.#answer(submit, { outcome: 'outcome_unknown', reason }, ctx);
  }

  #answer(submit: SubmitOrder, answer: SubmitReply, ctx: Ctx): void {
    this.#inWork.delete(submit.orderId);
    ctx.reply(submit.replyTo, answer);
  }
}

function requestOf(submit: SubmitOrder): PlaceRequest {
  const { orderId, symbol, side, timeInForce, priceInCents, numShares } = submit;
  const { notAfterMs, sandboxFault } = submit;
  return {
    clientOrderId: orderId,
    symbol,
    side,
    timeInForce,
    priceInCents,
    numShares,
    notAfterMs,
    sandboxFault,
  };
}

/**
 * Results come in the order of the requests; one that names another order says nothing about this
 * one.
 */
function matching(result: PlaceResult | undefined, { orderId }: SubmitOrder): PlaceResult | null {
  return result?.clientOrderId === orderId ? result : null;
}
