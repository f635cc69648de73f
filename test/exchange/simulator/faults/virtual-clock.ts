// Time for faults that a test lets pass.
import { NOW } from '../an-engine.ts';

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

export class VirtualClock {
  #nowMs = NOW;
  #timers: Timer[] = [];

  readonly nowMs = () => this.#nowMs;

  readonly after = (delayMs: number, run: () => void) => {
    this.#timers.push({ atMs: this.#nowMs + delayMs, run });
  };

  pass(ms: number): void {
    const end = this.#nowMs + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.atMs <= end);
      const [next] = due.sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
    this.#nowMs = end;
  }
}
