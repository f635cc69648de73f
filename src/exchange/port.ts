// The exchange as the broker sees it: what can be asked of it, what it answers, what it pushes.
// Every venue adapter speaks these shapes; the simulator speaks them on the wire as JSON, one
// result per order. FIX names stand in brackets.
import type { Execution } from '../domain/execution.ts';
import type { Side, TimeInForce } from '../domain/order.ts';
import type { SessionPrices } from '../domain/session-prices.ts';

/**
 * What an adapter can do. One with neither execIds nor sequence numbers is refused at start (E06).
 */
export interface Capabilities {
  readonly venue: string;
  /** Changes when the exchange loses its book: ids and cursors are keyed by (epoch, id). */
  readonly epoch: string;
  readonly batchOrdersMax: number;
  /** Refuses a submit that arrives later than its `notAfterMs`. */
  readonly notAfter: boolean;
  readonly queryByClientOrderId: boolean;
  /** Executions carry our clientOrderId. */
  readonly echo: boolean;
  /** Feeds resume from a sequence number. */
  readonly replay: boolean;
  readonly execIds: boolean;
  readonly sequence: boolean;
  readonly calendar: SessionCalendar;
}

/**
 * When the exchange means to trade, for people to read. Whether it does is the session's word
 * alone: nothing here is derived from a calendar and a clock.
 */
export interface SessionCalendar {
  /** A name of the IANA database. */
  readonly timeZone: string;
  /** `HH:MM`, in that zone. */
  readonly opensAt: string;
  readonly closesAt: string;
  /** All money here is in cents of it. */
  readonly currency: 'USD';
}

/**
 * `POST /v1/orders` carries `{orders: PlaceRequest[]}` and answers `{epoch, results:
 * PlaceResult[]}` in the same order.
 */
export interface PlaceRequest {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  /** The exchange knows limit orders only; a market order is an immediate-or-cancel limit. */
  readonly timeInForce: TimeInForce;
  readonly priceInCents: number;
  readonly numShares: number;
  /** Wall clock; the exchange refuses the order later than this. */
  readonly notAfterMs: number;
  /** What the simulator is asked to do wrong with this order; no other venue knows it. */
  readonly sandboxFault: string | null;
}

export type PlaceResult =
  | {
      readonly outcome: 'accepted';
      readonly clientOrderId: string;
      readonly externalOrderId: string;
    }
  | { readonly outcome: 'refused'; readonly clientOrderId: string; readonly reason: PlaceRefusal }
  /** Not a refusal: the order may well be on the book. Query. */
  | { readonly outcome: 'duplicate_client_order_id'; readonly clientOrderId: string };

export type PlaceRefusal =
  | 'unknown_symbol'
  | 'invalid_price'
  | 'invalid_quantity'
  | 'market_closed'
  | 'too_late'
  | 'symbol_halted'
  /** For a reason of its own, or as a sandbox fault asked for. */
  | 'exchange_option';

/**
 * `POST /v1/cancels` carries `{cancels: CancelRequest[]}` and answers `{epoch, results:
 * CancelResult[]}`.
 */
export interface CancelRequest {
  /** `<orderId>.c<n>`; repeating it repeats the first answer. */
  readonly cancelId: string;
  /**
   * Always given, and an exchange that knows it not, or under another external id, has no such
   * order: the external id may be of a book that it has lost (E41).
   */
  readonly clientOrderId: string;
  readonly externalOrderId: string | null;
}

export type CancelResult =
  | { readonly outcome: 'cancelled'; readonly cancelId: string; readonly cumQty: number }
  | {
      readonly outcome: 'refused';
      readonly cancelId: string;
      readonly reason: 'too_late' | 'unknown_order';
      /** The exchange's word on what was filled; null for an unknown order. */
      readonly cumQty: number | null;
    };

/**
 * `POST /v1/queries` carries `{orders: QueryRequest[]}` (at most 200) and answers `{epoch, results:
 * QueryResult[]}`.
 */
export interface QueryRequest {
  /** One of the two is null. */
  readonly clientOrderId: string | null;
  readonly externalOrderId: string | null;
}

/** With the ids as they were asked for. */
export type QueryResult = QueryRequest &
  ({ readonly outcome: 'found'; readonly order: VenueOrder } | { readonly outcome: 'not_found' });

/**
 * `GET /v1/open-orders?after=<externalOrderId>&limit=` answers `{epoch, orders: VenueOrder[],
 * hasMore}`.
 */
export interface VenueOrder {
  readonly externalOrderId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly numShares: number;
  readonly priceInCents: number;
  readonly status: 'open' | 'filled' | 'cancelled' | 'expired' | 'rejected';
  readonly cumQty: number;
  readonly reason: string | null;
}

/**
 * One line of `GET /v1/executions?from=<epoch>:<seq>` (35=8). The stream begins after `seq`; `from`
 * absent means from the
 * first. `GET /v1/orders/<externalOrderId>/fills` answers `{epoch, executions}` with that order's
 * trades, busts, corrections.
 */
export type { Execution };

/**
 * Both feeds: once a second, with the last sequence number sent, so that a lost last frame shows.
 */
export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly epoch: string;
  readonly headSeq: number;
  readonly exchangeAtMs: number;
}

/**
 * Also a feed's word that `from` is of another epoch or no longer kept: the reader begins anew at
 * `headSeq`.
 */
export interface FeedReset {
  readonly kind: 'reset';
  readonly epoch: string;
  readonly headSeq: number;
}

export type ExecutionFrame = Execution | Heartbeat | FeedReset;

export interface ListedSymbol {
  readonly symbol: string;
  readonly company: string;
  readonly instrumentType: 'equity';
  readonly tickInCents: number;
  /** Last print; null before the first of the session. */
  readonly lastPriceInCents: number | null;
  readonly lastTradedAtMs: number | null;
  /** Since the session opened. */
  readonly session: SessionPrices;
  readonly halted: boolean;
}

export interface SessionState {
  readonly sessionId: string;
  readonly state: 'open' | 'closed';
  /** The exchange's calendar day, `YYYY-MM-DD`: of the tape in a replay. */
  readonly tradingDate: string;
}

/**
 * First line of `GET /v1/prices?from=<epoch>:<seq>`; with a `from` that can be resumed the ticks
 * follow at once.
 */
export interface PriceSnapshot {
  readonly kind: 'snapshot';
  readonly epoch: string;
  readonly seq: number;
  readonly session: SessionState;
  readonly symbols: readonly ListedSymbol[];
}

/** A print, from the tape or of a simulated trade. */
export interface Tick {
  readonly kind: 'tick';
  readonly epoch: string;
  readonly seq: number;
  readonly symbol: string;
  readonly priceInCents: number;
  readonly numShares: number;
  readonly exchangeAtMs: number;
}

export interface SessionChanged {
  readonly kind: 'session';
  readonly epoch: string;
  readonly seq: number;
  readonly session: SessionState;
  readonly exchangeAtMs: number;
}

/** Trading in one symbol has been halted, or goes on. */
export interface HaltChanged {
  readonly kind: 'halt';
  readonly epoch: string;
  readonly seq: number;
  readonly symbol: string;
  readonly halted: boolean;
  readonly exchangeAtMs: number;
}

export type PriceFrame =
  | PriceSnapshot
  | Tick
  | SessionChanged
  | HaltChanged
  | Heartbeat
  | FeedReset;

/** A whole-request refusal (4xx): all or nothing, so nothing of the batch happened. */
export interface RequestRefusal {
  readonly code: string;
  readonly detail: string;
}
