// Cancels and questions on their way to the exchange, on connections of their own so that orders
// cannot starve them. Customers' cancels go first; among many of them a question that waits has its
// turn now and then, so that neither starves the other.

import type { CancelOrders, CancelOrdersAnswer } from '../../exchange/effects.ts';
import { LIMITS } from '../../limits.ts';
import type { Context, EffectFailure } from '../../runtime/actor.ts';
import { ChurnMap } from '../../runtime/churn-map.ts';
import type { SubmitCancel } from './protocol.ts';
import {
  answer,
  cannotTell,
  type Question,
  type QuestionAnswered,
  reasonOf,
  write,
} from './questions.ts';

/** There are cancels or questions to send: once per turn. */
export interface ControlsWaiting {
  readonly kind: 'ControlsWaiting';
}

export interface CancelsAnswered {
  readonly kind: 'CancelsAnswered';
  readonly requestId: number;
  readonly answer: CancelOrdersAnswer | EffectFailure;
}

export type ControlLaneMessage = ControlsWaiting | CancelsAnswered | QuestionAnswered;
type Ctx = Context<ControlLaneMessage>;

export class ControlLane {
  readonly #connections: number;
  readonly #cancels = new ChurnMap<string, SubmitCancel>();
  /** In the order in which they were asked. */
  readonly #questions: Question[] = [];
  readonly #writtenCancels = new ChurnMap<number, readonly SubmitCancel[]>();
  #writtenQuestions = 0;
  #cancelsMax = 0;
  /** Requests with cancels that a waiting question has let pass. */
  #passed = 0;
  #isAnnounced = false;
  #lastRequestId = 0;

  constructor(connections: number) {
    this.#connections = connections;
  }

  /** The exchange can be reached. */
  open(batchOrdersMax: number): void {
    this.#cancelsMax = Math.max(1, Math.min(batchOrdersMax, LIMITS.batchOrdersMax));
  }

  shut(ctx: Ctx): void {
    this.#cancelsMax = 0;
    for (const waiting of this.#cancels.values()) cannotTell(waiting, 'link_down', ctx);
    for (const waiting of this.#questions) cannotTell(waiting, 'link_down', ctx);
    this.#cancels.clear();
    this.#questions.length = 0;
  }

  cancel(cancel: SubmitCancel, ctx: Ctx): void {
    if (this.#cancelsMax === 0) return cannotTell(cancel, 'link_down', ctx);
    const earlier = this.#cancels.get(cancel.cancelId);
    if (earlier !== undefined)
      cannotTell(earlier, 'asked_again', ctx); // its asker has given up
    else if (this.#cancels.size >= LIMITS.controlQueueMax) return cannotTell(cancel, 'busy', ctx);
    this.#cancels.set(cancel.cancelId, cancel);
    this.#announce(ctx);
  }

  ask(question: Question, ctx: Ctx): void {
    if (this.#cancelsMax === 0) return cannotTell(question, 'link_down', ctx);
    if (question.kind === 'QueryOrders' && question.orders.length > LIMITS.queryOrdersMax) {
      return cannotTell(question, 'too_many', ctx);
    }
    if (this.#questions.length >= LIMITS.controlQueueMax) return cannotTell(question, 'busy', ctx);
    this.#questions.push(question);
    this.#announce(ctx);
  }

  controlsWaiting(ctx: Ctx): void {
    this.#isAnnounced = false;
    while (this.#written < this.#connections) {
      const cancelsGo = this.#cancels.size > 0 && this.#passed < LIMITS.cancelsBeforeQuestion;
      const question = cancelsGo ? undefined : this.#questions.shift();
      if (question !== undefined) this.#writeQuestion(question, ctx);
      else if (this.#cancels.size > 0) this.#writeCancels(ctx);
      else return;
    }
  }

  /** False: nothing was written, the exchange was out of reach. */
  cancelsAnswered({ requestId, answer: answered }: CancelsAnswered, ctx: Ctx): boolean {
    const cancels = this.#writtenCancels.get(requestId) ?? [];
    this.#writtenCancels.delete(requestId);
    this.#announce(ctx);
    for (const [index, cancel] of cancels.entries()) {
      if (answered.outcome !== 'answered') {
        cannotTell(cancel, reasonOf(answered), ctx);
        continue;
      }
      const result = answered.results[index];
      if (result?.cancelId !== cancel.cancelId) cannotTell(cancel, 'no_matching_result', ctx);
      else ctx.reply(cancel.replyTo, { outcome: 'answered', result });
    }
    return answered.outcome !== 'not_written';
  }

  questionAnswered(message: QuestionAnswered, ctx: Ctx): boolean {
    this.#writtenQuestions--;
    this.#announce(ctx);
    answer(message, ctx);
    return message.answer.outcome !== 'not_written';
  }

  get #written(): number {
    return this.#writtenCancels.size + this.#writtenQuestions;
  }

  #writeCancels(ctx: Ctx): void {
    const batch = [...this.#cancels.values()].slice(0, this.#cancelsMax);
    for (const { cancelId } of batch) this.#cancels.delete(cancelId);
    this.#passed = this.#questions.length > 0 ? this.#passed + 1 : 0;
    this.#lastRequestId++;
    const requestId = this.#lastRequestId;
    this.#writtenCancels.set(requestId, batch);
    const cancels = batch.map(({ cancelId, orderId, externalOrderId }) => ({
      cancelId,
      clientOrderId: orderId,
      externalOrderId,
    }));
    const effect: CancelOrders = { kind: 'CancelOrders', cancels };
    ctx.perform<CancelOrdersAnswer>(
      effect,
      (answered) => ({ kind: 'CancelsAnswered', requestId, answer: answered }),
      LIMITS.venueRequestMs,
    );
  }

  #writeQuestion(question: Question, ctx: Ctx): void {
    this.#passed = 0;
    this.#writtenQuestions++;
    write(question, ctx);
  }

  #announce(ctx: Ctx): void {
    if (this.#isAnnounced || this.#cancels.size + this.#questions.length === 0) return;
    this.#isAnnounced = true;
    ctx.tell<ControlsWaiting>(ctx.self, { kind: 'ControlsWaiting' });
  }
}
