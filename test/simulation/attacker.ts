// Crashes threads and the whole process, makes actors throw, cuts the feeds, ends the exchange's
// days and has it take trades back, at random moments of the outside's time, until told to stop.
import type { SimulationEnvironment } from '../../src/runtime/simulation/environment.ts';

/** Mean virtual milliseconds between two faults of a kind; null for never. */
export interface AttackPeriods {
  readonly threadCrashMs: number | null;
  readonly processCrashMs: number | null;
  readonly feedCutMs: number | null;
  readonly dayEndMs: number | null;
  readonly poisonMs: number | null;
  readonly amendMs: number | null;
}

export interface Target {
  threads(): readonly string[];
  crashThread(thread: string): void;
  crashProcess(): void;
  cutFeeds(): void;
  changeDay(day: number): void;
  /** Sends an actor what makes it throw; `draw` is below 1. */
  poison(draw: number): void;
  /** The exchange busts or corrects one of its trades; both draws are below 1. */
  amend(which: number, how: number): void;
}

export class Attacker {
  readonly #target: Target;
  readonly #environment: SimulationEnvironment;
  #isOn = true;
  #day = 0;

  constructor(target: Target, periods: AttackPeriods, environment: SimulationEnvironment) {
    this.#target = target;
    this.#environment = environment;
    this.#again(periods.threadCrashMs, () => this.#crashThread());
    this.#again(periods.processCrashMs, () => target.crashProcess());
    this.#again(periods.feedCutMs, () => target.cutFeeds());
    this.#again(periods.poisonMs, () => target.poison(environment.random()));
    this.#again(periods.amendMs, () => target.amend(environment.random(), environment.random()));
    this.#again(periods.dayEndMs, () => {
      this.#day++;
      target.changeDay(this.#day);
    });
  }

  stop(): void {
    this.#isOn = false;
  }

  #again(meanMs: number | null, attack: () => void): void {
    if (meanMs === null) return;
    const delayMs = Math.floor(this.#environment.random() * 2 * meanMs);
    this.#environment.after(delayMs, () => {
      if (!this.#isOn) return;
      attack();
      this.#again(meanMs, attack);
    });
  }

  #crashThread(): void {
    const threads = this.#target.threads();
    const thread = threads[Math.floor(this.#environment.random() * threads.length)];
    if (thread !== undefined) this.#target.crashThread(thread);
  }
}
