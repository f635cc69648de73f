// What the actors of the runtime bench are told and what they answer.

import type { Address, ReplyTo } from '../../src/runtime/actor.ts';
import type { LatencySummary } from '../harness/histogram.ts';
import type { Tick } from '../harness/tick.ts';

/** To a teller: send so many ticks to a counter, and answer when the last has been confirmed. */
export interface RunTells {
  readonly kind: 'RunTells';
  readonly to: Address;
  readonly messages: number;
  readonly replyTo: ReplyTo<{ readonly seconds: number }>;
}

/** To a counter, before the ticks: who hears of every stretch. */
export interface StartCounting {
  readonly kind: 'StartCounting';
  readonly teller: Address;
}

export interface StretchTaken {
  readonly kind: 'StretchTaken';
}

/** To an asker: so many asks, so many of them at a time. */
export interface RunAsks {
  readonly kind: 'RunAsks';
  readonly to: Address;
  readonly asks: number;
  readonly atOnce: number;
  readonly replyTo: ReplyTo<AsksRun>;
}

export interface AsksRun {
  readonly seconds: number;
  readonly latency: LatencySummary;
  /** Turns of the asked actor, where it counts them: one commit each. */
  readonly turns: number;
  readonly failed: number;
}

/** To an echo or a recorder. */
export interface Ask {
  readonly kind: 'Ask';
  readonly seq: number;
  readonly replyTo: ReplyTo<Answered>;
}

export interface Answered {
  readonly seq: number;
  readonly turn: number;
}

export type TellerMessage = RunTells | StretchTaken;
export type CounterMessage = StartCounting | Tick;
