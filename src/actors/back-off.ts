// How long to wait before something that failed is tried again: doubling, bounded, and spread so
// that not all try at once.
import { LIMITS } from '../limits.ts';

const DOUBLINGS_MAX = 20;

/** `attempts` counts the failures before this one; `random` is uniform in [0, 1). */
export function backOffMs(attempts: number, random: number): number {
  const doubled = LIMITS.linkRetryMinMs * 2 ** Math.min(attempts, DOUBLINGS_MAX);
  return Math.round(Math.min(LIMITS.linkRetryMaxMs, doubled) * (0.5 + random / 2));
}
