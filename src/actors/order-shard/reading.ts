// What a shard answers about itself: orders, accounts, events, and lists for the
// reconciler. Changes nothing, except that an account is opened at its first question.

import { rejection } from '../../domain/reject-codes.ts';
import { LIMITS } from '../../limits.ts';
import type { Desk } from './desk.ts';
import type { ShardContext } from './messages.ts';
import type {
  GetAccount,
  GetOrder,
  ListOpenOrderIds,
  ListOpenOrders,
  ListUnresolved,
  ReadEvents,
  UnwatchUser,
} from './protocol.ts';

export type Question =
  | GetOrder
  | GetAccount
  | ReadEvents
  | UnwatchUser
  | ListUnresolved
  | ListOpenOrders
  | ListOpenOrderIds;

export class Reading {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  receive(message: Question, ctx: ShardContext): void {
    switch (message.kind) {
      case 'GetOrder':
        return this.#order(message, ctx);
      case 'GetAccount':
        return this.#account(message, ctx);
      case 'ReadEvents':
        return this.#events(message, ctx);
      case 'UnwatchUser':
        return this.#desk.watchers.remove(message.userId, message.watcher);
      case 'ListUnresolved':
        return this.#unresolved(message, ctx);
      case 'ListOpenOrders':
        return this.#openOrders(message, ctx);
      case 'ListOpenOrderIds':
        return this.#openOrderIds(message, ctx);
    }
  }

  #order({ userId, orderId, replyTo }: GetOrder, ctx: ShardContext): void {
    const order = this.#desk.store.orders.get(orderId)?.order;
    if (order?.userId !== userId) {
      return ctx.reply(replyTo, rejection('order_not_found', { orderId }));
    }
    ctx.reply(replyTo, { outcome: 'order', order, replayed: false });
  }

  #account({ userId, replyTo }: GetAccount, ctx: ShardContext): void {
    const row = this.#desk.booking.accountOf(userId, ctx.nowMs());
    ctx.reply(replyTo, { outcome: 'account', account: this.#desk.booking.balancesOf(row) });
  }

  #events(query: ReadEvents, ctx: ShardContext): void {
    const { userId, max, watcher, replyTo } = query;
    const { accountNo, lastSeq } = this.#desk.booking.accountOf(userId, ctx.nowMs());
    const afterSeq = query.afterSeq ?? lastSeq;
    const events =
      afterSeq < lastSeq ? this.#desk.store.events.readAfter(accountNo, afterSeq, max) : [];
    const caughtUp = (events.at(-1)?.seq ?? afterSeq) >= lastSeq;
    if (caughtUp && watcher !== null) this.#desk.watchers.add(userId, watcher);
    ctx.reply(replyTo, { outcome: 'events', events, headSeq: lastSeq, caughtUp });
  }

  #unresolved({ olderThanMs, max, replyTo }: ListUnresolved, ctx: ShardContext): void {
    const orders = this.#desk.unresolved.list(ctx.nowMs(), olderThanMs, max);
    ctx.reply(replyTo, { outcome: 'unresolved', orders });
  }

  #openOrderIds({ userId, symbol, side, max, replyTo }: ListOpenOrderIds, ctx: ShardContext): void {
    const { accounts, orders } = this.#desk.store;
    const account = accounts.find(userId);
    const all = account === null ? [] : orders.openIdsOf(account.accountNo, { symbol, side });
    const orderIds = all.slice(0, max);
    ctx.reply(replyTo, { outcome: 'open_order_ids', orderIds, hasMore: all.length > max });
  }

  #openOrders({ after, max, replyTo }: ListOpenOrders, ctx: ShardContext): void {
    const limit = Math.min(max, LIMITS.openOrdersPageMax);
    const page = this.#desk.store.orders.listOpenAfter(after, limit);
    const last = page.at(-1);
    ctx.reply(replyTo, {
      outcome: 'open_orders',
      orders: page,
      nextAfter: page.length < limit || last === undefined ? null : last.orderNo,
    });
  }
}
