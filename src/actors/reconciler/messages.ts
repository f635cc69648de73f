// The messages that the reconciler sends itself: its rounds, and answers to what it asked.
import type { Address, AskFailure, LifeEvent, ReplyOf } from '../../runtime/actor.ts';
import type { LinkChanged, QueryReply } from '../exchange-connection/protocol.ts';
import type { QueriedReply, UnresolvedReply } from '../order-shard/protocol.ts';
import type { GetParked, RecordAcceptances } from '../trade-processor/protocol.ts';
import type { ReconcilerCommand } from './protocol.ts';

export interface RoundDue {
  readonly kind: 'RoundDue';
}

export interface ConnectionLife {
  readonly kind: 'ConnectionLife';
  readonly event: LifeEvent;
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

export interface FactBooked {
  readonly kind: 'FactBooked';
  readonly orderId: string;
  readonly answer: QueriedReply | AskFailure;
}

export type Message =
  | ReconcilerCommand
  | LinkChanged
  | RoundDue
  | ConnectionLife
  | UnresolvedListed
  | QueryAnswered
  | ParkedKnown
  | AcceptancesRecorded
  | FactBooked;
