// Sends at intended times that do not wait for answers: what is late goes out at once, and its
// latency counts from the time when it should have gone, so that queueing is not hidden.

export interface LoopClock {
  /** Milliseconds with fractions that never go back. */
  nowMs(): number;
  after(delayMs: number, run: () => void): void;
}

export interface OpenLoopOptions {
  readonly ratePerSecond: number;
  readonly count: number;
  readonly clock: LoopClock;
  readonly send: (index: number, intendedMs: number) => void;
  /** The last one has been sent. */
  readonly onSent: () => void;
}

export const SYSTEM_LOOP_CLOCK: LoopClock = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => void setTimeout(run, delayMs),
};

export class OpenLoop {
  readonly #options: OpenLoopOptions;
  #startedMs = 0;
  #sent = 0;
  #isStopped = false;

  constructor(options: OpenLoopOptions) {
    this.#options = options;
  }

  get sent(): number {
    return this.#sent;
  }

  start(): void {
    this.#startedMs = this.#options.clock.nowMs();
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
  }

  intendedMs(index: number): number {
    return this.#startedMs + (index * 1_000) / this.#options.ratePerSecond;
  }

  /** A timer may come early or late: only what is due goes, and all of it. */
  #wake(): void {
    if (this.#isStopped) return;
    const { count, clock, send, onSent } = this.#options;
    while (this.#sent < count && this.intendedMs(this.#sent) <= clock.nowMs()) {
      const index = this.#sent++;
      send(index, this.intendedMs(index));
    }
    if (this.#sent === count) return onSent();
    clock.after(this.intendedMs(this.#sent) - clock.nowMs(), () => this.#wake());
  }
}
