// Orders per second and user, counted in whole-second windows: cheap, and never above twice the
// rate across a boundary.

export class OrderRate {
  #counts = new Map<string, number>();
  #windowStartMs = 0;

  /** Counts one order; the milliseconds to wait when it is one too many, else null. */
  take(userId: string, perSecondMax: number, nowMs: number): number | null {
    if (nowMs - this.#windowStartMs >= 1_000 || nowMs < this.#windowStartMs) {
      this.#windowStartMs = nowMs;
      this.#counts = new Map();
    }
    const count = (this.#counts.get(userId) ?? 0) + 1;
    if (count > perSecondMax) return this.#windowStartMs + 1_000 - nowMs;
    this.#counts.set(userId, count);
    return null;
  }
}
