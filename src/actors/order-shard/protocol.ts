// What an order shard accepts and answers. The one file of this folder that others may import.
import type { Account } from '../../domain/account.ts';
import type { Deposit } from '../../domain/deposit.ts';
import type { HouseTrade } from '../../domain/house-trade.ts';
import type { IncidentKind } from '../../domain/incident.ts';
import type {
  ListedOrder,
  Order,
  OrderType,
  Side,
  TimeInForce,
  UnresolvedReason,
} from '../../domain/order.ts';
import type { Rejection } from '../../domain/reject-codes.ts';
import type { UserEvent } from '../../domain/user-event.ts';
import type { Execution, VenueOrder } from '../../exchange/port.ts';
import type { Address, ReplyTo } from '../../runtime/actor.ts';
import type { OperatorCommand } from './operator-protocol.ts';

export type { Account, TradingState } from '../../domain/account.ts';
export type { Deposit } from '../../domain/deposit.ts';
export type { HouseTrade } from '../../domain/house-trade.ts';
export type { AccountEvent, UserEvent } from '../../domain/user-event.ts';
export type * from './operator-protocol.ts';

export interface PlaceOrder {
  readonly kind: 'PlaceOrder';
  readonly userId: string;
  /** Same key, same answer: a retry never places twice. */
  readonly idempotencyKey: string;
  readonly symbol: string;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  /** Null only for market orders. */
  readonly priceInCents: number | null;
  readonly numShares: number;
  /** How long the shard waits for the exchange before it answers with what is known. */
  readonly waitMs: number;
  /** A fault that the simulator is asked for, in demo mode only. */
  readonly sandboxFault: string | null;
  readonly replyTo: ReplyTo<OrderReply | Rejection>;
}

export interface CancelOrder {
  readonly kind: 'CancelOrder';
  readonly userId: string;
  readonly orderId: string;
  readonly waitMs: number;
  readonly replyTo: ReplyTo<OrderReply | Rejection>;
}

export interface GetOrder {
  readonly kind: 'GetOrder';
  readonly userId: string;
  readonly orderId: string;
  readonly replyTo: ReplyTo<OrderReply | Rejection>;
}

/** The order as it stands on disk; `replayed` when the key was known already. */
export interface OrderReply {
  readonly outcome: 'order';
  readonly order: Order;
  readonly replayed: boolean;
}

export interface GetAccount {
  readonly kind: 'GetAccount';
  readonly userId: string;
  readonly replyTo: ReplyTo<AccountReply>;
}

export interface AccountReply {
  readonly outcome: 'account';
  readonly account: Account;
}

/** Idempotent per `depositId`: a deposit that is already booked is left out. Opens the account. */
export interface DepositAssets {
  readonly kind: 'DepositAssets';
  readonly userId: string;
  readonly deposits: readonly Deposit[];
  readonly replyTo: ReplyTo<DepositedReply>;
}

export interface DepositedReply {
  readonly outcome: 'deposited';
  /** How many were new. */
  readonly booked: number;
  /** Those that no balance could hold, and those whose id was booked with other terms. */
  readonly refused: readonly Rejection[];
  readonly account: Account;
}

/** Cash out of what is available. Idempotent per `depositId`, as deposits are. */
export interface WithdrawAssets {
  readonly kind: 'WithdrawAssets';
  readonly userId: string;
  readonly depositId: string;
  readonly amountInCents: number;
  readonly replyTo: ReplyTo<WithdrawnReply | Rejection>;
}

export interface WithdrawnReply {
  readonly outcome: 'withdrawn';
  readonly replayed: boolean;
  readonly account: Account;
}

/**
 * The events of one user after `afterSeq`, oldest first, at most `max`. The page that reaches the
 * head registers `watcher`
 * in the same turn (so nothing falls between), and later events come to it as `UserEvents`.
 */
export interface ReadEvents {
  readonly kind: 'ReadEvents';
  readonly userId: string;
  /** Null: from the head on, no history. */
  readonly afterSeq: number | null;
  readonly max: number;
  readonly watcher: Address | null;
  readonly replyTo: ReplyTo<EventsReply>;
}

export interface EventsReply {
  readonly outcome: 'events';
  readonly events: readonly UserEvent[];
  readonly headSeq: number;
  /** True when this page reached the head, and the watcher is registered. */
  readonly caughtUp: boolean;
}

export interface UnwatchUser {
  readonly kind: 'UnwatchUser';
  readonly userId: string;
  readonly watcher: Address;
}

/**
 * Sent to a watcher, dense in `seq`. A watcher that misses one reads it again with `ReadEvents`.
 */
export interface UserEvents {
  readonly kind: 'UserEvents';
  readonly userId: string;
  readonly events: readonly UserEvent[];
}

/** The watcher had no room and is registered no more; it reads on after `lastSeq`. */
export interface WatcherDropped {
  readonly kind: 'WatcherDropped';
  readonly userId: string;
  readonly lastSeq: number;
}

/** The exchange took the order: a fact. Whoever sends it sends it again until it is answered. */
export interface OrderAcknowledged {
  readonly kind: 'OrderAcknowledged';
  readonly orderId: string;
  readonly epoch: string;
  readonly externalOrderId: string;
  /** Those that outran the acknowledgement, in feed order. */
  readonly executions: readonly Execution[];
  readonly replyTo: ReplyTo<FactReply>;
}

export interface ExecutionReported {
  readonly kind: 'ExecutionReported';
  readonly orderId: string;
  readonly execution: Execution;
  readonly replyTo: ReplyTo<FactReply>;
}

/**
 * Executions of an order that nobody here has placed (E22), for the house: trades, busts and
 * corrections, once each. A fact: sent again until it is answered.
 */
export interface BookStray {
  readonly kind: 'BookStray';
  readonly epoch: string;
  readonly externalOrderId: string;
  readonly executions: readonly Execution[];
  readonly replyTo: ReplyTo<FactReply>;
}

/** What an operator does with a trade of the house: gives it to the user whose it is (E22). */
export interface AssignTrade {
  readonly kind: 'AssignTrade';
  readonly epoch: string;
  readonly execId: string;
  readonly userId: string;
  readonly replyTo: ReplyTo<HouseTradeReply>;
}

/** Or contests it with the exchange, which then is to bust it. */
export interface RefuseTrade {
  readonly kind: 'RefuseTrade';
  readonly epoch: string;
  readonly execId: string;
  readonly reason: string;
  readonly replyTo: ReplyTo<HouseTradeReply>;
}

export type HouseTradeReply =
  | { readonly outcome: 'house_trade'; readonly trade: HouseTrade; readonly replayed: boolean }
  | { readonly outcome: 'no_such_trade' }
  | { readonly outcome: 'settled_otherwise'; readonly trade: HouseTrade };

export interface ListHouseTrades {
  readonly kind: 'ListHouseTrades';
  readonly max: number;
  readonly replyTo: ReplyTo<{
    readonly outcome: 'house_trades';
    readonly trades: readonly HouseTrade[];
  }>;
}

/** From the house's shard to the user's, again until it is answered. */
export interface ReceiveTrade {
  readonly kind: 'ReceiveTrade';
  readonly userId: string;
  readonly trade: HouseTrade;
  readonly replyTo: ReplyTo<FactReply>;
}

/** Durable: the sender may forget the fact. */
export interface FactReply {
  readonly outcome: 'booked' | 'already_booked' | 'no_such_order';
}

/**
 * What the reconciler's question brought: one definite answer of the exchange. The shard decides
 * what it proves.
 */
export interface OrderQueried {
  readonly kind: 'OrderQueried';
  readonly orderId: string;
  readonly epoch: string;
  /** As the exchange has it; null: it knows no such order. */
  readonly venue: VenueOrder | null;
  /** When the question was written to the socket. */
  readonly askedAtMs: number;
  /** No execution that came after the order was sent waits for an owner at the trade-processor. */
  readonly nothingParked: boolean;
  readonly replyTo: ReplyTo<QueriedReply>;
}

export interface QueriedReply {
  readonly outcome: FactReply['outcome'];
  /** The exchange has counted fills of it that we have not seen: they are to be fetched (E20). */
  readonly fillsMissing: boolean;
}

/** For the operator: something about an order that its shard cannot see by itself (E35). */
export interface IncidentFound {
  readonly kind: 'IncidentFound';
  readonly orderId: string;
  readonly incident: IncidentKind;
  readonly detail: Readonly<Record<string, string | number | null>>;
}

/** For the reconciler: orders about which the exchange must be asked, oldest first. */
export interface ListUnresolved {
  readonly kind: 'ListUnresolved';
  /** How long an order may stay so before it is asked about. */
  readonly olderThanMs: Readonly<Record<UnresolvedReason, number>>;
  readonly max: number;
  readonly replyTo: ReplyTo<UnresolvedReply>;
}

export interface UnresolvedOrder {
  readonly orderId: string;
  readonly reason: UnresolvedReason;
  readonly externalOrderId: string | null;
  readonly sendAttemptedAtMs: number;
  readonly notAfterMs: number;
  readonly cumQty: number;
}

export interface UnresolvedReply {
  readonly outcome: 'unresolved';
  readonly orders: readonly UnresolvedOrder[];
}

/** For the full match with the exchange's own list: one page of the open orders, oldest first. */
export interface ListOpenOrders {
  readonly kind: 'ListOpenOrders';
  /** `nextAfter` of the page before; 0 for the first. */
  readonly after: number;
  readonly max: number;
  readonly replyTo: ReplyTo<OpenOrdersReply>;
}

export interface OpenOrdersReply {
  readonly outcome: 'open_orders';
  readonly orders: readonly OpenOrder[];
  /** Null: this was the last page. */
  readonly nextAfter: number | null;
}

export type OpenOrder = ListedOrder;

/** For a cancel of many. */
export interface ListOpenOrderIds {
  readonly kind: 'ListOpenOrderIds';
  readonly userId: string;
  readonly symbol: string | null;
  readonly side: Side | null;
  readonly max: number;
  readonly replyTo: ReplyTo<OpenOrderIdsReply>;
}

export interface OpenOrderIdsReply {
  readonly outcome: 'open_order_ids';
  /** Oldest first. */
  readonly orderIds: readonly string[];
  readonly hasMore: boolean;
}

export interface GetShardState {
  readonly kind: 'GetShardState';
  readonly replyTo: ReplyTo<{
    readonly outcome: 'shard_state';
    readonly open: true;
    readonly linked: boolean;
    /** False: it has not heard yet whether trading is halted, and takes no orders. */
    readonly controlsKnown: boolean;
    readonly usersReconciling: number;
    /** Orders whose cancel the exchange owes an answer to. */
    readonly cancelsWaiting: number;
  }>;
}

export type OrderShardCommand =
  | PlaceOrder
  | CancelOrder
  | GetOrder
  | GetAccount
  | DepositAssets
  | WithdrawAssets
  | ReadEvents
  | UnwatchUser
  | ListUnresolved
  | ListOpenOrders
  | ListOpenOrderIds
  | IncidentFound
  | AssignTrade
  | RefuseTrade
  | ListHouseTrades
  | OperatorCommand
  | GetShardState;

/** Facts never meet `busy`: the sender's window bounds them. */
export type OrderShardFact =
  | OrderAcknowledged
  | ExecutionReported
  | OrderQueried
  | BookStray
  | ReceiveTrade;
