// Finds out what became of orders whose outcome is unknown: asks the shards which they are and the
// exchange what it knows, and hands on definite answers only. What an answer proves is the shard's
// to decide.
import type { QueryRequest, VenueOrder } from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import { type Actor, type Address, isAskFailure } from '../../runtime/actor.ts';
import { EXCHANGE_CONNECTION, shardAddress, TRADE_PROCESSOR } from '../addresses.ts';
import type { BrokerContext } from '../context.ts';
import type { LinkChanged, QueryOrders, WatchLink } from '../exchange-connection/protocol.ts';
import type { ListUnresolved, OrderQueried } from '../order-shard/protocol.ts';
import type { GetParked, RecordAcceptances } from '../trade-processor/protocol.ts';
import type {
  AcceptancesRecorded,
  ConnectionLife,
  FactBooked,
  Message,
  ParkedKnown,
  QueryAnswered,
  UnresolvedListed,
} from './messages.ts';
import type { GetReconciliation } from './protocol.ts';
import { UnresolvedOrders } from './unresolved-orders.ts';

export type { Message } from './messages.ts';

type Ctx = BrokerContext<Message>;

export interface ReconcilerOptions {
  /** How many order shards there are. */
  readonly shards: number;
}

export class Reconciler implements Actor<Message, Ctx> {
  readonly #shards: readonly Address[];
  readonly #orders = new UnresolvedOrders();
  readonly #listing = new Set<Address>();
  #isReachable = false;
  /** Our start, or when the exchange was last back. */
  #beganAtMs: number;
  #lastRoundAtMs: number | null = null;
  #queriesInFlight = 0;
  /** Of this round. */
  #queriesLeft = 0;
  #queriesAsked = 0;
  #answeredFound = 0;
  #answeredNotFound = 0;
  #cannotTell = 0;

  constructor({ shards }: ReconcilerOptions, ctx: Ctx) {
    this.#shards = Array.from({ length: shards }, (_, shard) => shardAddress(shard));
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
      case 'UnresolvedListed':
        return this.#onUnresolvedListed(message, ctx);
      case 'QueryAnswered':
        return this.#onQueryAnswered(message, ctx);
      case 'ParkedKnown':
        return this.#onParkedKnown(message, ctx);
      case 'AcceptancesRecorded':
      case 'FactBooked':
        return this.#onHandedOn(message, ctx);
      case 'GetReconciliation':
        return this.#onGetReconciliation(message, ctx);
    }
  }

  #onRoundDue(ctx: Ctx): void {
    ctx.after(LIMITS.reconcileRoundMs, { kind: 'RoundDue' }, 'round');
    if (!this.#isReachable) return;
    this.#lastRoundAtMs = ctx.nowMs();
    this.#queriesLeft = LIMITS.queriesPerRoundMax - this.#queriesInFlight;
    for (const shard of this.#shards) this.#list(shard, ctx);
    this.#askDue(ctx);
  }

  /**
   * Cancels and questions need the order interface only, so a feed that is down does not stop us.
   */
  #onLinkChanged({ link }: LinkChanged, ctx: Ctx): void {
    const isBack = link.ordersReachable && !this.#isReachable;
    this.#isReachable = link.ordersReachable;
    if (!isBack) return;
    this.#beganAtMs = ctx.nowMs();
    this.#orders.beginAgain(ctx.nowMs());
    this.#onRoundDue(ctx);
  }

  #onConnectionLife({ event }: ConnectionLife, ctx: Ctx): void {
    if (event.state === 'down') this.#isReachable = false;
    else ctx.tell<WatchLink>(EXCHANGE_CONNECTION, { kind: 'WatchLink', watcher: ctx.self });
  }

  #onUnresolvedListed({ shard, answer }: UnresolvedListed, ctx: Ctx): void {
    this.#listing.delete(shard);
    if (isAskFailure(answer)) return ctx.count('unresolved_lists_failed');
    this.#orders.replace(shard, answer.orders, this.#beganAtMs);
    this.#alarm(ctx);
    this.#askDue(ctx);
  }

  #onQueryAnswered({ orderIds, answer }: QueryAnswered, ctx: Ctx): void {
    this.#queriesInFlight--;
    if (answer.outcome !== 'answered') return this.#onCannotTell(orderIds, ctx);
    const { epoch, askedAtMs, results } = answer;
    const byId = new Map(results.map((result) => [result.clientOrderId, result]));
    this.#onCannotTell(
      orderIds.filter((orderId) => !byId.has(orderId)),
      ctx,
    );
    const known: VenueOrder[] = [];
    const notFound: string[] = [];
    for (const orderId of orderIds) {
      const result = byId.get(orderId);
      if (result?.outcome === 'found') known.push(result.order);
      if (result?.outcome === 'not_found') notFound.push(orderId);
    }
    this.#onFound(known, epoch, askedAtMs, ctx);
    this.#askParked({ notFound, epoch, askedAtMs }, ctx);
  }

  #onFound(found: readonly VenueOrder[], epoch: string, askedAtMs: number, ctx: Ctx): void {
    if (found.length === 0) return;
    this.#answeredFound += found.length;
    const acceptances = found.flatMap((venue) => {
      if (isRefused(venue)) return []; // there is nothing to map
      return [{ orderId: venue.clientOrderId, externalOrderId: venue.externalOrderId }];
    });
    if (acceptances.length > 0) {
      ctx.ask<RecordAcceptances>(
        TRADE_PROCESSOR,
        { kind: 'RecordAcceptances', epoch, acceptances },
        (answer) => ({ kind: 'AcceptancesRecorded', answer }),
        LIMITS.readAskMs,
      );
    }
    for (const venue of found) {
      this.#orders.answered(venue.clientOrderId, askedAtMs);
      const word = { epoch, venue, askedAtMs, nothingParked: false };
      this.#tellShard(venue.clientOrderId, word, ctx);
    }
  }

  #askParked(absence: Absence, ctx: Ctx): void {
    if (absence.notFound.length === 0) return;
    ctx.ask<GetParked>(
      TRADE_PROCESSOR,
      { kind: 'GetParked' },
      (answer) => ({ kind: 'ParkedKnown', ...absence, answer }),
      LIMITS.readAskMs,
    );
  }

  #onParkedKnown({ notFound, epoch, askedAtMs, answer }: ParkedKnown, ctx: Ctx): void {
    if (isAskFailure(answer)) return this.#onCannotTell(notFound, ctx);
    this.#answeredNotFound += notFound.length;
    for (const orderId of notFound) {
      this.#orders.answered(orderId, askedAtMs);
      const nothingParked = this.#isNothingOf(orderId, answer.newestParkedAtMs);
      this.#tellShard(orderId, { epoch, venue: null, askedAtMs, nothingParked }, ctx);
    }
  }

  /** What was parked before an order was sent is a stranger's, and must not hold it up for ever. */
  #isNothingOf(orderId: string, newestParkedAtMs: number | null): boolean {
    const sentAtMs = this.#orders.get(orderId)?.order.sendAttemptedAtMs ?? 0;
    return newestParkedAtMs === null || newestParkedAtMs < sentAtMs;
  }

  #onCannotTell(orderIds: readonly string[], ctx: Ctx): void {
    this.#cannotTell += orderIds.length;
    for (const orderId of orderIds) this.#orders.cannotTell(orderId, ctx.nowMs());
  }

  /** What was not taken is asked again: the shard still lists the order. */
  #onHandedOn({ kind, answer }: AcceptancesRecorded | FactBooked, ctx: Ctx): void {
    if (isAskFailure(answer)) ctx.log('warn', 'an answer was not taken', { kind, ...answer });
  }

  #onGetReconciliation({ replyTo }: GetReconciliation, ctx: Ctx): void {
    ctx.reply(replyTo, {
      outcome: 'reconciliation',
      unresolved: this.#orders.size,
      oldestUnknownAtMs: this.#orders.oldestUnknownAtMs(),
      queriesAsked: this.#queriesAsked,
      answeredFound: this.#answeredFound,
      answeredNotFound: this.#answeredNotFound,
      cannotTell: this.#cannotTell,
      lastRoundAtMs: this.#lastRoundAtMs,
    });
  }

  #list(shard: Address, ctx: Ctx): void {
    if (this.#listing.has(shard)) return;
    this.#listing.add(shard);
    ctx.ask<ListUnresolved>(
      shard,
      {
        kind: 'ListUnresolved',
        olderThanMs: OLDER_THAN_MS,
        max: LIMITS.unresolvedListMax,
      },
      (answer) => ({ kind: 'UnresolvedListed', shard, answer }),
      LIMITS.readAskMs,
    );
  }

  /** Who does not fit into this round is the longest overdue in the next one. */
  #askDue(ctx: Ctx): void {
    while (this.#isReachable && this.#queriesLeft > 0) {
      const due = this.#orders.takeDue(ctx.nowMs(), LIMITS.queryOrdersMax);
      if (due.length === 0) return;
      const orderIds = due.map(({ order }) => order.orderId);
      this.#queriesLeft--;
      this.#queriesInFlight++;
      this.#queriesAsked++;
      ctx.ask<QueryOrders>(
        EXCHANGE_CONNECTION,
        { kind: 'QueryOrders', orders: orderIds.map(byClientOrderId) },
        (answer) => ({ kind: 'QueryAnswered', orderIds, answer }),
        LIMITS.venueRequestMs + LIMITS.askMarginMs,
      );
    }
  }

  #tellShard(
    orderId: string,
    word: Omit<OrderQueried, 'kind' | 'orderId' | 'replyTo'>,
    ctx: Ctx,
  ): void {
    const tracked = this.#orders.get(orderId);
    if (tracked === undefined) return; // settled meanwhile: its shard lists it no more
    ctx.ask<OrderQueried>(
      tracked.shard,
      { kind: 'OrderQueried', orderId, ...word },
      (answer) => ({ kind: 'FactBooked', orderId, answer }),
      LIMITS.factAskMs,
    );
  }

  #alarm(ctx: Ctx): void {
    for (const tracked of this.#orders.all()) {
      const { orderId, sendAttemptedAtMs, reason } = tracked.order;
      if (tracked.isAlarmed || ctx.nowMs() - sendAttemptedAtMs < LIMITS.unknownAlarmMs) continue;
      tracked.isAlarmed = true;
      ctx.count('orders_unresolved_too_long');
      ctx.log('warn', 'an order is unresolved for long', { orderId, reason, sendAttemptedAtMs });
    }
  }
}

/** Definite answers that the exchange has no such order. */
type Absence = Pick<ParkedKnown, 'notFound' | 'epoch' | 'askedAtMs'>;

const OLDER_THAN_MS = {
  outcome: LIMITS.unresolvedOlderThanMs,
  cancel: LIMITS.unresolvedOlderThanMs,
  too_late: LIMITS.unresolvedOlderThanMs,
  missing_fills: LIMITS.unresolvedOlderThanMs,
  busted: LIMITS.unresolvedOlderThanMs,
};

function byClientOrderId(clientOrderId: string): QueryRequest {
  return { clientOrderId, externalOrderId: null };
}

/** Rejected after trades is another matter (E24). */
function isRefused({ status, cumQty }: VenueOrder): boolean {
  return status === 'rejected' && cumQty === 0;
}
