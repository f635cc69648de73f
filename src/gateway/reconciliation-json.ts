// The reconciler's state as the operator sees it: times as text, the rest as it stands.
import type {
  FullMatchResult,
  Reconciliation,
  RunningMatch,
} from '../actors/reconciler/protocol.ts';
import { isoOf } from './json.ts';

export function reconciliationJson(state: Reconciliation): Readonly<Record<string, unknown>> {
  const { fullMatch, feed, parked } = state;
  return {
    unresolved: { total: state.unresolved, byReason: state.unresolvedByReason },
    oldestUnknownAt: timeOf(state.oldestUnknownAtMs),
    targeted: state.targeted,
    fillsWanted: state.fillsWanted,
    crossed: state.crossed,
    answers: {
      asked: state.queriesAsked,
      found: state.answeredFound,
      notFound: state.answeredNotFound,
      cannotTell: state.cannotTell,
    },
    budget: state.budget,
    lastRoundAt: timeOf(state.lastRoundAtMs),
    fullMatch: {
      running: runningMatchJson(fullMatch.running),
      last: resultJson(fullMatch.last),
      lastComplete: resultJson(fullMatch.lastComplete),
    },
    feed,
    parked: parked === null ? null : parkedJson(parked),
  };
}

export function runningMatchJson(match: RunningMatch | null) {
  if (match === null) return null;
  return { startedAt: isoOf(match.startedAtMs), phase: match.phase };
}

function resultJson(result: FullMatchResult | null) {
  if (result === null) return null;
  const { startedAtMs, finishedAtMs, ...rest } = result;
  return { startedAt: isoOf(startedAtMs), finishedAt: isoOf(finishedAtMs), ...rest };
}

function parkedJson({ oldestParkedAtMs, ...rest }: NonNullable<Reconciliation['parked']>) {
  return { ...rest, oldestParkedAt: timeOf(oldestParkedAtMs) };
}

function timeOf(atMs: number | null): string | null {
  return atMs === null ? null : isoOf(atMs);
}
