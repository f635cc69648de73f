// The messages that an order shard sends itself: answers to what it asked, and timers.
import type { AskFailure, LifeEvent, ReplyOf } from '../../runtime/actor.ts';
import type { BrokerContext } from '../context.ts';
import type { ApplyTradingStates } from '../directory/protocol.ts';
import type {
  CancelReply,
  LinkChanged,
  RecallSubmits,
  SubmitReply,
} from '../exchange-connection/protocol.ts';
import type {
  FactReply,
  OrderShardCommand,
  OrderShardFact,
  SetUserTradingState,
} from './protocol.ts';
import type { WaitEnded } from './waiters.ts';

export interface SubmitAnswered {
  readonly kind: 'SubmitAnswered';
  readonly orderId: string;
  readonly answer: SubmitReply | AskFailure;
}

export interface CancelAnswered {
  readonly kind: 'CancelAnswered';
  readonly orderId: string;
  readonly answer: CancelReply | AskFailure;
}

/** The back-off of a cancel without an answer is over. */
export interface CancelDue {
  readonly kind: 'CancelDue';
  readonly orderId: string;
}

export interface ConnectionLife {
  readonly kind: 'ConnectionLife';
  readonly event: LifeEvent;
}

/** The head of the event chain is written down outside of the database (I22). */
export interface AnchorDue {
  readonly kind: 'AnchorDue';
}

/** A session has closed, and some users' portfolios have no value of it yet. */
export interface ValuesDue {
  readonly kind: 'ValuesDue';
}

/** What became of a halted user's queued submits. */
export interface RecallAnswered {
  readonly kind: 'RecallAnswered';
  readonly halt: UserHalt;
  readonly answer: ReplyOf<RecallSubmits> | AskFailure;
}

export interface UserHalt {
  readonly userId: string;
  readonly version: number;
  readonly decidedAtMs: number;
  readonly replyTo: SetUserTradingState['replyTo'];
}

/** The user's shard has the trade that an operator gave it, or cannot be asked just now. */
export interface TradeReceived {
  readonly kind: 'TradeReceived';
  readonly epoch: string;
  readonly execId: string;
  readonly answer: FactReply | AskFailure;
}

export interface AssignmentDue {
  readonly kind: 'AssignmentDue';
  readonly epoch: string;
  readonly execId: string;
}

export type OwnMessage =
  | SubmitAnswered
  | CancelAnswered
  | CancelDue
  | ConnectionLife
  | AnchorDue
  | ValuesDue
  | TradeReceived
  | AssignmentDue
  | WaitEnded
  | RecallAnswered;

export type OrderShardMessage =
  | OrderShardCommand
  | OrderShardFact
  | OwnMessage
  | LinkChanged
  | ApplyTradingStates;

export type ShardContext = BrokerContext<OwnMessage>;
