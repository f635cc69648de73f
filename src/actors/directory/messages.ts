// The messages that the directory sends itself: answers to what it asked, and timers.
import type { Deposit } from '../../domain/deposit.ts';
import type { Address, AskFailure, LifeEvent } from '../../runtime/actor.ts';
import type { BrokerContext } from '../context.ts';
import type { DirectoryCommand, TradingStatesApplied } from './protocol.ts';

export interface GrantAnswered {
  readonly kind: 'GrantAnswered';
  readonly userId: string;
  readonly deposits: readonly Deposit[];
  readonly answer: { readonly outcome: 'deposited' } | AskFailure;
}

export interface GrantDue {
  readonly kind: 'GrantDue';
  readonly userId: string;
  readonly deposits: readonly Deposit[];
}

export interface StatesAnswered {
  readonly kind: 'StatesAnswered';
  readonly target: Address;
  /** Of the states that it was asked to apply. */
  readonly version: number;
  readonly answer: TradingStatesApplied | AskFailure;
}

/** One that could not be asked is asked again. */
export interface StatesDue {
  readonly kind: 'StatesDue';
  readonly target: Address;
}

/** Whoever decided hears who has not applied it yet. */
export interface DecisionOverdue {
  readonly kind: 'DecisionOverdue';
  readonly version: number;
}

export interface TargetLife {
  readonly kind: 'TargetLife';
  readonly event: LifeEvent;
}

export type DecisionMessage = StatesAnswered | StatesDue | DecisionOverdue | TargetLife;
export type OwnMessage = GrantAnswered | GrantDue | DecisionMessage;
export type DirectoryMessage = DirectoryCommand | OwnMessage;
export type DirectoryContext = BrokerContext<OwnMessage>;
