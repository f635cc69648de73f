// The world outside the simulated process, where drivers and their fakes live: it has the same
// clock, and outlives every crash.
import type { CancelEffect } from '../system.ts';
import { CallbackTimer, Timers } from '../timers.ts';
import type { Prng } from './prng.ts';
import { usAt, type VirtualClock } from './virtual-clock.ts';

export interface SimulationEnvironment {
  nowMs(): number;
  random(): number;
  after(delayMs: number, run: () => void): CancelEffect;
}

export class Environment implements SimulationEnvironment {
  readonly #clock: VirtualClock;
  readonly #random: Prng;
  readonly #timers = new Timers();

  constructor(clock: VirtualClock, random: Prng) {
    this.#clock = clock;
    this.#random = random;
  }

  nowMs(): number {
    return this.#clock.wallMs();
  }

  random(): number {
    return this.#random.next();
  }

  after(delayMs: number, run: () => void): CancelEffect {
    const timer = new CallbackTimer(run);
    this.#timers.schedule(timer, this.#clock.elapsedMs() + delayMs);
    return () => this.#timers.cancel(timer);
  }

  nextAtUs(): number {
    const atMs = this.#timers.nextAtMs();
    return atMs === null ? Number.POSITIVE_INFINITY : usAt(atMs);
  }

  run(): void {
    this.#timers.fireDue(this.#clock.elapsedMs());
  }
}
