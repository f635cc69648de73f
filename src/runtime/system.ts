// What a system of actors is made of: the kinds, the threads, and which thread each address belongs
// to. Equal in all threads, because each builds it from the same configuration.
import type { ActorKind, Address, Context, Effect } from './actor.ts';

export interface SystemDefinition<C extends Context = Context> {
  readonly threads: readonly string[];
  readonly kinds: readonly ActorKind<C>[];
  /** A pure function of the configuration: the thread that owns `kind/key`. */
  place(kind: string, key: string): string;
  /** The actors that `thread` starts itself, in this order. */
  residents(thread: string): readonly Address[];
  readonly limits: RuntimeLimits;
}

export interface RuntimeLimits {
  /** Messages that one tick may take from the ports, and that it may run, before its flush. */
  readonly tickMessagesMax: number;
  readonly tickMsMax: number;
  /** Messages of one frame: the peer can begin with them while the rest is still being packed. */
  readonly frameMessagesMax: number;
  /**
   * Tells that may be on the way over one link, unhandled; past it `conflate` holds back and
   * `offer` refuses.
   */
  readonly linkWindow: number;
  /** Tells beyond which even `tell` gives up on a link, as a counted dead letter. */
  readonly linkBacklogMax: number;
  readonly restartsMax: number;
  readonly restartWindowMs: number;
  readonly restartBackoffMinMs: number;
  readonly restartBackoffMaxMs: number;
  readonly snapshotEveryMs: number;
  readonly silentThreadUnreadyMs: number;
  readonly silentThreadExitMs: number;
  readonly deadLettersKept: number;
  readonly poisonKept: number;
}

/** Runs effects of one kind. `answer` is called once; after `cancel` it is called no more. */
export interface EffectDriver {
  start(effect: Effect, answer: (result: unknown) => void): CancelEffect;
}

export type CancelEffect = () => void;

export type Drivers = Readonly<Record<string, EffectDriver>>;
