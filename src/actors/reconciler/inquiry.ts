// Asks the exchange about single orders, many per question, and hands its definite answers to their
// shards: which of them proves what is the shard's to decide. An acceptance that we lack is with
// the trade-processor first, so that the order's executions find it.
import { timeOf } from '../../domain/ids.ts';
import type { QueryRequest, VenueOrder } from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { EXCHANGE_CONNECTION, type ShardMap, shardOf, TRADE_PROCESSOR } from '../addresses.ts';
import type { BrokerContext } from '../context.ts';
import type { QueryOrders } from '../exchange-connection/protocol.ts';
import type { OrderQueried } from '../order-shard/protocol.ts';
import type { GetParked, RecordAcceptances } from '../trade-processor/protocol.ts';
import type { FillFetcher } from './fill-fetcher.ts';
import type {
  AcceptancesRecorded,
  AnswerBooked,
  Message,
  ParkedKnown,
  QueryAnswered,
} from './messages.ts';
import { type Target, TargetedOrders } from './targeted-orders.ts';
import { UnresolvedOrders } from './unresolved-orders.ts';
import type { VenueQuestions } from './venue-questions.ts';

export interface InquiryParts {
  readonly shards: ShardMap;
  readonly questions: VenueQuestions;
  readonly fills: FillFetcher;
}

type Ctx = BrokerContext<Message>;

export class Inquiry {
  readonly unresolved = new UnresolvedOrders();
  readonly #targets = new TargetedOrders();
  readonly #shards: ShardMap;
  readonly #questions: VenueQuestions;
  readonly #fills: FillFetcher;

  constructor({ shards, questions, fills }: InquiryParts) {
    this.#shards = shards;
    this.#questions = questions;
    this.#fills = fills;
  }

  get targeted(): number {
    return this.#targets.size;
  }

  /** An order about which something looks wrong; one that is unresolved is asked about anyway. */
  target({ orderId, externalOrderId, venueEpoch }: Target, inMs: number, ctx: Ctx): void {
    if (this.unresolved.get(orderId) !== undefined) return;
    const target = { orderId, externalOrderId, venueEpoch };
    if (!this.#targets.add(target, ctx.nowMs() + inMs)) ctx.count('findings_not_asked_about');
  }

  /** Who does not fit into this round is the longest overdue in the next one. */
  askDue(ctx: Ctx): void {
    while (this.#questions.hasRoom) {
      const orderIds = this.#takeDue(ctx.nowMs());
      if (orderIds.length === 0) return;
      this.#questions.asked();
      ctx.ask<QueryOrders>(
        EXCHANGE_CONNECTION,
        { kind: 'QueryOrders', orders: orderIds.map(byClientOrderId) },
        (answer) => ({ kind: 'QueryAnswered', orderIds, answer }),
        LIMITS.venueRequestMs + LIMITS.askMarginMs,
      );
    }
  }

  answered({ orderIds, answer }: QueryAnswered, ctx: Ctx): void {
    this.#questions.ended();
    if (answer.outcome !== 'answered') return this.#onCannotTell(orderIds, ctx);
    const { epoch, askedAtMs, results } = answer;
    const byId = new Map(results.map((result) => [result.clientOrderId, result]));
    const found: VenueOrder[] = [];
    const notFound: string[] = [];
    const unclear: string[] = [];
    for (const orderId of orderIds) {
      const result = byId.get(orderId);
      if (result?.outcome === 'not_found') notFound.push(orderId);
      else if (result?.order.clientOrderId === orderId) found.push(result.order);
      else unclear.push(orderId);
    }
    this.#onCannotTell(unclear, ctx);
    this.#onFound(found, epoch, askedAtMs, ctx);
    this.#askParked({ notFound, epoch, askedAtMs }, ctx);
  }

  parkedKnown({ notFound, epoch, askedAtMs, answer }: ParkedKnown, ctx: Ctx): void {
    if (isAskFailure(answer)) return this.#onCannotTell(notFound, ctx);
    this.#questions.notFound(notFound.length);
    for (const orderId of notFound) {
      const nothingParked = this.#isNothingOf(orderId, answer.newestParkedAtMs);
      this.unresolved.answered(orderId, askedAtMs);
      if (!nothingParked) this.unresolved.heldUp(orderId);
      if (nothingParked) this.#targets.notFound(orderId, epoch, askedAtMs);
      else this.#targets.cannotTell(orderId, ctx.nowMs());
      this.#tellShard(orderId, { epoch, venue: null, askedAtMs, nothingParked }, ctx);
    }
  }

  /** What was not taken is asked again: the shard still lists the order. */
  answerBooked({ orderId, epoch, venue, answer }: AnswerBooked, ctx: Ctx): void {
    if (isAskFailure(answer)) return notTaken('OrderQueried', answer, ctx);
    if (answer.outcome === 'no_such_order') ctx.count('answers_without_order');
    const isMissing = this.unresolved.get(orderId)?.order.reason === 'missing_fills';
    if (venue === null || !(answer.fillsMissing || isMissing)) return;
    const { externalOrderId, cumQty } = venue;
    this.#fills.want({ orderId, externalOrderId, epoch, venueCumQty: cumQty }, ctx);
  }

  acceptancesRecorded({ answer }: AcceptancesRecorded, ctx: Ctx): void {
    if (isAskFailure(answer)) notTaken('RecordAcceptances', answer, ctx);
  }

  record(epoch: string, accepted: readonly VenueOrder[], ctx: Ctx): void {
    if (accepted.length === 0) return;
    const acceptances = accepted.map(({ clientOrderId, externalOrderId }) => {
      return { orderId: clientOrderId, externalOrderId };
    });
    ctx.ask<RecordAcceptances>(
      TRADE_PROCESSOR,
      { kind: 'RecordAcceptances', epoch, acceptances },
      (answer) => ({ kind: 'AcceptancesRecorded', answer }),
      LIMITS.readAskMs,
    );
    // Until its acknowledgement is booked the shard can make nothing of an end, or of fills.
    for (const { clientOrderId: orderId, externalOrderId, status, cumQty } of accepted) {
      if (status === 'open' && cumQty === 0) continue;
      const target = { orderId, externalOrderId, venueEpoch: epoch };
      this.#targets.add(target, ctx.nowMs() + LIMITS.fillsLateMs);
    }
  }

  #takeDue(nowMs: number): string[] {
    const max = LIMITS.queryOrdersMax;
    const due = this.unresolved.takeDue(nowMs, max).map(({ order }) => order.orderId);
    const orderIds = new Set(due);
    for (const orderId of this.#targets.takeDue(nowMs, max - due.length)) orderIds.add(orderId);
    return [...orderIds];
  }

  #onFound(found: readonly VenueOrder[], epoch: string, askedAtMs: number, ctx: Ctx): void {
    this.#questions.found(found.length);
    const lacking = found.filter((venue) => {
      return !isRefused(venue) && this.#knownAs(venue.clientOrderId) !== venue.externalOrderId;
    });
    for (const { clientOrderId } of found) {
      this.unresolved.answered(clientOrderId, askedAtMs);
      this.#targets.found(clientOrderId);
    }
    this.record(epoch, lacking, ctx);
    for (const venue of found) {
      const word = { epoch, venue, askedAtMs, nothingParked: false };
      this.#tellShard(venue.clientOrderId, word, ctx);
    }
  }

  #askParked(absence: Pick<ParkedKnown, 'notFound' | 'epoch' | 'askedAtMs'>, ctx: Ctx): void {
    if (absence.notFound.length === 0) return;
    ctx.ask<GetParked>(
      TRADE_PROCESSOR,
      { kind: 'GetParked' },
      (answer) => ({ kind: 'ParkedKnown', ...absence, answer }),
      LIMITS.readAskMs,
    );
  }

  /** What was parked before an order was sent is a stranger's, and must not hold it up for ever. */
  #isNothingOf(orderId: string, newestParkedAtMs: number | null): boolean {
    const order = this.unresolved.get(orderId)?.order;
    const sentAtMs = order?.sendAttemptedAtMs ?? timeOf(orderId) - LIMITS.clockSkewMs;
    return newestParkedAtMs === null || newestParkedAtMs < sentAtMs;
  }

  #onCannotTell(orderIds: readonly string[], ctx: Ctx): void {
    this.#questions.cannotTell(orderIds.length);
    for (const orderId of orderIds) {
      this.unresolved.cannotTell(orderId, ctx.nowMs());
      this.#targets.cannotTell(orderId, ctx.nowMs());
    }
  }

  #knownAs(orderId: string): string | null {
    const order = this.unresolved.get(orderId)?.order ?? this.#targets.get(orderId);
    return order?.externalOrderId ?? null;
  }

  #tellShard(
    orderId: string,
    word: Omit<OrderQueried, 'kind' | 'orderId' | 'replyTo'>,
    ctx: Ctx,
  ): void {
    const { epoch, venue } = word;
    ctx.ask<OrderQueried>(
      shardOf(orderId, this.#shards),
      { kind: 'OrderQueried', orderId, ...word },
      (answer) => ({ kind: 'AnswerBooked', orderId, epoch, venue, answer }),
      LIMITS.factAskMs,
    );
  }
}

function byClientOrderId(clientOrderId: string): QueryRequest {
  return { clientOrderId, externalOrderId: null };
}

/** Nothing to map, nothing to acknowledge. Rejected after trades is another matter (E24). */
export function isRefused({ status, cumQty }: VenueOrder): boolean {
  return status === 'rejected' && cumQty === 0;
}

function notTaken(kind: string, failure: { readonly outcome: string }, ctx: Ctx): void {
  ctx.log('warn', 'an answer was not taken', { kind, ...failure });
}
