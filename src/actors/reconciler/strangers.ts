// Orders that the exchange has and we do not know as open: on its list, or behind executions that
// nobody has claimed. Their shard is asked first; what even it does not know is not ours: an
// incident, and its trades the house's (E05, E12, E22).
import { isOrderId } from '../../domain/ids.ts';
import type { VenueOrder } from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { EXCHANGE_CONNECTION, type ShardMap, shardOf, TRADE_PROCESSOR } from '../addresses.ts';
import type { BrokerContext } from '../context.ts';
import type { QueryOrders } from '../exchange-connection/protocol.ts';
import type { OrderQueried } from '../order-shard/protocol.ts';
import type { ListParked, MarkStrays, VenueOrderId } from '../trade-processor/protocol.ts';
import type { FillFetcher } from './fill-fetcher.ts';
import { type Inquiry, isRefused } from './inquiry.ts';
import type {
  Message,
  OrderIntroduced,
  ParkedListed,
  ParkedQueried,
  StraysMarked,
} from './messages.ts';
import { ParkedOrders } from './parked-orders.ts';
import type { VenueQuestions } from './venue-questions.ts';

export interface StrangersParts {
  readonly shards: ShardMap;
  readonly questions: VenueQuestions;
  readonly inquiry: Inquiry;
  readonly fills: FillFetcher;
}

interface Stranger {
  readonly epoch: string;
  readonly venue: VenueOrder;
  readonly askedAtMs: number;
  readonly parkedAs: VenueOrderId | null;
}

type Ctx = BrokerContext<Message>;

export class Strangers {
  readonly #parts: StrangersParts;
  readonly #parked = new ParkedOrders();
  /** Told to the operator already. */
  readonly #reported = new Set<string>();
  #isListing = false;

  constructor(parts: StrangersParts) {
    this.#parts = parts;
  }

  listParked(ctx: Ctx): void {
    if (this.#isListing) return;
    this.#isListing = true;
    ctx.ask<ListParked>(
      TRADE_PROCESSOR,
      { kind: 'ListParked', olderThanMs: LIMITS.parkedAskAfterMs, max: LIMITS.parkedListMax },
      (answer) => ({ kind: 'ParkedListed', answer }),
      LIMITS.readAskMs,
    );
  }

  parkedListed({ answer }: ParkedListed, epoch: string | null, ctx: Ctx): void {
    this.#isListing = false;
    if (isAskFailure(answer)) return ctx.count('parked_lists_failed');
    this.#parked.replace(answer.orders, ctx.nowMs());
    this.askDue(epoch, ctx);
  }

  /** An id of an epoch that is gone cannot be asked about: there it may name another order. */
  askDue(epoch: string | null, ctx: Ctx): void {
    if (epoch === null || !this.#parts.questions.hasRoom) return;
    const due = this.#parked.takeDue(ctx.nowMs());
    const gone = due.filter((id) => id.epoch !== epoch);
    this.#onNotFound(gone, ctx.nowMs(), ctx);
    const asked = due.filter((id) => id.epoch === epoch);
    if (asked.length === 0) return;
    this.#parts.questions.asked();
    const orders = asked.map(({ externalOrderId }) => ({ clientOrderId: null, externalOrderId }));
    ctx.ask<QueryOrders>(
      EXCHANGE_CONNECTION,
      { kind: 'QueryOrders', orders },
      (answer) => ({ kind: 'ParkedQueried', asked, answer }),
      LIMITS.venueRequestMs + LIMITS.askMarginMs,
    );
  }

  parkedQueried({ asked, answer }: ParkedQueried, ctx: Ctx): void {
    const { questions } = this.#parts;
    questions.ended();
    const { epoch, askedAtMs, results } =
      answer.outcome === 'answered' ? answer : { epoch: '', askedAtMs: 0, results: [] };
    const byId = new Map(results.map((result) => [result.externalOrderId, result]));
    const notFound: VenueOrderId[] = [];
    for (const id of asked) {
      const result = id.epoch === epoch ? byId.get(id.externalOrderId) : undefined;
      if (result?.outcome === 'not_found') notFound.push(id);
      else if (result?.outcome === 'found') {
        questions.found(1);
        this.introduce({ epoch, venue: result.order, askedAtMs, parkedAs: id }, ctx);
      } else {
        questions.cannotTell(1);
        this.#parked.askAgain(id, ctx.nowMs());
      }
    }
    questions.notFound(notFound.length);
    this.#onNotFound(notFound, askedAtMs, ctx);
  }

  /** Asks the shard that its id names whether it is an order of ours. */
  introduce(stranger: Stranger, ctx: Ctx): void {
    const { epoch, venue, askedAtMs, parkedAs } = stranger;
    const orderId = venue.clientOrderId;
    if (!isOrderId(orderId)) return this.#onNotOurs(stranger, ctx);
    ctx.ask<OrderQueried>(
      shardOf(orderId, this.#parts.shards),
      { kind: 'OrderQueried', orderId, epoch, venue, askedAtMs, nothingParked: false },
      (answer) => ({ kind: 'OrderIntroduced', epoch, venue, parkedAs, answer }),
      LIMITS.factAskMs,
    );
  }

  introduced({ epoch, venue, parkedAs, answer }: OrderIntroduced, ctx: Ctx): void {
    if (isAskFailure(answer)) {
      if (parkedAs !== null) this.#parked.askAgain(parkedAs, ctx.nowMs());
      return ctx.log('warn', 'an order of the exchange was not introduced', { ...answer });
    }
    if (answer.outcome === 'no_such_order') return this.#onNotOurs({ venue, parkedAs }, ctx);
    // The shard has the order, so the acknowledgement that this brings about finds it.
    if (parkedAs !== null || !isRefused(venue)) this.#parts.inquiry.record(epoch, [venue], ctx);
    if (parkedAs !== null) this.#parked.askAgain(parkedAs, ctx.nowMs());
    if (!answer.fillsMissing || parkedAs !== null) return;
    const { clientOrderId: orderId, externalOrderId, cumQty: venueCumQty } = venue;
    this.#parts.fills.want({ orderId, externalOrderId, epoch, venueCumQty }, ctx);
  }

  straysMarked({ strays, answer }: StraysMarked, ctx: Ctx): void {
    if (!isAskFailure(answer)) return this.#parts.inquiry.unresolved.parkedGone(ctx.nowMs());
    for (const id of strays) this.#parked.askAgain(id, ctx.nowMs());
  }

  #onNotFound(ids: readonly VenueOrderId[], askedAtMs: number, ctx: Ctx): void {
    this.#mark(
      ids.filter((id) => this.#parked.notFound(id, askedAtMs)),
      ctx,
    );
  }

  #onNotOurs({ venue, parkedAs }: Pick<Stranger, 'venue' | 'parkedAs'>, ctx: Ctx): void {
    if (parkedAs !== null) return this.#mark([parkedAs], ctx);
    const { externalOrderId, clientOrderId } = venue;
    if (this.#reported.has(externalOrderId)) return;
    if (this.#reported.size >= LIMITS.matchFindingsMax) this.#reported.clear();
    this.#reported.add(externalOrderId);
    ctx.count('unknown_venue_orders');
    ctx.log('error', 'incident: unknown_venue_order', { externalOrderId, clientOrderId });
  }

  #mark(strays: readonly VenueOrderId[], ctx: Ctx): void {
    if (strays.length === 0) return;
    ctx.ask<MarkStrays>(
      TRADE_PROCESSOR,
      { kind: 'MarkStrays', strays },
      (answer) => ({ kind: 'StraysMarked', strays, answer }),
      LIMITS.readAskMs,
    );
  }
}
