// The messages that an order shard sends itself: answers to what it asked, and timers.
import type { AskFailure, LifeEvent } from '../../runtime/actor.ts';
import type { BrokerContext } from '../context.ts';
import type { CancelReply, LinkChanged, SubmitReply } from '../exchange-connection/protocol.ts';
import type { OrderShardCommand, OrderShardFact } from './protocol.ts';
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

export type OwnMessage = SubmitAnswered | CancelAnswered | CancelDue | ConnectionLife | WaitEnded;

export type OrderShardMessage = OrderShardCommand | OrderShardFact | OwnMessage | LinkChanged;

export type ShardContext = BrokerContext<OwnMessage>;
