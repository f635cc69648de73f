// When a fault strikes: counts what passes, draws for a share, or waits for its time.
import type { When } from './fault-plan.ts';

export class Trigger {
  readonly #when: When;
  readonly #beganAtMs: number;
  readonly #random: () => number;
  #passed = 0;
  #struck = 0;

  constructor(when: When, beganAtMs: number, random: () => number) {
    this.#when = when;
    this.#beganAtMs = beganAtMs;
    this.#random = random;
  }

  /** `count` of what is counted pass together now; true when one of them is struck. */
  strikes(count: number, nowMs: number): boolean {
    const { at, share, afterMs, times } = this.#when;
    const before = this.#passed;
    this.#passed += count;
    if (at !== null) return before < at + times - 1 && this.#passed >= at;
    if (nowMs < this.#beganAtMs + (afterMs ?? 0)) return false;
    if (share !== null) return this.#random() < share;
    return this.#struck++ < times;
  }
}
