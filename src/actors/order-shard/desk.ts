// What the parts of a shard share: the store, the one way to book, and who must hear when an order
// has changed.
import type { Deposit } from '../../domain/deposit.ts';
import type { VenueCount } from '../../domain/execution-facts.ts';
import { HOUSE_USER_ID } from '../../domain/ids.ts';
import type { IncidentKind } from '../../domain/incident.ts';
import { USD } from '../../domain/ledger.ts';
import type { FeeSchedule } from '../../domain/money.ts';
import type { OrderFacts } from '../../domain/order.ts';
import type { StateInForce } from '../../domain/trading-states.ts';
import type { OrderEventKind, UserEvent } from '../../domain/user-event.ts';
import type { AccountRow } from '../../store/account-store.ts';
import type { Origin } from '../../store/event-detail.ts';
import type { Fill } from '../../store/fill-store.ts';
import type { StoredOrder } from '../../store/order-store.ts';
import type { ShardStore } from '../../store/shard-store.ts';
import { LINK_DOWN, type LinkState } from '../exchange-connection/protocol.ts';
import { Booking, type TradeChange, type TradeMove } from './booking.ts';
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
  #overdrawn: [stored: StoredOrder, assets: readonly string[]][] = [];

  constructor(store: ShardStore, fees: FeeSchedule, bounds: ProofBounds) {
    this.store = store;
    this.unresolved = new Unresolved(bounds);
    this.#booking = new Booking(store, fees, {
      hears: (userId) => this.watchers.has(userId),
      event: (userId, event) => this.#events.push([userId, event]),
      overdrawn: (stored, assets) => this.#overdrawn.push([stored, assets]),
    });
  }

  get booking(): Omit<Booking, 'create' | 'apply' | 'fill' | 'change' | 'deposit' | 'transfer'> {
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
    origin?: Origin,
  ): StoredOrder {
    return this.#changed(this.#booking.apply(before, facts, kind, ctx.nowMs(), origin), ctx);
  }

  fill(
    before: StoredOrder,
    trade: Omit<Fill, 'feeInCents'>,
    count: VenueCount,
    ctx: ShardContext,
  ): StoredOrder {
    return this.#changed(this.#booking.fill(before, trade, count, ctx.nowMs()), ctx);
  }

  changeTrade(
    before: StoredOrder,
    change: TradeChange,
    count: VenueCount,
    ctx: ShardContext,
    origin: Origin,
  ): StoredOrder {
    const nowMs = ctx.nowMs();
    return this.#changed(this.#booking.change(before, change, count, nowMs, origin), ctx);
  }

  deposit(account: AccountRow, deposit: Parameters<Booking['deposit']>[1], ctx: ShardContext) {
    const booked = this.#booking.deposit(account, deposit, ctx.nowMs());
    this.#tellWatchers(ctx);
    return booked;
  }

  transfer(account: AccountRow, move: TradeMove, ctx: ShardContext): boolean {
    const booked = this.#booking.transfer(account, move, ctx.nowMs());
    if (booked && account.userId !== HOUSE_USER_ID) this.#checkTransferred(account, move, ctx);
    this.#tellWatchers(ctx);
    return booked;
  }

  restrict(stored: StoredOrder, reason: string, ctx: ShardContext): void {
    this.#booking.restrict(stored, reason, ctx.nowMs());
    this.#tellWatchers(ctx);
  }

  setTradingState(account: AccountRow, state: StateInForce, ctx: ShardContext): number {
    const seq = this.#booking.setTradingState(account, state, ctx.nowMs());
    this.#tellWatchers(ctx);
    return seq;
  }

  /** Something that should not be: kept for the operator, counted, logged. */
  incident(
    kind: IncidentKind,
    stored: StoredOrder,
    detail: Record<string, unknown>,
    ctx: ShardContext,
  ): void {
    const { accountNo, orderNo, order } = stored;
    this.store.addIncident({ kind, accountNo, orderNo, atMs: ctx.nowMs(), detail });
    ctx.count(`incident_${kind}`);
    ctx.log('error', `incident ${kind} on order ${order.id}`, detail);
  }

  #changed(stored: StoredOrder, ctx: ShardContext): StoredOrder {
    this.unresolved.orderChanged(stored.order);
    this.waiters.orderChanged(stored.order, ctx);
    this.#tellWatchers(ctx);
    const overdrawn = this.#overdrawn;
    this.#overdrawn = [];
    for (const [order, assets] of overdrawn) this.#reportOverdrawn(order, assets, ctx);
    return stored;
  }

  /** Short of shares after a bust (E28), or of cash after a fill beyond the reservation (E36). */
  #reportOverdrawn(stored: StoredOrder, assets: readonly string[], ctx: ShardContext): void {
    for (const asset of assets) {
      const incident = asset === USD ? 'overdrawn' : 'short_by_bust';
      this.incident(incident, stored, { asset }, ctx);
    }
  }

  /** A trade that was given to its owner may be more than the account can bear (E22, I3). */
  #checkTransferred(account: AccountRow, { asset, depositId }: Deposit, ctx: ShardContext): void {
    const { accountNo, userId, tradingState } = account;
    const short = [USD, asset].filter(
      (each) => this.store.ledger.balanceOf(accountNo, 'available', each) < 0,
    );
    if (short.length === 0) return;
    const atMs = ctx.nowMs();
    const detail = { assets: short, depositId };
    this.store.addIncident({ kind: 'overdrawn', accountNo, orderNo: null, atMs, detail });
    ctx.count('incident_overdrawn');
    ctx.log('error', `incident overdrawn of user ${userId}`, detail);
    if (tradingState !== 'active') return;
    const state = { state: 'reducing', reason: `overdrawn: ${short}` } as const;
    this.#booking.setTradingState(account, state, atMs);
  }

  #tellWatchers(ctx: ShardContext): void {
    const events = this.#events;
    this.#events = [];
    for (const [userId, event] of events) this.watchers.send(userId, event, ctx);
  }
}
