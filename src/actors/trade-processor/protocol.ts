// What the trade-processor accepts and answers: it knows whose order an execution belongs to.
import type { Execution } from '../../exchange/port.ts';
import type { ReplyTo } from '../../runtime/actor.ts';

/**
 * Commit B: the mapping is durable before the order turns submitted. Answered after that commit.
 */
export interface RecordAcceptances {
  readonly kind: 'RecordAcceptances';
  readonly epoch: string;
  readonly acceptances: readonly Acceptance[];
  readonly replyTo: ReplyTo<{ readonly outcome: 'recorded' }>;
}

export interface Acceptance {
  /** Equals the clientOrderId; its bucket names the shard. */
  readonly orderId: string;
  readonly externalOrderId: string;
}

/**
 * Executions in feed order. Answered when there is room for more: until then the feed is not read.
 */
export interface TakeExecutions {
  readonly kind: 'TakeExecutions';
  readonly epoch: string;
  readonly executions: readonly Execution[];
  readonly replyTo: ReplyTo<{ readonly outcome: 'taken' }>;
}

/**
 * Executions that did not come by the feed: the exchange's own list of an order's fills. They are
 * on disk before the answer and until their shard has them; one that it knows does nothing.
 */
export interface RouteFills {
  readonly kind: 'RouteFills';
  readonly executions: readonly Execution[];
  readonly replyTo: ReplyTo<
    | {
        readonly outcome: 'routed';
        /** Of orders that are nobody's here: not taken. */
        readonly unmapped: number;
      }
    /** Too many executions are unacknowledged: ask again. */
    | { readonly outcome: 'no_room' }
  >;
}

/** External ids whose executions have waited for an owner for so long, the longest first. */
export interface ListParked {
  readonly kind: 'ListParked';
  readonly olderThanMs: number;
  readonly max: number;
  readonly replyTo: ReplyTo<{
    readonly outcome: 'parked_orders';
    readonly orders: readonly ParkedOrder[];
  }>;
}

export interface VenueOrderId {
  readonly epoch: string;
  readonly externalOrderId: string;
}

export interface ParkedOrder extends VenueOrderId {
  readonly executions: number;
  /** When the first of them came. */
  readonly parkedAtMs: number;
}

/**
 * The exchange has said that these are no orders of ours: the house books their trades, those that
 * are parked and those that come (E22).
 */
export interface MarkStrays {
  readonly kind: 'MarkStrays';
  readonly strays: readonly VenueOrderId[];
  readonly replyTo: ReplyTo<{ readonly outcome: 'marked' }>;
}

/**
 * Where the feed must resume: every message up to `seq` is durably booked, parked or quarantined.
 */
export interface GetFeedPosition {
  readonly kind: 'GetFeedPosition';
  readonly replyTo: ReplyTo<FeedPosition>;
}

export interface FeedPosition {
  readonly outcome: 'feed_position';
  /** Null before the first execution ever. */
  readonly position: { readonly epoch: string; readonly seq: number } | null;
}

export interface GetParked {
  readonly kind: 'GetParked';
  readonly replyTo: ReplyTo<{
    readonly outcome: 'parked';
    readonly parked: number;
    readonly quarantined: number;
    readonly oldestParkedAtMs: number | null;
    readonly newestParkedAtMs: number | null;
    readonly inFlight: number;
  }>;
}

export type TradeProcessorCommand =
  | RecordAcceptances
  | TakeExecutions
  | RouteFills
  | ListParked
  | MarkStrays
  | GetFeedPosition
  | GetParked;
