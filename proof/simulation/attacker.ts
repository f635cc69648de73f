// Crashes threads and the whole process, makes actors throw, cuts the feeds, ends the exchange's
// days, has it take trades back or lose its book, at random moments of the outside's time, until
// told to stop.
import { LIMITS } from '../../src/limits.ts';
import type { BrokerSimulation } from './broker-simulation.ts';
import { poison } from './poison.ts';

/** Mean virtual milliseconds between two faults of a kind; null for never. */
export interface AttackPeriods {
  readonly threadCrashMs: number | null;
  readonly processCrashMs: number | null;
  readonly feedCutMs: number | null;
  readonly dayEndMs: number | null;
  readonly poisonMs: number | null;
  readonly amendMs: number | null;
  readonly bookLossMs: number | null;
  readonly clockJumpMs: number | null;
}

/** Of our clock against the exchange's; beyond the bound absence is not proven. */
const SKEW_MS_MAX = 0.45 * LIMITS.clockSkewMs;

export class Attacker {
  readonly #broker: BrokerSimulation;
  #isOn = true;

  constructor(broker: BrokerSimulation, periods: AttackPeriods) {
    this.#broker = broker;
    const { simulation, venue } = broker;
    this.#again(periods.threadCrashMs, () => this.#crashThread());
    this.#again(periods.processCrashMs, () => {
      if (broker.mayCrash) simulation.crashProcess();
    });
    this.#again(periods.feedCutMs, () => venue.venue.cutFeeds());
    this.#again(periods.poisonMs, () => poison(broker));
    this.#again(periods.amendMs, () => venue.amend(broker.random(), broker.random()));
    this.#again(periods.dayEndMs, () => venue.changeDay());
    this.#again(periods.bookLossMs, () => venue.loseBook());
    this.#again(periods.clockJumpMs, () => this.#jump());
  }

  stop(): void {
    this.#isOn = false;
  }

  #again(meanMs: number | null, attack: () => void): void {
    if (meanMs === null) return;
    const delayMs = Math.floor(this.#broker.random() * 2 * meanMs);
    this.#broker.environment.after(delayMs, () => {
      if (!this.#isOn) return;
      attack();
      this.#again(meanMs, attack);
    });
  }

  /** Anywhere within what the bounds allow for, forwards or back. */
  #jump(): void {
    const skewMs = Math.floor((2 * this.#broker.random() - 1) * SKEW_MS_MAX);
    this.#broker.simulation.setClockSkew(skewMs);
  }

  #crashThread(): void {
    const { simulation, mayCrash } = this.#broker;
    if (!mayCrash) return;
    const threads = simulation.snapshots().map(({ thread }) => thread);
    const thread = threads[Math.floor(this.#broker.random() * threads.length)];
    if (thread !== undefined) simulation.crashThread(thread);
  }
}
