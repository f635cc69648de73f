// Finds out what became of orders about which we and the exchange may differ: unknown outcomes,
// open orders that its list lacks, fills that the feed did not bring, executions without an owner.
// It asks and hands on definite answers; what an answer proves is the shards' to decide.
import { LIMITS } from '../../limits.ts';
import { type Actor, type Address, isAskFailure } from '../../runtime/actor.ts';
import { EXCHANGE_CONNECTION, type ShardMap, shardAddress } from '../addresses.ts';
import type { BrokerContext } from '../context.ts';
import {
  type GetConnectionState,
  LINK_DOWN,
  type LinkChanged,
  type LinkState,
  type WatchLink,
} from '../exchange-connection/protocol.ts';
import type { ListUnresolved } from '../order-shard/protocol.ts';
import { CrossedOrders } from './crossed-orders.ts';
import { FillFetcher } from './fill-fetcher.ts';
import { Inquiry } from './inquiry.ts';
import { Matching } from './matching.ts';
import type {
  ConnectionLife,
  FeedStateRead,
  FillsFetched,
  Message,
  QueryAnswered,
  ReportFeed,
  SweepPageListed,
  UnresolvedListed,
} from './messages.ts';
import type { RunFullMatch } from './protocol.ts';
import { askFeed, askParked, askPosition, reply } from './report.ts';
import { Strangers } from './strangers.ts';
import { VenueQuestions } from './venue-questions.ts';

export type { Message } from './messages.ts';

type Ctx = BrokerContext<Message>;

export interface ReconcilerOptions {
  readonly shards: ShardMap;
  /** How long an order may wait for an answer before it is asked about, by its state. */
  readonly unresolvedAfterMs: { readonly pending: number; readonly pendingCancel: number };
  /** After a session has closed, before its open DAY orders are asked about (E23). */
  readonly matchGraceMs: number;
}

export class Reconciler implements Actor<Message, Ctx> {
  readonly #options: ReconcilerOptions;
  readonly #shards: readonly Address[];
  readonly #questions = new VenueQuestions();
  readonly #fills: FillFetcher;
  readonly #inquiry: Inquiry;
  readonly #strangers: Strangers;
  readonly #matching: Matching;
  readonly #crossed: CrossedOrders;
  readonly #listing = new Set<Address>();
  #link: LinkState = LINK_DOWN;
  #epoch: string | null = null;
  #feedLosses = 0;
  /** Our start, or when the exchange was last back. */
  #beganAtMs: number;
  #lastRoundAtMs: number | null = null;

  constructor(options: ReconcilerOptions, ctx: Ctx) {
    const { shards } = options;
    const questions = this.#questions;
    this.#options = options;
    this.#shards = [...new Set(shards)].map(shardAddress);
    this.#fills = new FillFetcher(shards, questions);
    const fills = this.#fills;
    this.#inquiry = new Inquiry({ shards, questions, fills });
    const inquiry = this.#inquiry;
    this.#strangers = new Strangers({ shards, questions, inquiry, fills });
    const strangers = this.#strangers;
    const parts = { shards: this.#shards, questions, inquiry, strangers, fills };
    this.#matching = new Matching(parts, ctx.nowMs());
    this.#crossed = new CrossedOrders(this.#shards);
    this.#beganAtMs = ctx.nowMs();
    ctx.watch(EXCHANGE_CONNECTION, (event) => ({ kind: 'ConnectionLife', event }));
    ctx.after(LIMITS.reconcileRoundMs, { kind: 'RoundDue' }, 'round');
  }

  receive(message: Message, ctx: Ctx): void {
    switch (message.kind) {
      case 'RoundDue':
        return this.#onRoundDue(ctx);
      case 'LinkChanged':
        return this.#onLinkChanged(message, ctx);
      case 'ConnectionLife':
        return this.#onConnectionLife(message, ctx);
      case 'FeedStateRead':
        return this.#onFeedStateRead(message, ctx);
      case 'UnresolvedListed':
        return this.#onUnresolvedListed(message, ctx);
      case 'SweepPageListed':
        return this.#onSweepPageListed(message, ctx);
      case 'RunFullMatch':
        return this.#onRunFullMatch(message, ctx);
      case 'GetReconciliation':
        return askParked(message, ctx);
      case 'ReportParked':
        return askPosition(message, ctx);
      case 'ReportPosition':
        return askFeed(message, ctx);
      case 'ReportFeed':
        return this.#onReportFeed(message, ctx);
      default:
        this.#onAnswer(message, ctx);
        return this.#askOn(ctx);
    }
  }

  /** Answers, after which there may be more to ask. */
  #onAnswer(message: AnswerMessage, ctx: Ctx): void {
    switch (message.kind) {
      case 'QueryAnswered':
        return this.#onQueryAnswered(message, ctx);
      case 'ParkedKnown':
        return this.#inquiry.parkedKnown(message, ctx);
      case 'AcceptancesRecorded':
        return this.#inquiry.acceptancesRecorded(message, ctx);
      case 'AnswerBooked':
        return this.#inquiry.answerBooked(message, ctx);
      case 'FillsFetched':
        return this.#onFillsFetched(message, ctx);
      case 'FillsRouted':
        return this.#fills.routed(message, ctx);
      case 'OurPageListed':
        return this.#matching.ourPage(message, ctx);
      case 'TheirPageListed':
        return this.#matching.theirPage(message, ctx);
      case 'ParkedListed':
        return this.#strangers.parkedListed(message, this.#epoch, ctx);
      case 'ParkedQueried':
        return this.#strangers.parkedQueried(message, ctx);
      case 'OrderIntroduced':
        return this.#strangers.introduced(message, ctx);
      case 'StraysMarked':
        return this.#strangers.straysMarked(message, ctx);
    }
  }

  #onRoundDue(ctx: Ctx): void {
    ctx.after(LIMITS.reconcileRoundMs, { kind: 'RoundDue' }, 'round');
    if (!this.#link.ordersReachable) return;
    this.#lastRoundAtMs = ctx.nowMs();
    this.#questions.beginRound();
    for (const shard of this.#shards) this.#list(shard, ctx);
    this.#strangers.listParked(ctx);
    if (this.#link.linked) this.#matching.goOn(ctx);
    if (this.#arePricesGood()) this.#crossed.askPage(ctx);
    this.#askOn(ctx);
  }

  /** Cancels and questions need the order interface only: a feed that is down does not stop us. */
  #onLinkChanged({ link }: LinkChanged, ctx: Ctx): void {
    const before = this.#link;
    this.#link = link;
    if (isSessionOver(before, link)) {
      this.#matching.sessionClosed(ctx.nowMs() + this.#options.matchGraceMs);
    }
    if (link.capabilities !== null) this.#noticeEpoch(link.capabilities.epoch, ctx);
    if (!link.ordersReachable) this.#matching.linkLost(ctx);
    if (link.linked && !before.linked) this.#onLinked(ctx);
    if (!link.ordersReachable || before.ordersReachable) return;
    this.#beganAtMs = ctx.nowMs();
    this.#inquiry.unresolved.beginAgain(ctx.nowMs());
    this.#onRoundDue(ctx);
  }

  #onLinked(ctx: Ctx): void {
    this.#matching.linked(ctx);
    ctx.ask<GetConnectionState>(
      EXCHANGE_CONNECTION,
      { kind: 'GetConnectionState' },
      (answer) => ({ kind: 'FeedStateRead', answer }),
      LIMITS.readAskMs,
    );
  }

  #onFeedStateRead({ answer }: FeedStateRead, ctx: Ctx): void {
    if (isAskFailure(answer)) return;
    const { losses } = answer.executionFeed;
    if (losses > this.#feedLosses) this.#matching.executionsLost(ctx);
    this.#feedLosses = losses;
  }

  #onConnectionLife({ event }: ConnectionLife, ctx: Ctx): void {
    if (event.state === 'up') {
      return ctx.tell<WatchLink>(EXCHANGE_CONNECTION, { kind: 'WatchLink', watcher: ctx.self });
    }
    this.#link = LINK_DOWN;
    this.#feedLosses = 0;
    this.#matching.linkLost(ctx);
  }

  /** An answer may know of a new epoch before the feed does. */
  #noticeEpoch(epoch: string, ctx: Ctx): void {
    const isAnother = this.#epoch !== null && this.#epoch !== epoch;
    this.#epoch = epoch;
    if (!isAnother) return;
    ctx.log('warn', 'the exchange has a new epoch', { epoch });
    this.#matching.epochChanged(ctx);
  }

  #onQueryAnswered(message: QueryAnswered, ctx: Ctx): void {
    const { answer } = message;
    if (answer.outcome === 'answered') this.#noticeEpoch(answer.epoch, ctx);
    this.#inquiry.answered(message, ctx);
  }

  #onFillsFetched(message: FillsFetched, ctx: Ctx): void {
    if (this.#fills.fetched(message, ctx)) return;
    const { orderId, externalOrderId, epoch } = message.wanted;
    this.#inquiry.target({ orderId, externalOrderId, venueEpoch: epoch }, LIMITS.fillsLateMs, ctx);
  }

  #onUnresolvedListed({ shard, answer }: UnresolvedListed, ctx: Ctx): void {
    this.#listing.delete(shard);
    if (isAskFailure(answer)) return ctx.count('unresolved_lists_failed');
    const listing = { shard, orders: answer.orders, beganAtMs: this.#beganAtMs };
    this.#inquiry.unresolved.replace({ ...listing, nowMs: ctx.nowMs() });
    this.#alarm(ctx);
    this.#askOn(ctx);
  }

  #onSweepPageListed(message: SweepPageListed, ctx: Ctx): void {
    for (const order of this.#crossed.pageListed(message, ctx)) {
      ctx.count('crossed_orders_asked_about');
      this.#inquiry.target(order, 0, ctx);
    }
    this.#askOn(ctx);
  }

  #onRunFullMatch({ replyTo }: RunFullMatch, ctx: Ctx): void {
    if (this.#matching.running === null) this.#matching.dueNow(ctx);
    if (this.#link.linked) this.#matching.goOn(ctx);
    ctx.reply(replyTo, { outcome: 'full_match', running: this.#matching.running });
  }

  #onReportFeed(message: ReportFeed, ctx: Ctx): void {
    const { unresolved, targeted } = this.#inquiry;
    const own = {
      unresolved: unresolved.size,
      unresolvedByReason: unresolved.byReason(),
      oldestUnknownAtMs: unresolved.oldestUnknownAtMs(),
      targeted,
      fillsWanted: this.#fills.size,
      crossed: this.#crossed.size,
      ...this.#questions.report(),
      lastRoundAtMs: this.#lastRoundAtMs,
      fullMatch: this.#matching.report,
    };
    reply(message, own, ctx);
  }

  #askOn(ctx: Ctx): void {
    if (!this.#link.ordersReachable) return;
    this.#inquiry.askDue(ctx);
    this.#fills.askNext(ctx);
    this.#strangers.askDue(this.#epoch, ctx);
  }

  #arePricesGood(): boolean {
    return this.#link.priceFeedLive && this.#link.session?.state === 'open';
  }

  #list(shard: Address, ctx: Ctx): void {
    if (this.#listing.has(shard)) return;
    this.#listing.add(shard);
    const { pending, pendingCancel } = this.#options.unresolvedAfterMs;
    const olderThanMs = {
      outcome: pending,
      cancel: pendingCancel,
      too_late: pendingCancel,
      missing_fills: LIMITS.unresolvedOlderThanMs,
      busted: LIMITS.unresolvedOlderThanMs,
    };
    ctx.ask<ListUnresolved>(
      shard,
      { kind: 'ListUnresolved', olderThanMs, max: LIMITS.unresolvedListMax },
      (answer) => ({ kind: 'UnresolvedListed', shard, answer }),
      LIMITS.readAskMs,
    );
  }

  #alarm(ctx: Ctx): void {
    for (const tracked of this.#inquiry.unresolved.all()) {
      const { sinceMs } = tracked;
      const { orderId, reason } = tracked.order;
      if (tracked.isAlarmed || ctx.nowMs() - sinceMs < LIMITS.unknownAlarmMs) continue;
      tracked.isAlarmed = true;
      ctx.count('orders_unresolved_too_long');
      ctx.log('warn', 'an order is unresolved for long', { orderId, reason, sinceMs });
    }
  }
}

type AnswerMessage = Exclude<
  Message,
  {
    kind:
      | 'RoundDue'
      | 'LinkChanged'
      | 'ConnectionLife'
      | 'FeedStateRead'
      | 'UnresolvedListed'
      | 'SweepPageListed'
      | 'RunFullMatch'
      | 'GetReconciliation'
      | 'ReportParked'
      | 'ReportPosition'
      | 'ReportFeed';
  }
>;

/** Closed, or closed and opened again while we did not hear it. */
function isSessionOver({ session: before }: LinkState, { session }: LinkState): boolean {
  if (before?.state !== 'open' || session === null) return false;
  return session.state === 'closed' || session.sessionId !== before.sessionId;
}
