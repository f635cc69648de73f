// What the reconciler accepts and answers.
import type { ReplyTo } from '../../runtime/actor.ts';

export interface GetReconciliation {
  readonly kind: 'GetReconciliation';
  readonly replyTo: ReplyTo<Reconciliation>;
}

export interface Reconciliation {
  readonly outcome: 'reconciliation';
  readonly unresolved: number;
  readonly oldestUnknownAtMs: number | null;
  readonly queriesAsked: number;
  readonly answeredFound: number;
  readonly answeredNotFound: number;
  readonly cannotTell: number;
  readonly lastRoundAtMs: number | null;
}

export type ReconcilerCommand = GetReconciliation;
