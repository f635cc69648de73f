// The messages that the reconciler sends itself: its rounds, and answers to what it asked.
import type { VenueOrder } from '../../exchange/port.ts';
import type { Address, AskFailure, LifeEvent, ReplyOf } from '../../runtime/actor.ts';
import type {
  ConnectionState,
  FetchFills,
  LinkChanged,
  ListVenueOrders,
  QueryReply,
} from '../exchange-connection/protocol.ts';
import type { OpenOrdersReply, QueriedReply, UnresolvedReply } from '../order-shard/protocol.ts';
import type {
  FeedPosition,
  GetParked,
  ListParked,
  MarkStrays,
  RecordAcceptances,
  RouteFills,
  VenueOrderId,
} from '../trade-processor/protocol.ts';
import type { FillsWanted } from './fill-fetcher.ts';
import type { GetReconciliation, ReconcilerCommand } from './protocol.ts';

export interface RoundDue {
  readonly kind: 'RoundDue';
}

export interface ConnectionLife {
  readonly kind: 'ConnectionLife';
  readonly event: LifeEvent;
}

/** Read when the trade feed is live again: whether it has lost executions meanwhile. */
export interface FeedStateRead {
  readonly kind: 'FeedStateRead';
  readonly answer: ConnectionState | AskFailure;
}

export interface UnresolvedListed {
  readonly kind: 'UnresolvedListed';
  readonly shard: Address;
  readonly answer: UnresolvedReply | AskFailure;
}

export interface QueryAnswered {
  readonly kind: 'QueryAnswered';
  readonly orderIds: readonly string[];
  readonly answer: QueryReply | AskFailure;
}

/** Whether executions wait for an owner, read after the exchange had said "not found". */
export interface ParkedKnown {
  readonly kind: 'ParkedKnown';
  readonly notFound: readonly string[];
  readonly epoch: string;
  readonly askedAtMs: number;
  readonly answer: ReplyOf<GetParked> | AskFailure;
}

export interface AcceptancesRecorded {
  readonly kind: 'AcceptancesRecorded';
  readonly answer: ReplyOf<RecordAcceptances> | AskFailure;
}

export interface AnswerBooked {
  readonly kind: 'AnswerBooked';
  readonly orderId: string;
  readonly epoch: string;
  readonly venue: VenueOrder | null;
  readonly answer: QueriedReply | AskFailure;
}

/** Its shard's word on an order that the exchange has and we did not expect. */
export interface OrderIntroduced {
  readonly kind: 'OrderIntroduced';
  readonly epoch: string;
  readonly venue: VenueOrder;
  /** Executions of it are parked, under this id. */
  readonly parkedAs: VenueOrderId | null;
  readonly answer: QueriedReply | AskFailure;
}

export interface FillsFetched {
  readonly kind: 'FillsFetched';
  readonly wanted: FillsWanted;
  readonly answer: ReplyOf<FetchFills> | AskFailure;
}

export interface FillsRouted {
  readonly kind: 'FillsRouted';
  readonly wanted: FillsWanted;
  readonly answer: ReplyOf<RouteFills> | AskFailure;
}

export interface OurPageListed {
  readonly kind: 'OurPageListed';
  readonly matchId: number;
  readonly answer: OpenOrdersReply | AskFailure;
}

export interface TheirPageListed {
  readonly kind: 'TheirPageListed';
  readonly matchId: number;
  readonly answer: ReplyOf<ListVenueOrders> | AskFailure;
}

export interface SweepPageListed {
  readonly kind: 'SweepPageListed';
  readonly answer: OpenOrdersReply | AskFailure;
}

export interface ParkedListed {
  readonly kind: 'ParkedListed';
  readonly answer: ReplyOf<ListParked> | AskFailure;
}

export interface ParkedQueried {
  readonly kind: 'ParkedQueried';
  readonly asked: readonly VenueOrderId[];
  readonly answer: QueryReply | AskFailure;
}

export interface StraysMarked {
  readonly kind: 'StraysMarked';
  readonly strays: readonly VenueOrderId[];
  readonly answer: ReplyOf<MarkStrays> | AskFailure;
}

/** For a report: what is parked, then how far the feed is settled, then how far it goes. */
export interface ReportParked {
  readonly kind: 'ReportParked';
  readonly replyTo: GetReconciliation['replyTo'];
  readonly answer: ReplyOf<GetParked> | AskFailure;
}

export interface ReportPosition {
  readonly kind: 'ReportPosition';
  readonly parked: ReportParked;
  readonly answer: FeedPosition | AskFailure;
}

export interface ReportFeed {
  readonly kind: 'ReportFeed';
  readonly position: ReportPosition;
  readonly answer: ConnectionState | AskFailure;
}

export type Message =
  | ReconcilerCommand
  | LinkChanged
  | RoundDue
  | ConnectionLife
  | FeedStateRead
  | UnresolvedListed
  | QueryAnswered
  | ParkedKnown
  | AcceptancesRecorded
  | AnswerBooked
  | OrderIntroduced
  | FillsFetched
  | FillsRouted
  | OurPageListed
  | TheirPageListed
  | SweepPageListed
  | ParkedListed
  | ParkedQueried
  | StraysMarked
  | ReportParked
  | ReportPosition
  | ReportFeed;
