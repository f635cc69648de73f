// What the reconciler accepts and answers.
import type { UnresolvedReason } from '../../domain/order.ts';
import type { ReplyTo } from '../../runtime/actor.ts';

export interface GetReconciliation {
  readonly kind: 'GetReconciliation';
  readonly replyTo: ReplyTo<Reconciliation>;
}

/** Compares all open orders, here and there, as soon as the exchange can be asked. */
export interface RunFullMatch {
  readonly kind: 'RunFullMatch';
  readonly replyTo: ReplyTo<{
    readonly outcome: 'full_match';
    /** Null: it waits for the exchange. */
    readonly running: RunningMatch | null;
  }>;
}

export interface Reconciliation {
  readonly outcome: 'reconciliation';
  readonly unresolved: number;
  readonly unresolvedByReason: Readonly<Record<UnresolvedReason, number>>;
  readonly oldestUnknownAtMs: number | null;
  /** Asked about once, because something about them looked wrong. */
  readonly targeted: number;
  /** Orders whose fills are to be fetched. */
  readonly fillsWanted: number;
  /** Open, and crossed by the last price without a fill (E19). */
  readonly crossed: number;
  readonly queriesAsked: number;
  readonly answeredFound: number;
  readonly answeredNotFound: number;
  readonly cannotTell: number;
  readonly budget: {
    readonly perRound: number;
    readonly roundMs: number;
    readonly left: number;
    readonly inFlight: number;
  };
  readonly lastRoundAtMs: number | null;
  readonly fullMatch: {
    readonly running: RunningMatch | null;
    readonly last: FullMatchResult | null;
    /** The last one that was not interrupted. */
    readonly lastComplete: FullMatchResult | null;
  };
  /** Null: the trade-processor or the connection did not answer. */
  readonly feed: FeedReport | null;
  readonly parked: ParkedReport | null;
}

export interface RunningMatch {
  readonly startedAtMs: number;
  readonly phase: 'ours' | 'theirs';
}

export interface FullMatchResult {
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly openHere: number;
  readonly openThere: number;
  /** Acknowledged and open here, and not on the exchange's list. */
  readonly missingThere: number;
  /** On its list, and not open here. */
  readonly unknownHere: number;
  /** On both, with another count of filled shares. */
  readonly differing: number;
  readonly outcome: 'complete' | 'interrupted';
}

export interface FeedReport {
  readonly epoch: string | null;
  /** Everything up to here is booked, parked or quarantined. */
  readonly watermarkSeq: number;
  readonly headSeq: number;
  /** Messages between the two; null while they are of different epochs. */
  readonly lag: number | null;
  readonly gaps: number;
  readonly losses: number;
}

export interface ParkedReport {
  readonly parked: number;
  readonly quarantined: number;
  readonly oldestParkedAtMs: number | null;
  readonly inFlight: number;
}

export type ReconcilerCommand = GetReconciliation | RunFullMatch;
