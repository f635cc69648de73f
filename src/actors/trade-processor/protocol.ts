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
  | GetFeedPosition
  | GetParked;
