// One comparison of all open orders with the exchange's own list. Ours are read first, so an order
// that is on its list later was closed here while it was open there. The list alone proves nothing:
// what differs is a finding, to be asked about one by one. Orders younger than the match are none.
import { isOrderId, timeOf } from '../../domain/ids.ts';
import type { VenueOrder } from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import { type Address, isAskFailure } from '../../runtime/actor.ts';
import { EXCHANGE_CONNECTION } from '../addresses.ts';
import type { BrokerContext } from '../context.ts';
import type { ListVenueOrders } from '../exchange-connection/protocol.ts';
import type { ListOpenOrders, OpenOrder } from '../order-shard/protocol.ts';
import type { Message, OurPageListed, TheirPageListed } from './messages.ts';
import type { FullMatchResult, RunningMatch } from './protocol.ts';
import type { VenueQuestions } from './venue-questions.ts';

export interface UnknownHere {
  readonly venue: VenueOrder;
  readonly askedAtMs: number;
}

export interface Findings {
  readonly epoch: string;
  /** All that are open here. */
  readonly ours: Iterable<OpenOrder>;
  readonly missingThere: readonly OpenOrder[];
  readonly unknownHere: readonly UnknownHere[];
  readonly differing: readonly { readonly ours: OpenOrder; readonly theirs: VenueOrder }[];
}

type Ctx = BrokerContext<Message>;

export interface FullMatchOptions {
  readonly id: number;
  readonly shards: readonly Address[];
  readonly questions: VenueQuestions;
}

export class FullMatch {
  readonly #options: FullMatchOptions;
  readonly #startedAtMs: number;
  readonly #ours = new Map<string, OpenOrder>();
  /** Of ours, those that their list has. */
  readonly #seen = new Set<string>();
  readonly #unknownHere: UnknownHere[] = [];
  readonly #differing: { readonly ours: OpenOrder; readonly theirs: VenueOrder }[] = [];
  #phase: RunningMatch['phase'] = 'ours';
  #shard = 0;
  #afterOurs = 0;
  #afterTheirs: string | null = null;
  #epoch: string | null = null;
  #openThere = 0;
  #isAsking = false;
  /** Of the page that is asked for. */
  #failures = 0;

  constructor(options: FullMatchOptions, ctx: Ctx) {
    this.#options = options;
    this.#startedAtMs = ctx.nowMs();
    this.#askOurs(ctx);
  }

  get running(): RunningMatch {
    return { startedAtMs: this.#startedAtMs, phase: this.#phase };
  }

  ourPage({ answer }: OurPageListed, ctx: Ctx): 'goes_on' | 'failed' {
    if (isAskFailure(answer)) return this.#failed() ?? this.#askOurs(ctx);
    this.#failures = 0;
    for (const order of answer.orders) this.#ours.set(order.orderId, order);
    if (this.#ours.size > LIMITS.matchOrdersMax) return 'failed';
    this.#afterOurs = answer.nextAfter ?? 0;
    if (answer.nextAfter === null) this.#shard++;
    if (this.#shard < this.#options.shards.length) return this.#askOurs(ctx);
    this.#phase = 'theirs';
    this.askTheirs(ctx);
    return 'goes_on';
  }

  /** In every round, and after every page: as the budget allows. */
  askTheirs(ctx: Ctx): void {
    const { id, questions } = this.#options;
    if (this.#phase !== 'theirs' || this.#isAsking || !questions.hasRoom) return;
    this.#isAsking = true;
    questions.asked();
    ctx.ask<ListVenueOrders>(
      EXCHANGE_CONNECTION,
      { kind: 'ListVenueOrders', after: this.#afterTheirs, limit: LIMITS.matchPageMax },
      (answer) => ({ kind: 'TheirPageListed', matchId: id, answer }),
      LIMITS.venueRequestMs + LIMITS.askMarginMs,
    );
  }

  theirPage({ answer }: TheirPageListed, ctx: Ctx): 'goes_on' | 'failed' | 'complete' {
    this.#isAsking = false;
    this.#options.questions.ended();
    if (answer.outcome !== 'answered') {
      this.#options.questions.cannotTell(1);
      return this.#failed() ?? 'goes_on'; // asked again in the next round
    }
    const { epoch, askedAtMs, orders, hasMore } = answer;
    this.#failures = 0;
    this.#epoch ??= epoch;
    if (epoch !== this.#epoch) return 'failed';
    for (const venue of orders) this.#compare({ venue, askedAtMs });
    this.#openThere += orders.length;
    const last = orders.at(-1)?.externalOrderId ?? null;
    if (!hasMore || last === null) return 'complete';
    this.#afterTheirs = last;
    this.askTheirs(ctx);
    return 'goes_on';
  }

  result(outcome: FullMatchResult['outcome'], ctx: Ctx): FullMatchResult {
    return {
      startedAtMs: this.#startedAtMs,
      finishedAtMs: ctx.nowMs(),
      openHere: this.#ours.size,
      openThere: this.#openThere,
      missingThere: outcome === 'complete' ? this.#missing().length : 0,
      unknownHere: this.#unknownHere.length,
      differing: this.#differing.length,
      outcome,
    };
  }

  findings(): Findings {
    return {
      epoch: this.#epoch ?? '',
      ours: this.#ours.values(),
      missingThere: this.#missing(),
      unknownHere: this.#unknownHere,
      differing: this.#differing,
    };
  }

  #askOurs(ctx: Ctx): 'goes_on' {
    const { id, shards } = this.#options;
    const shard = shards[this.#shard];
    if (shard === undefined) return 'goes_on';
    ctx.ask<ListOpenOrders>(
      shard,
      { kind: 'ListOpenOrders', after: this.#afterOurs, max: LIMITS.openOrdersPageMax },
      (answer) => ({ kind: 'OurPageListed', matchId: id, answer }),
      LIMITS.readAskMs,
    );
    return 'goes_on';
  }

  #failed(): 'failed' | null {
    this.#failures++;
    return this.#failures >= LIMITS.matchPageTriesMax ? 'failed' : null;
  }

  #compare(found: UnknownHere): void {
    const { venue } = found;
    const ours = this.#ours.get(venue.clientOrderId);
    if (ours !== undefined) {
      this.#seen.add(ours.orderId);
      const isSettled = ours.updatedAtMs < this.#startedAtMs;
      if (isSettled && venue.cumQty !== ours.cumQty && this.#hasRoom(this.#differing)) {
        this.#differing.push({ ours, theirs: venue });
      }
      return;
    }
    const { clientOrderId } = venue;
    const isYoung = isOrderId(clientOrderId) && timeOf(clientOrderId) >= this.#startedAtMs;
    if (!isYoung && this.#hasRoom(this.#unknownHere)) this.#unknownHere.push(found);
  }

  /** Without an acknowledgement it has a schedule of its own. */
  #missing(): OpenOrder[] {
    return [...this.#ours.values()].filter(({ orderId, externalOrderId, updatedAtMs }) => {
      const isSettled = externalOrderId !== null && updatedAtMs < this.#startedAtMs;
      return isSettled && !this.#seen.has(orderId);
    });
  }

  /** What does not fit is found by the next match. */
  #hasRoom(findings: readonly unknown[]): boolean {
    return findings.length < LIMITS.matchFindingsMax;
  }
}
