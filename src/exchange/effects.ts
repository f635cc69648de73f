// The port's operations as effects: data that the exchange-connection performs and a venue driver
// runs. A second venue (FIX) is a second driver behind the same effects.
import type { Effect } from '../runtime/actor.ts';
import type {
  CancelRequest,
  CancelResult,
  Capabilities,
  Execution,
  ExecutionFrame,
  PlaceRequest,
  PlaceResult,
  PriceFrame,
  QueryRequest,
  QueryResult,
  RequestRefusal,
  VenueOrder,
} from './port.ts';

/**
 * How a call ends. Only `answered`, `refused` and `not_written` are definite. The runtime adds
 * `unknown` at the deadline.
 */
export type VenueAnswer<Answer> =
  | ({ readonly outcome: 'answered'; readonly epoch: string } & Answer)
  /** A status that the adapter declares all-or-nothing: nothing of the request happened. */
  | { readonly outcome: 'refused'; readonly refusal: RequestRefusal }
  /** No byte of the request was handed to a socket. */
  | { readonly outcome: 'not_written'; readonly error: string }
  /** Written, or perhaps written, and no usable answer: reset, 5xx, unreadable body. */
  | { readonly outcome: 'unknown'; readonly reason: 'no_answer'; readonly error: string };

export interface ReadCapabilities extends Effect {
  readonly kind: 'ReadCapabilities';
}
export type CapabilitiesAnswer = VenueAnswer<{ readonly capabilities: Capabilities }>;

/** One request on an order connection; never written twice. */
export interface PlaceOrders extends Effect {
  readonly kind: 'PlaceOrders';
  readonly orders: readonly PlaceRequest[];
}
export type PlaceOrdersAnswer = VenueAnswer<{ readonly results: readonly PlaceResult[] }>;

/** On the control connections, so that orders can never starve cancels and questions. */
export interface CancelOrders extends Effect {
  readonly kind: 'CancelOrders';
  readonly cancels: readonly CancelRequest[];
}
export type CancelOrdersAnswer = VenueAnswer<{ readonly results: readonly CancelResult[] }>;

export interface AskOrders extends Effect {
  readonly kind: 'AskOrders';
  readonly orders: readonly QueryRequest[];
}
export type AskOrdersAnswer = VenueAnswer<{ readonly results: readonly QueryResult[] }>;

export interface ReadOpenOrders extends Effect {
  readonly kind: 'ReadOpenOrders';
  readonly after: string | null;
  readonly limit: number;
}
export type OpenOrdersAnswer = VenueAnswer<{
  readonly orders: readonly VenueOrder[];
  readonly hasMore: boolean;
}>;

export interface ReadFills extends Effect {
  readonly kind: 'ReadFills';
  readonly externalOrderId: string;
}
export type FillsAnswer = VenueAnswer<{ readonly executions: readonly Execution[] }>;

export type FeedName = 'executions' | 'prices';

/**
 * Connects one feed; an open feed of that name is closed first. `from` null: from the first
 * message.
 */
export interface OpenFeed extends Effect {
  readonly kind: 'OpenFeed';
  readonly feed: FeedName;
  readonly from: { readonly epoch: string; readonly seq: number } | null;
}
export type OpenFeedAnswer =
  | { readonly outcome: 'opened' }
  | { readonly outcome: 'closed'; readonly error: string };

/**
 * All frames that have come since the last read, at least one and at most `framesMax`; waits for
 * the first. Nobody reading
 * pauses the socket: that is the feed's back-pressure.
 */
export interface ReadFeed extends Effect {
  readonly kind: 'ReadFeed';
  readonly feed: FeedName;
  readonly framesMax: number;
}
export type ReadFeedAnswer =
  | { readonly outcome: 'frames'; readonly frames: readonly (ExecutionFrame | PriceFrame)[] }
  | { readonly outcome: 'closed'; readonly error: string };

export interface CloseFeed extends Effect {
  readonly kind: 'CloseFeed';
  readonly feed: FeedName;
}

export type VenueEffect =
  | ReadCapabilities
  | PlaceOrders
  | CancelOrders
  | AskOrders
  | ReadOpenOrders
  | ReadFills
  | OpenFeed
  | ReadFeed
  | CloseFeed;
