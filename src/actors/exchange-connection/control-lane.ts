// Cancels and questions on their way to the exchange, on connections of their own so that orders
// cannot starve them. The two take turns, so that neither starves the other.
import type {
  AskOrders,
  AskOrdersAnswer,
  CancelOrders,
  CancelOrdersAnswer,
} from '../../exchange/effects.ts';
import { LIMITS } from '../../limits.ts';
import type { Context, EffectFailure, ReplyTo } from '../../runtime/actor.ts';
import type { QueryOrders, SubmitCancel } from './protocol.ts';

/** There are cancels or questions to send: once per turn. */
export interface ControlsWaiting {
  readonly kind: 'ControlsWaiting';
}

export interface CancelsAnswered {
  readonly kind: 'CancelsAnswered';
  readonly requestId: number;
  readonly answer: CancelOrdersAnswer | EffectFailure;
}

export interface QueryAnswered {
  readonly kind: 'QueryAnswered';
  readonly requestId: number;
  readonly answer: AskOrdersAnswer | EffectFailure;
}

export type ControlLaneMessage = ControlsWaiting | CancelsAnswered | QueryAnswered;
type Ctx = Context<ControlLaneMessage>;

interface WrittenQuery {
  readonly query: QueryOrders;
  readonly askedAtMs: number;
}

export class ControlLane {
  readonly #connections: number;
  readonly #cancels = new Map<string, SubmitCancel>();
  readonly #queries: QueryOrders[] = [];
  readonly #writtenCancels = new Map<number, readonly SubmitCancel[]>();
  readonly #writtenQueries = new Map<number, WrittenQuery>();
  #cancelsMax = 0;
  #lastWasQuery = false;
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
    for (const waiting of this.#queries) cannotTell(waiting, 'link_down', ctx);
    this.#cancels.clear();
    this.#queries.length = 0;
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

  query(query: QueryOrders, ctx: Ctx): void {
    if (this.#cancelsMax === 0) return cannotTell(query, 'link_down', ctx);
    if (query.orderIds.length > LIMITS.queryOrdersMax) return cannotTell(query, 'too_many', ctx);
    if (this.#queries.length >= LIMITS.controlQueueMax) return cannotTell(query, 'busy', ctx);
    this.#queries.push(query);
    this.#announce(ctx);
  }

  controlsWaiting(ctx: Ctx): void {
    this.#isAnnounced = false;
    while (this.#written < this.#connections) {
      const query =
        this.#cancels.size > 0 && this.#lastWasQuery ? undefined : this.#queries.shift();
      if (query !== undefined) this.#writeQuery(query, ctx);
      else if (this.#cancels.size > 0) this.#writeCancels(ctx);
      else return;
      this.#lastWasQuery = query !== undefined;
    }
  }

  /** False: nothing was written, the exchange was out of reach. */
  cancelsAnswered({ requestId, answer }: CancelsAnswered, ctx: Ctx): boolean {
    const cancels = this.#writtenCancels.get(requestId) ?? [];
    this.#writtenCancels.delete(requestId);
    this.#announce(ctx);
    for (const [index, cancel] of cancels.entries()) {
      if (answer.outcome !== 'answered') {
        cannotTell(cancel, reasonOf(answer), ctx);
        continue;
      }
      const result = answer.results[index];
      if (result?.cancelId !== cancel.cancelId) cannotTell(cancel, 'no_matching_result', ctx);
      else ctx.reply(cancel.replyTo, { outcome: 'answered', result });
    }
    return answer.outcome !== 'not_written';
  }

  queryAnswered({ requestId, answer }: QueryAnswered, ctx: Ctx): boolean {
    const written = this.#writtenQueries.get(requestId);
    this.#writtenQueries.delete(requestId);
    this.#announce(ctx);
    if (written === undefined) return true;
    const { query, askedAtMs } = written;
    if (answer.outcome !== 'answered') cannotTell(query, reasonOf(answer), ctx);
    else {
      const { epoch } = answer;
      const asked = query.orderIds;
      const results = answer.results.filter((result, i) => result.clientOrderId === asked[i]);
      ctx.reply(query.replyTo, { outcome: 'answered', epoch, askedAtMs, results });
    }
    return answer.outcome !== 'not_written';
  }

  get #written(): number {
    return this.#writtenCancels.size + this.#writtenQueries.size;
  }

  #writeCancels(ctx: Ctx): void {
    const batch = [...this.#cancels.values()].slice(0, this.#cancelsMax);
    for (const { cancelId } of batch) this.#cancels.delete(cancelId);
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
      (answer) => ({ kind: 'CancelsAnswered', requestId, answer }),
      LIMITS.venueRequestMs,
    );
  }

  #writeQuery(query: QueryOrders, ctx: Ctx): void {
    this.#lastRequestId++;
    const requestId = this.#lastRequestId;
    this.#writtenQueries.set(requestId, { query, askedAtMs: ctx.nowMs() });
    const orders = query.orderIds.map((clientOrderId) => ({ clientOrderId }));
    const effect: AskOrders = { kind: 'AskOrders', orders };
    ctx.perform<AskOrdersAnswer>(
      effect,
      (answer) => ({ kind: 'QueryAnswered', requestId, answer }),
      LIMITS.venueRequestMs,
    );
  }

  #announce(ctx: Ctx): void {
    if (this.#isAnnounced || this.#cancels.size + this.#queries.length === 0) return;
    this.#isAnnounced = true;
    ctx.tell<ControlsWaiting>(ctx.self, { kind: 'ControlsWaiting' });
  }
}

type NoAnswer = Exclude<
  CancelOrdersAnswer | AskOrdersAnswer | EffectFailure,
  { outcome: 'answered' }
>;

function reasonOf(answer: NoAnswer): string {
  switch (answer.outcome) {
    case 'refused':
      return answer.refusal.code;
    case 'not_written':
      return 'link_down';
    case 'unknown':
      return answer.reason;
  }
}

interface CannotTell {
  readonly outcome: 'cannot_tell';
  readonly reason: string;
}

function cannotTell(
  asked: { readonly replyTo: ReplyTo<CannotTell> },
  reason: string,
  ctx: Ctx,
): void {
  ctx.reply(asked.replyTo, { outcome: 'cannot_tell', reason });
}
