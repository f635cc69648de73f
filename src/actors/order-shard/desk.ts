// What the parts of a shard share: the store, the one way to book, and who must hear when an order
// has changed.
import type { FeeSchedule } from '../../domain/money.ts';
import type { OrderFacts } from '../../domain/order.ts';
import type { OrderEventKind, UserEvent } from '../../domain/user-event.ts';
import type { AccountRow } from '../../store/account-store.ts';
import type { Fill } from '../../store/fill-store.ts';
import type { StoredOrder } from '../../store/order-store.ts';
import type { ShardStore } from '../../store/shard-store.ts';
import { LINK_DOWN, type LinkState } from '../exchange-connection/protocol.ts';
import { Booking } from './booking.ts';
import type { ShardContext } from './messages.ts';
import { type ProofBounds, Unresolved } from './unresolved.ts';
import { Waiters } from './waiters.ts';
import { Watchers } from './watchers.ts';

export class Desk {
  readonly store: ShardStore;
  readonly waiters = new Waiters();
  readonly watchers = new Watchers();
  readonly unresolved: Unresolved;
  link: LinkState = LINK_DOWN;
  readonly #booking: Booking;
  #events: [userId: string, event: UserEvent][] = [];

  constructor(store: ShardStore, fees: FeeSchedule, bounds: ProofBounds) {
    this.store = store;
    this.unresolved = new Unresolved(bounds);
    this.#booking = new Booking(store, fees, (userId, event) => {
      this.#events.push([userId, event]);
    });
  }

  get booking(): Omit<Booking, 'create' | 'apply' | 'fill' | 'deposit'> {
    return this.#booking;
  }

  create(account: AccountRow, intent: Parameters<Booking['create']>[1], ctx: ShardContext) {
    return this.#changed(this.#booking.create(account, intent), ctx);
  }

  apply(
    before: StoredOrder,
    facts: Partial<OrderFacts>,
    kind: OrderEventKind,
    ctx: ShardContext,
  ): StoredOrder {
    return this.#changed(this.#booking.apply(before, facts, kind, ctx.nowMs()), ctx);
  }

  fill(before: StoredOrder, trade: Omit<Fill, 'feeInCents'>, ctx: ShardContext): StoredOrder {
    return this.#changed(this.#booking.fill(before, trade, ctx.nowMs()), ctx);
  }

  deposit(account: AccountRow, deposit: Parameters<Booking['deposit']>[1], ctx: ShardContext) {
    const booked = this.#booking.deposit(account, deposit, ctx.nowMs());
    this.#tellWatchers(ctx);
    return booked;
  }

  /** Something that should not be: kept for the operator, counted, logged. */
  incident(kind: string, stored: StoredOrder, detail: Record<string, unknown>, ctx: ShardContext) {
    const { accountNo, orderNo, order } = stored;
    this.store.addIncident({ kind, accountNo, orderNo, atMs: ctx.nowMs(), detail });
    ctx.count(`incident_${kind}`);
    ctx.log('error', `incident ${kind} on order ${order.id}`, detail);
  }

  #changed(stored: StoredOrder, ctx: ShardContext): StoredOrder {
    this.unresolved.orderChanged(stored.order);
    this.waiters.orderChanged(stored.order, ctx);
    this.#tellWatchers(ctx);
    return stored;
  }

  #tellWatchers(ctx: ShardContext): void {
    const events = this.#events;
    this.#events = [];
    for (const [userId, event] of events) this.watchers.send(userId, event, ctx);
  }
}
