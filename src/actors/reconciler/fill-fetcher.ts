// Brings fills that the exchange has counted and the feed has not brought: one order's list at a
// time, handed to the trade-processor, which keeps them until their shard has them (E20). A list
// that is shorter than the exchange's own count is an incident, once per order (E35).
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { EXCHANGE_CONNECTION, type ShardMap, shardOf, TRADE_PROCESSOR } from '../addresses.ts';
import type { BrokerContext } from '../context.ts';
import type { FetchFills } from '../exchange-connection/protocol.ts';
import type { IncidentFound } from '../order-shard/protocol.ts';
import type { RouteFills } from '../trade-processor/protocol.ts';
import { listedQty } from './listed-qty.ts';
import type { FillsFetched, FillsRouted, Message } from './messages.ts';
import type { VenueQuestions } from './venue-questions.ts';

export interface FillsWanted {
  readonly orderId: string;
  readonly externalOrderId: string;
  readonly epoch: string;
  /** The exchange's own count; null when nobody has asked for it. */
  readonly venueCumQty: number | null;
}

type Ctx = BrokerContext<Message>;

export class FillFetcher {
  readonly #shards: ShardMap;
  readonly #questions: VenueQuestions;
  readonly #wanted = new Map<string, FillsWanted>();
  readonly #reported = new Set<string>();
  #isFetching = false;

  constructor(shards: ShardMap, questions: VenueQuestions) {
    this.#shards = shards;
    this.#questions = questions;
  }

  get size(): number {
    return this.#wanted.size;
  }

  want(wanted: FillsWanted, ctx: Ctx): void {
    const { orderId } = wanted;
    if (this.#wanted.size >= LIMITS.fillsWantedMax && !this.#wanted.has(orderId)) {
      return ctx.count('fills_not_asked_for'); // the next match finds the order again
    }
    this.#wanted.set(orderId, wanted);
  }

  askNext(ctx: Ctx): void {
    if (this.#isFetching || !this.#questions.hasRoom) return;
    const [wanted] = this.#wanted.values();
    if (wanted === undefined) return;
    this.#wanted.delete(wanted.orderId);
    this.#isFetching = true;
    this.#questions.asked();
    ctx.count('fills_fetched');
    ctx.ask<FetchFills>(
      EXCHANGE_CONNECTION,
      { kind: 'FetchFills', externalOrderId: wanted.externalOrderId },
      (answer) => ({ kind: 'FillsFetched', wanted, answer }),
      LIMITS.venueRequestMs + LIMITS.askMarginMs,
    );
  }

  /** False: the exchange could not tell. */
  fetched({ wanted, answer }: FillsFetched, ctx: Ctx): boolean {
    this.#questions.ended();
    if (answer.outcome !== 'answered') {
      this.#isFetching = false;
      this.#questions.cannotTell(1);
      return false;
    }
    this.#questions.found(1);
    const { epoch, externalOrderId } = wanted;
    const executions = answer.executions.filter((execution) => {
      return execution.epoch === epoch && execution.externalOrderId === externalOrderId;
    });
    if (answer.epoch === epoch) this.#checkSum(wanted, listedQty(executions), ctx);
    if (executions.length === 0) {
      this.#isFetching = false;
      return true;
    }
    ctx.ask<RouteFills>(
      TRADE_PROCESSOR,
      { kind: 'RouteFills', executions },
      (routed) => ({ kind: 'FillsRouted', wanted, answer: routed }),
      LIMITS.readAskMs,
    );
    return true;
  }

  /** What was not taken is fetched again. */
  routed({ wanted, answer }: FillsRouted, ctx: Ctx): void {
    this.#isFetching = false;
    if (isAskFailure(answer) || answer.outcome === 'no_room') return this.want(wanted, ctx);
    if (answer.unmapped === 0) return;
    ctx.count('fills_unmapped', answer.unmapped);
    ctx.log('warn', 'fills of an order whose acceptance is not recorded', { ...wanted });
  }

  #checkSum({ orderId, externalOrderId, venueCumQty }: FillsWanted, listed: number, ctx: Ctx) {
    if (venueCumQty === null || listed >= venueCumQty || this.#reported.has(orderId)) return;
    if (this.#reported.size >= LIMITS.fillsWantedMax) this.#reported.clear();
    this.#reported.add(orderId);
    ctx.tell<IncidentFound>(shardOf(orderId, this.#shards), {
      kind: 'IncidentFound',
      orderId,
      incident: 'fills_not_listed',
      detail: { externalOrderId, venueCumQty, listedQty: listed },
    });
  }
}
