// Owns every order and the money of its users, in one SQLite file. What it sends leaves only after
// the commit of the turn, so a crash between any two steps leaves something the reconciler can
// settle with the exchange.
import type { FeeSchedule } from '../../domain/money.ts';
import { LIMITS } from '../../limits.ts';
import type { DurableActor } from '../../runtime/actor.ts';
import type { AnchorLog } from '../../store/anchor-log.ts';
import type { ChainHead } from '../../store/event-store.ts';
import type { StoredOrder } from '../../store/order-store.ts';
import type { ShardStore } from '../../store/shard-store.ts';
import { EXCHANGE_CONNECTION, type ShardMap } from '../addresses.ts';
import type { LinkChanged, WatchLink } from '../exchange-connection/protocol.ts';
import { StoreActor } from '../store-actor.ts';
import { Cancelling, type CancellingOptions } from './cancelling.ts';
import { Desk } from './desk.ts';
import { FactBooking } from './fact-booking.ts';
import { Funding } from './funding.ts';
import { House } from './house.ts';
import type { ConnectionLife, OrderShardMessage, ShardContext } from './messages.ts';
import { OperatorControls } from './operator-controls.ts';
import { Placing, type PlacingOptions } from './placing.ts';
import { PreTrade, type PreTradeOptions } from './pre-trade.ts';
import type { GetShardState, IncidentFound } from './protocol.ts';
import { QueryBooking } from './query-booking.ts';
import { Reading } from './reading.ts';
import { SessionCloses } from './session-closes.ts';
import { TradingControls } from './trading-controls.ts';
import type { ProofBounds } from './unresolved.ts';
import type { WaitEnded } from './waiters.ts';

export interface OrderShardOptions {
  readonly store: ShardStore;
  readonly shards: ShardMap;
  readonly fees: FeeSchedule;
  readonly preTrade: PreTradeOptions;
  readonly placing: Omit<PlacingOptions, 'clockSkewMs'>;
  /** How long a halted user's queued submits may take to be called back. */
  readonly recallAskMs: number;
  readonly cancelling: CancellingOptions;
  readonly bounds: ProofBounds;
  /** What becomes of an order that the exchange took after we had called it failed (E12). */
  readonly lateAck: 'cancel' | 'keep';
  /** Null: heads are not anchored. */
  readonly anchors: AnchorLog | null;
}

/** Of a user whose execution could not be booked (E42). */
const POISON = 'execution_quarantined';

export class OrderShard
  extends StoreActor
  implements DurableActor<OrderShardMessage, ShardContext>
{
  readonly #store: ShardStore;
  readonly #desk: Desk;
  readonly #controls = new TradingControls();
  readonly #operator: OperatorControls;
  readonly #placing: Placing;
  readonly #cancelling: Cancelling;
  readonly #facts: FactBooking;
  readonly #queries: QueryBooking;
  readonly #reading: Reading;
  readonly #house: House;
  readonly #closes: SessionCloses;
  readonly #options: OrderShardOptions;
  /** Of the last commit: a head of this turn may yet be rolled back. */
  #committedHead: ChainHead;
  #lastTurnAtMs: number;
  readonly #funding: Funding;

  constructor(options: OrderShardOptions, ctx: ShardContext) {
    super(options.store);
    const { store, fees, bounds } = options;
    this.#options = options;
    this.#committedHead = store.events.head;
    this.#lastTurnAtMs = ctx.nowMs();
    this.#store = store;
    this.#desk = new Desk(store, fees, bounds);
    const preTrade = new PreTrade(this.#desk, this.#controls, options.preTrade, fees);
    const { clockSkewMs } = bounds;
    this.#placing = new Placing(this.#desk, preTrade, { ...options.placing, clockSkewMs });
    this.#operator = new OperatorControls({
      desk: this.#desk,
      controls: this.#controls,
      preTrade,
      placing: this.#placing,
      recallAskMs: options.recallAskMs,
    });
    this.#cancelling = new Cancelling(this.#desk, options.cancelling);
    this.#facts = new FactBooking(this.#desk);
    this.#queries = new QueryBooking(this.#desk, bounds.settleWindowMs);
    this.#reading = new Reading(this.#desk);
    this.#funding = new Funding(this.#desk);
    this.#closes = new SessionCloses(this.#desk);
    this.#closes.resume(ctx);
    this.#house = new House(this.#desk, this.#facts, {
      shards: options.shards,
      takeId: (userId, own) => this.#placing.takeId(userId, own),
    });
    this.#house.resume(ctx);
    this.#placing.takeUpIds();
    for (const { order } of store.orders.listOpenInQuestion()) {
      this.#desk.unresolved.foundAtStart(order);
      this.#cancelling.foundAtStart(order);
      this.#placing.foundAtStart(order, ctx);
    }
    // Whether the exchange has told since that they work there is forgotten: it is asked again.
    for (const { order } of store.orders.listOpenAmended()) this.#desk.unresolved.busted(order);
    for (const { order } of store.orders.listShort()) this.#desk.unresolved.orderChanged(order);
    ctx.after(LIMITS.anchorEveryMs, { kind: 'AnchorDue' }, 'anchor');
    ctx.watch(EXCHANGE_CONNECTION, (event) => ({ kind: 'ConnectionLife', event }));
  }

  override commit(): void {
    super.commit();
    this.#committedHead = this.#store.events.head;
  }

  override close(): void {
    this.#options.anchors?.anchor(this.#committedHead, this.#lastTurnAtMs);
    super.close();
  }

  sizes() {
    return { usersWatched: this.#desk.watchers.users };
  }

  receive(message: OrderShardMessage, ctx: ShardContext): void {
    this.#lastTurnAtMs = ctx.nowMs();
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
        return this.#settled(this.#queries.queried(message, ctx), ctx);
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
      case 'DepositAssets':
        return this.#funding.deposit(message, ctx);
      case 'WithdrawAssets':
        return this.#funding.withdraw(message, ctx);
      case 'GetOrder':
      case 'GetAccount':
      case 'ReadEvents':
      case 'UnwatchUser':
      case 'ListUnresolved':
      case 'ListOpenOrders':
      case 'ListOpenOrderIds':
        return this.#reading.receive(message, ctx);
      case 'BookStray':
      case 'AssignTrade':
      case 'RefuseTrade':
      case 'ListHouseTrades':
      case 'ReceiveTrade':
      case 'TradeReceived':
      case 'AssignmentDue':
        return this.#house.receive(message, ctx);
      case 'IncidentFound':
        return this.#onIncidentFound(message, ctx);
      case 'AnchorDue':
        return this.#onAnchorDue(ctx);
      case 'ValuesDue':
        return this.#closes.due(ctx);
      case 'ApplyTradingStates':
      case 'SetUserTradingState':
      case 'RecallAnswered':
      case 'SetUserLimits':
      case 'GetUserLimits':
      case 'ListRestricted':
        return this.#operator.receive(message, ctx);
      case 'GetShardState':
        return this.#onGetShardState(message, ctx);
    }
  }

  /** Once the exchange has spoken about a submit, or cannot, a cancel that waited for it may go. */
  #settled(stored: StoredOrder | null, ctx: ShardContext): void {
    if (stored === null) return;
    const { order } = stored;
    const isResurrected = order.ourVerdict !== null && order.externalOrderId !== null;
    const isUnwanted = isResurrected && order.isOpen && order.cancelsRequested === 0;
    if (isUnwanted && this.#options.lateAck === 'cancel') {
      return this.#cancelling.cancelForUs(stored, 'late_ack_policy', ctx);
    }
    this.#cancelling.submitSettled(stored, ctx);
  }

  #onWaitEnded(ended: WaitEnded, ctx: ShardContext): void {
    const stored = this.#store.orders.get(ended.orderId);
    if (stored !== null) this.#desk.waiters.waitEnded(stored.order, ended, ctx);
  }

  #onLinkChanged({ link }: LinkChanged, ctx: ShardContext): void {
    const { ordersReachable: wasReachable, session } = this.#desk.link;
    this.#desk.link = link;
    if (session?.state === 'open' && link.session?.state === 'closed') this.#anchor(ctx);
    this.#closes.linkChanged(link, ctx);
    if (link.ordersReachable && !wasReachable) this.#cancelling.linkUp(ctx);
  }

  #onConnectionLife({ event }: ConnectionLife, ctx: ShardContext): void {
    if (event.state === 'down') {
      this.#desk.link = { ...this.#desk.link, linked: false, ordersReachable: false };
      return;
    }
    ctx.tell<WatchLink>(EXCHANGE_CONNECTION, { kind: 'WatchLink', watcher: ctx.self });
  }

  #onIncidentFound({ orderId, incident, detail }: IncidentFound, ctx: ShardContext): void {
    const stored = this.#store.orders.get(orderId);
    if (stored === null) return ctx.count('facts_without_order');
    this.#desk.incident(incident, stored, { ...detail }, ctx);
    if (incident === POISON) this.#desk.restrict(stored, POISON, ctx);
  }

  #onAnchorDue(ctx: ShardContext): void {
    ctx.after(LIMITS.anchorEveryMs, { kind: 'AnchorDue' }, 'anchor');
    this.#anchor(ctx);
  }

  #anchor(ctx: ShardContext): void {
    this.#options.anchors?.anchor(this.#committedHead, ctx.nowMs());
  }

  #onGetShardState({ replyTo }: GetShardState, ctx: ShardContext): void {
    const { linked } = this.#desk.link;
    const { usersReconciling } = this.#desk.unresolved;
    const { cancelsWaiting } = this.#cancelling;
    const counts = { usersReconciling, cancelsWaiting };
    const controlsKnown = this.#controls.areKnown;
    ctx.reply(replyTo, { outcome: 'shard_state', open: true, linked, controlsKnown, ...counts });
  }
}
