// How often something may fail: so many times in a window, and how long to wait before the next
// attempt.
import type { RuntimeLimits } from './system.ts';

export type RestartLimits = Pick<
  RuntimeLimits,
  'restartsMax' | 'restartWindowMs' | 'restartBackoffMinMs' | 'restartBackoffMaxMs'
>;

export class RestartIntensity {
  readonly #limits: RestartLimits;
  #atMs: number[] = [];

  constructor(limits: RestartLimits) {
    this.#limits = limits;
  }

  /** The number of failures in the window, this one included. */
  note(nowMs: number): number {
    const fromMs = nowMs - this.#limits.restartWindowMs;
    this.#atMs = this.#atMs.filter((atMs) => atMs > fromMs).slice(-this.#limits.restartsMax);
    return this.#atMs.push(nowMs);
  }

  isExceededBy(failures: number): boolean {
    return failures > this.#limits.restartsMax;
  }
}

/**
 * Doubles with each failure up to the largest; half of it is chance, so that many do not come back
 * at once.
 */
export function backoffMs(failures: number, limits: RestartLimits, random: () => number): number {
  const doubled = limits.restartBackoffMinMs * 2 ** Math.max(failures - 1, 0);
  return Math.min(doubled, limits.restartBackoffMaxMs) * (0.5 + random() / 2);
}
