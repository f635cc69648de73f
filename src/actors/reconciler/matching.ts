// When a full match with the exchange's list is due, and what becomes of its findings: at start and
// whenever the exchange is back, in a new epoch, some seconds after the close, once a minute, on
// demand. A finding is never a verdict: each is asked about.
import { LIMITS } from '../../limits.ts';
import type { Address } from '../../runtime/actor.ts';
import type { BrokerContext } from '../context.ts';
import type { OpenOrder } from '../order-shard/protocol.ts';
import type { FillFetcher } from './fill-fetcher.ts';
import { type Findings, FullMatch } from './full-match.ts';
import type { Inquiry } from './inquiry.ts';
import type { Message, OurPageListed, TheirPageListed } from './messages.ts';
import type { FullMatchResult, Reconciliation, RunningMatch } from './protocol.ts';
import type { Strangers } from './strangers.ts';
import type { VenueQuestions } from './venue-questions.ts';

export interface MatchingParts {
  readonly shards: readonly Address[];
  readonly questions: VenueQuestions;
  readonly inquiry: Inquiry;
  readonly strangers: Strangers;
  readonly fills: FillFetcher;
}

type Ctx = BrokerContext<Message>;

export class Matching {
  readonly #parts: MatchingParts;
  #match: FullMatch | null = null;
  #matchId = 0;
  #dueAtMs: number;
  /** A session has closed: then every open DAY order is asked about (E23). */
  #closingDueAtMs: number | null = null;
  #asksDayOrders = false;
  /** The feed has lost executions: the fills of every open order are fetched (E18). */
  #fillsAreLost = false;
  #last: FullMatchResult | null = null;
  #lastComplete: FullMatchResult | null = null;

  constructor(parts: MatchingParts, nowMs: number) {
    this.#parts = parts;
    this.#dueAtMs = nowMs;
  }

  get running(): RunningMatch | null {
    return this.#match?.running ?? null;
  }

  get report(): Reconciliation['fullMatch'] {
    return { running: this.running, last: this.#last, lastComplete: this.#lastComplete };
  }

  /** A feed that falls and comes back again and again is no reason for a match each time. */
  linked(ctx: Ctx): void {
    const soonestMs = (this.#last?.finishedAtMs ?? 0) + LIMITS.fullMatchRetryMs;
    this.#dueAtMs = Math.min(this.#dueAtMs, Math.max(ctx.nowMs(), soonestMs));
  }

  /** One that runs already has begun too early to count. */
  dueNow(ctx: Ctx): void {
    this.#dueAtMs = ctx.nowMs();
  }

  sessionClosed(dueAtMs: number): void {
    this.#closingDueAtMs = dueAtMs;
  }

  executionsLost(ctx: Ctx): void {
    this.#fillsAreLost = true;
    this.#interrupt(ctx);
    this.dueNow(ctx);
  }

  /** Ids and lists of the old epoch mean nothing any more (E41). */
  epochChanged(ctx: Ctx): void {
    this.#interrupt(ctx);
    this.dueNow(ctx);
  }

  linkLost(ctx: Ctx): void {
    this.#interrupt(ctx);
  }

  /** In every round while the exchange can be asked. */
  goOn(ctx: Ctx): void {
    if (this.#match !== null) return this.#match.askTheirs(ctx);
    const nowMs = ctx.nowMs();
    const isClosing = this.#closingDueAtMs !== null && this.#closingDueAtMs <= nowMs;
    if (!isClosing && this.#dueAtMs > nowMs) return;
    if (isClosing) this.#closingDueAtMs = null;
    this.#asksDayOrders ||= isClosing;
    this.#dueAtMs = nowMs + LIMITS.fullMatchEveryMs;
    this.#matchId++;
    const { shards, questions } = this.#parts;
    this.#match = new FullMatch({ id: this.#matchId, shards, questions }, ctx);
  }

  ourPage(message: OurPageListed, ctx: Ctx): void {
    if (message.matchId !== this.#matchId || this.#match === null) return;
    if (this.#match.ourPage(message, ctx) === 'failed') this.#interrupt(ctx);
  }

  theirPage(message: TheirPageListed, ctx: Ctx): void {
    const match = this.#match;
    if (message.matchId !== this.#matchId || match === null) return this.#parts.questions.ended();
    const outcome = match.theirPage(message, ctx);
    if (outcome === 'failed') this.#interrupt(ctx);
    if (outcome === 'complete') this.#complete(match, ctx);
  }

  #interrupt(ctx: Ctx): void {
    if (this.#match === null) return;
    this.#last = this.#match.result('interrupted', ctx);
    this.#match = null;
    this.#dueAtMs = Math.min(this.#dueAtMs, ctx.nowMs() + LIMITS.fullMatchRetryMs);
    ctx.count('full_matches_interrupted');
  }

  #complete(match: FullMatch, ctx: Ctx): void {
    const result = match.result('complete', ctx);
    this.#match = null;
    this.#last = result;
    this.#lastComplete = result;
    ctx.count('full_matches');
    const { missingThere, unknownHere, differing } = result;
    if (missingThere + unknownHere + differing > 0) {
      ctx.log('info', 'the full match has findings', { ...result });
    }
    this.#follow(match.findings(), ctx);
  }

  #follow({ epoch, ours, missingThere, unknownHere, differing }: Findings, ctx: Ctx): void {
    const { strangers } = this.#parts;
    for (const order of missingThere) this.#target(order, 0, ctx);
    for (const { venue, askedAtMs } of unknownHere) {
      strangers.introduce({ epoch, venue, askedAtMs, parkedAs: null }, ctx);
    }
    for (const { ours: order, theirs } of differing) {
      // Fewer there: a bust has not reached us. More: the feed may yet bring them.
      if (theirs.cumQty < order.cumQty) this.#fetch(order, epoch, ctx);
      else this.#target(order, LIMITS.fillsLateMs, ctx);
    }
    for (const order of ours) {
      if (this.#fillsAreLost) this.#fetch(order, epoch, ctx);
      if (this.#asksDayOrders && order.timeInForce === 'day') this.#target(order, 0, ctx);
    }
    this.#fillsAreLost = false;
    this.#asksDayOrders = false;
    this.#parts.inquiry.askDue(ctx);
  }

  #target(order: OpenOrder, inMs: number, ctx: Ctx): void {
    if (order.externalOrderId === null) return; // unknown: it has a schedule of its own
    this.#parts.inquiry.target(order, inMs, ctx);
  }

  #fetch({ orderId, externalOrderId, venueEpoch }: OpenOrder, epoch: string, ctx: Ctx): void {
    if (externalOrderId === null || venueEpoch !== epoch) return;
    this.#parts.fills.want({ orderId, externalOrderId, epoch, venueCumQty: null }, ctx);
  }
}
