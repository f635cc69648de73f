// What the exchange-connection accepts and answers: the only actor that talks to the exchange.
import type { Side, TimeInForce } from '../../domain/order.ts';
import type {
  CancelResult,
  Capabilities,
  Execution,
  QueryRequest,
  QueryResult,
  SessionState,
  VenueOrder,
} from '../../exchange/port.ts';
import type { Address, ReplyTo } from '../../runtime/actor.ts';
import type { ApplyTradingStates } from '../directory/protocol.ts';

/** Written to a socket at most once, ever. */
export interface SubmitOrder {
  readonly kind: 'SubmitOrder';
  readonly orderId: string;
  readonly userId: string;
  readonly symbol: string;
  readonly side: Side;
  /** As the exchange sees it: a market order is `ioc` at its protective limit. */
  readonly timeInForce: TimeInForce;
  readonly priceInCents: number;
  readonly numShares: number;
  readonly notAfterMs: number;
  readonly sandboxFault: string | null;
  readonly replyTo: ReplyTo<SubmitReply>;
}

export type SubmitReply =
  /**
   * Accepted, and the trade-processor has recorded the mapping: the acknowledgement follows as a
   * fact.
   */
  | { readonly outcome: 'handed_over' }
  /** A definite no, order by order, inside a 2xx answer or an all-or-nothing status. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** A definite no: it never reached a socket. */
  | { readonly outcome: 'not_sent'; readonly reason: NotSentReason }
  /** Silence proves nothing: the order stays pending, the reconciler asks. */
  | { readonly outcome: 'outcome_unknown'; readonly reason: string };

export type NotSentReason = 'link_down' | 'queue_timeout' | 'withdrawn' | 'halted';

/**
 * Takes a submit out of the queue if it is still there: then its own ask is answered `not_sent`
 * (withdrawn).
 */
export interface WithdrawSubmit {
  readonly kind: 'WithdrawSubmit';
  readonly orderId: string;
}

/** The kill switch for one user: every queued submit of theirs is answered `not_sent` (halted). */
export interface RecallSubmits {
  readonly kind: 'RecallSubmits';
  readonly userId: string;
  readonly replyTo: ReplyTo<{
    readonly outcome: 'recalled';
    readonly notSent: number;
    /** Orders whose submit is written already, and not answered yet. */
    readonly onTheWire: readonly string[];
  }>;
}

/** Repeats use the same `cancelId` (`<orderId>.c<n>`), which makes them harmless. */
export interface SubmitCancel {
  readonly kind: 'SubmitCancel';
  readonly cancelId: string;
  readonly orderId: string;
  readonly externalOrderId: string | null;
  readonly replyTo: ReplyTo<CancelReply>;
}

export type CancelReply =
  | { readonly outcome: 'answered'; readonly result: CancelResult }
  | { readonly outcome: 'cannot_tell'; readonly reason: string };

/** At most 200 orders, by clientOrderId or externalOrderId. */
export interface QueryOrders {
  readonly kind: 'QueryOrders';
  readonly orders: readonly QueryRequest[];
  readonly replyTo: ReplyTo<QueryReply>;
}

export type QueryReply =
  | {
      readonly outcome: 'answered';
      readonly epoch: string;
      readonly askedAtMs: number;
      readonly results: readonly QueryResult[];
    }
  /** A transport error, a 429, a 5xx: never counts as "not found" (E10). */
  | { readonly outcome: 'cannot_tell'; readonly reason: string };

/** One page of the exchange's own list of open orders, oldest first. */
export interface ListVenueOrders {
  readonly kind: 'ListVenueOrders';
  /** The external id of the last order of the page before; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
  readonly replyTo: ReplyTo<
    | {
        readonly outcome: 'answered';
        readonly epoch: string;
        readonly askedAtMs: number;
        readonly orders: readonly VenueOrder[];
        readonly hasMore: boolean;
      }
    | { readonly outcome: 'cannot_tell'; readonly reason: string }
  >;
}

/** The trades, busts and corrections of one order, as the exchange lists them. */
export interface FetchFills {
  readonly kind: 'FetchFills';
  readonly externalOrderId: string;
  readonly replyTo: ReplyTo<
    | {
        readonly outcome: 'answered';
        readonly epoch: string;
        readonly executions: readonly Execution[];
      }
    | { readonly outcome: 'cannot_tell'; readonly reason: string }
  >;
}

/**
 * Registers for `LinkChanged`, the first of which comes at once. Sent again when this actor
 * restarts.
 */
export interface WatchLink {
  readonly kind: 'WatchLink';
  readonly watcher: Address;
}

export interface LinkChanged {
  readonly kind: 'LinkChanged';
  readonly link: LinkState;
}

export interface LinkState {
  /**
   * Orders can be sent: capabilities read, the trade feed live, no heartbeat missed. Prices are
   * another matter: without them a check that needs one refuses (E36).
   */
  readonly linked: boolean;
  readonly ordersReachable: boolean;
  readonly tradeFeedLive: boolean;
  readonly priceFeedLive: boolean;
  /** Null before the first contact. */
  readonly capabilities: Capabilities | null;
  readonly session: SessionState | null;
  /** The newest close that was heard on the feed; null before the first. */
  readonly lastClose: SessionClose | null;
}

/** The end of a session. The next one may be open by the time that this is read. */
export interface SessionClose {
  readonly sessionId: string;
  readonly closedAtMs: number;
  /**
   * Of the price feed: a print with a lower one was before the close. Where the table has a newer
   * one, what it names as the previous close was the last before it.
   */
  readonly seq: number;
}

export const LINK_DOWN: LinkState = {
  linked: false,
  ordersReachable: false,
  tradeFeedLive: false,
  priceFeedLive: false,
  capabilities: null,
  session: null,
  lastClose: null,
};

export interface GetConnectionState {
  readonly kind: 'GetConnectionState';
  readonly replyTo: ReplyTo<ConnectionState>;
}

export interface ConnectionState {
  readonly outcome: 'connection_state';
  readonly link: LinkState;
  /** Sockets held towards the exchange: orders, control, one trade feed, one price feed. */
  readonly connections: {
    readonly orders: number;
    readonly control: number;
    readonly tradeFeed: number;
    readonly priceFeed: number;
  };
  readonly submitsQueued: number;
  readonly submitsInFlight: number;
  readonly executionFeed: ExecutionFeedState;
  /**
   * How far the exchange's clock is ahead of ours (E40), less what its newest heartbeat was on the
   * way; null before the first.
   */
  readonly exchangeClockSkewMs: number | null;
}

/** Counts are since this actor was made. */
export interface ExecutionFeedState {
  readonly epoch: string | null;
  /** The highest sequence that the exchange has named, in an execution or a heartbeat. */
  readonly headSeq: number;
  /** Holes that were found and, sooner or later, replayed (E18). */
  readonly gaps: number;
  /** Times it began anew beyond executions that the exchange had not kept: those are lost to us. */
  readonly losses: number;
}

export type ExchangeConnectionCommand =
  | SubmitOrder
  | WithdrawSubmit
  | RecallSubmits
  | ApplyTradingStates
  | SubmitCancel
  | QueryOrders
  | ListVenueOrders
  | FetchFills
  | WatchLink
  | GetConnectionState;
