// Owns every order and the money of its users, in one SQLite file. What it sends leaves only after
// the commit of the turn, so a crash between any two steps leaves something the reconciler can
// settle with the exchange.
import type { FeeSchedule } from '../../domain/money.ts';
import { rejection } from '../../domain/reject-codes.ts';
import type { DurableActor } from '../../runtime/actor.ts';
import type { ShardStore } from '../../store/shard-store.ts';
import { EXCHANGE_CONNECTION } from '../addresses.ts';
import type { LinkChanged, WatchLink } from '../exchange-connection/protocol.ts';
import { StoreActor } from '../store-actor.ts';
import { Cancelling, type CancellingOptions } from './cancelling.ts';
import { Desk } from './desk.ts';
import { FactBooking } from './fact-booking.ts';
import { Funding } from './funding.ts';
import { holdingsOf } from './holdings.ts';
import type { ConnectionLife, OrderShardMessage, ShardContext } from './messages.ts';
import { Placing, type PlacingOptions } from './placing.ts';
import type {
  GetAccount,
  GetOrder,
  GetPositions,
  GetShardState,
  ListUnresolved,
  ReadEvents,
} from './protocol.ts';
import type { ProofBounds } from './unresolved.ts';
import type { WaitEnded } from './waiters.ts';

export interface OrderShardOptions {
  readonly store: ShardStore;
  /** The buckets whose users live in this file. */
  readonly buckets: readonly number[];
  readonly fees: FeeSchedule;
  readonly placing: Omit<PlacingOptions, 'fees'>;
  readonly cancelling: CancellingOptions;
  readonly bounds: ProofBounds;
}

export class OrderShard
  extends StoreActor
  implements DurableActor<OrderShardMessage, ShardContext>
{
  readonly #store: ShardStore;
  readonly #desk: Desk;
  readonly #placing: Placing;
  readonly #cancelling: Cancelling;
  readonly #facts: FactBooking;
  readonly #funding: Funding;

  constructor(options: OrderShardOptions, ctx: ShardContext) {
    super(options.store);
    const { store, fees, bounds } = options;
    this.#store = store;
    this.#desk = new Desk(store, fees, bounds);
    this.#placing = new Placing(this.#desk, { ...options.placing, fees });
    this.#cancelling = new Cancelling(this.#desk, options.cancelling);
    this.#facts = new FactBooking(this.#desk);
    this.#funding = new Funding(this.#desk);
    this.#placing.takeUpIds(options.buckets);
    for (const { order } of store.orders.listOpen()) {
      this.#desk.unresolved.foundAtStart(order);
      this.#cancelling.foundAtStart(order);
    }
    ctx.watch(EXCHANGE_CONNECTION, (event) => ({ kind: 'ConnectionLife', event }));
  }

  receive(message: OrderShardMessage, ctx: ShardContext): void {
    switch (message.kind) {
      case 'PlaceOrder':
        return this.#placing.place(message, ctx);
      case 'SubmitAnswered':
        return this.#settled(this.#placing.submitAnswered(message, ctx), ctx);
      case 'OrderAcknowledged':
        return this.#settled(this.#facts.acknowledged(message, ctx), ctx);
      case 'ExecutionReported':
        return this.#settled(this.#facts.executed(message, ctx), ctx);
      case 'OrderQueried':
        return this.#settled(this.#facts.queried(message, ctx), ctx);
      case 'CancelOrder':
        return this.#cancelling.cancel(message, ctx);
      case 'CancelAnswered':
        return this.#cancelling.answered(message, ctx);
      case 'CancelDue':
        return this.#cancelling.due(message, ctx);
      case 'WaitEnded':
        return this.#onWaitEnded(message, ctx);
      case 'LinkChanged':
        return this.#onLinkChanged(message, ctx);
      case 'ConnectionLife':
        return this.#onConnectionLife(message, ctx);
      case 'GetOrder':
        return this.#onGetOrder(message, ctx);
      case 'GetAccount':
        return this.#onGetAccount(message, ctx);
      case 'GetPositions':
        return this.#onGetPositions(message, ctx);
      case 'DepositAssets':
        return this.#funding.deposit(message, ctx);
      case 'WithdrawAssets':
        return this.#funding.withdraw(message, ctx);
      case 'ReadEvents':
        return this.#onReadEvents(message, ctx);
      case 'UnwatchUser':
        return this.#desk.watchers.remove(message.userId, message.watcher);
      case 'ListUnresolved':
        return this.#onListUnresolved(message, ctx);
      case 'GetShardState':
        return this.#onGetShardState(message, ctx);
    }
  }

  /** Once the exchange has spoken about a submit, or cannot, a cancel that waited for it may go. */
  #settled(stored: ReturnType<FactBooking['executed']>, ctx: ShardContext): void {
    if (stored !== null) this.#cancelling.submitSettled(stored, ctx);
  }

  #onWaitEnded(ended: WaitEnded, ctx: ShardContext): void {
    const stored = this.#store.orders.get(ended.orderId);
    if (stored !== null) this.#desk.waiters.waitEnded(stored.order, ended, ctx);
  }

  #onLinkChanged({ link }: LinkChanged, ctx: ShardContext): void {
    const wasReachable = this.#desk.link.ordersReachable;
    this.#desk.link = link;
    if (link.ordersReachable && !wasReachable) this.#cancelling.linkUp(ctx);
  }

  #onConnectionLife({ event }: ConnectionLife, ctx: ShardContext): void {
    if (event.state === 'down') {
      this.#desk.link = { ...this.#desk.link, linked: false, ordersReachable: false };
      return;
    }
    ctx.tell<WatchLink>(EXCHANGE_CONNECTION, { kind: 'WatchLink', watcher: ctx.self });
  }

  #onGetOrder({ userId, orderId, replyTo }: GetOrder, ctx: ShardContext): void {
    const order = this.#store.orders.get(orderId)?.order;
    if (order?.userId !== userId) {
      return ctx.reply(replyTo, rejection('order_not_found', { orderId }));
    }
    ctx.reply(replyTo, { outcome: 'order', order, replayed: false });
  }

  #onGetAccount({ userId, replyTo }: GetAccount, ctx: ShardContext): void {
    const row = this.#desk.booking.accountOf(userId, ctx.nowMs());
    ctx.reply(replyTo, { outcome: 'account', account: this.#desk.booking.balancesOf(row) });
  }

  #onGetPositions({ userId, replyTo }: GetPositions, ctx: ShardContext): void {
    const { accountNo } = this.#desk.booking.accountOf(userId, ctx.nowMs());
    const holdings = holdingsOf(this.#store.ledger.balancesOf(accountNo));
    ctx.reply(replyTo, { outcome: 'positions', holdings });
  }

  #onReadEvents(query: ReadEvents, ctx: ShardContext): void {
    const { userId, max, watcher, replyTo } = query;
    const { accountNo, lastSeq } = this.#desk.booking.accountOf(userId, ctx.nowMs());
    const afterSeq = query.afterSeq ?? lastSeq;
    const events = afterSeq < lastSeq ? this.#store.events.readAfter(accountNo, afterSeq, max) : [];
    const caughtUp = (events.at(-1)?.seq ?? afterSeq) >= lastSeq;
    if (caughtUp && watcher !== null) this.#desk.watchers.add(userId, watcher);
    ctx.reply(replyTo, { outcome: 'events', events, headSeq: lastSeq, caughtUp });
  }

  #onListUnresolved({ olderThanMs, max, replyTo }: ListUnresolved, ctx: ShardContext): void {
    const orders = this.#desk.unresolved.list(ctx.nowMs() - olderThanMs, max);
    ctx.reply(replyTo, { outcome: 'unresolved', orders });
  }

  #onGetShardState({ replyTo }: GetShardState, ctx: ShardContext): void {
    const { linked } = this.#desk.link;
    const { usersReconciling } = this.#desk.unresolved;
    const { cancelsWaiting } = this.#cancelling;
    const counts = { usersReconciling, cancelsWaiting };
    ctx.reply(replyTo, { outcome: 'shard_state', open: true, linked, ...counts });
  }
}
