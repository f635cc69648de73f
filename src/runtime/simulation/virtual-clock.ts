// Time that passes only when the simulation says so, counted in whole microseconds so that no sum
// depends on rounding.
import type { Clock } from '../clock.ts';

export class VirtualClock implements Clock {
  readonly #startAtMs: number;
  #elapsedUs = 0;

  constructor(startAtMs: number) {
    this.#startAtMs = startAtMs;
  }

  get elapsedUs(): number {
    return this.#elapsedUs;
  }

  wallMs(): number {
    return this.#startAtMs + Math.floor(this.#elapsedUs / 1_000);
  }

  elapsedMs(): number {
    return this.#elapsedUs / 1_000;
  }

  pass(us: number): void {
    this.#elapsedUs += us;
  }

  passTo(us: number): void {
    this.#elapsedUs = Math.max(this.#elapsedUs, us);
  }
}

/** The clock on the wall of the process: it may be wrong, and be put right or wrong at any time. */
export class WallClock implements Clock {
  readonly #true: Clock;
  skewMs = 0;

  constructor(clock: Clock) {
    this.#true = clock;
  }

  wallMs(): number {
    return this.#true.wallMs() + this.skewMs;
  }

  elapsedMs(): number {
    return this.#true.elapsedMs();
  }
}

/** The first whole microsecond at which something due at `ms` is due. */
export function usAt(ms: number): number {
  return Math.ceil(ms * 1_000);
}
