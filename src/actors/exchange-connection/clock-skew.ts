// How far the exchange's clock is from ours, by its heartbeats (E40). For people to watch: orders
// stand by our own sequence, and what a clock may be wrong by is a bound of `limits.ts`.
import type { ReadFeedAnswer } from '../../exchange/effects.ts';
import type { EffectFailure } from '../../runtime/actor.ts';

/** By the newest heartbeat of what was read; null when there was none. */
export function skewIn(answer: ReadFeedAnswer | EffectFailure, nowMs: number): number | null {
  if (answer.outcome !== 'frames') return null;
  const newest = answer.frames.findLast(({ kind }) => kind === 'heartbeat');
  return newest?.kind === 'heartbeat' ? newest.exchangeAtMs - nowMs : null;
}
