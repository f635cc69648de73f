// What can happen between the broker and the exchange's order interface: requests that are lost on
// the way, answers that are lost after the exchange has acted, both too late, and errors that say
// nothing. Drawn from the environment's chance, so a run stays a function of its seed.
import type { Effect } from '../../src/runtime/actor.ts';
import type { SimulationEnvironment } from '../../src/runtime/simulation/environment.ts';
import type { CancelEffect, Drivers, EffectDriver } from '../../src/runtime/system.ts';

/** Chances per request. */
export interface VenueFaultRates {
  readonly requestLost: number;
  readonly replyLost: number;
  /** The request travels longer than anyone waits for its answer, and arrives all the same. */
  readonly late: number;
  /** An error without a word on whether anything happened. */
  readonly errorBefore: number;
  readonly errorAfter: number;
  readonly notWritten: number;
}

type Fault = keyof VenueFaultRates;

const REQUESTS = ['PlaceOrders', 'CancelOrders', 'AskOrders', 'ReadCapabilities'];
const LATE_MS_MAX = 9_000;
const ERROR = { outcome: 'unknown', reason: 'no_answer', error: 'a fault of the test' } as const;
const NOT_WRITTEN = { outcome: 'not_written', error: 'a fault of the test' } as const;

export class VenueFaults {
  readonly drivers: Drivers;
  readonly counts = new Map<Fault, number>();
  readonly #rates: VenueFaultRates;
  readonly #environment: SimulationEnvironment;
  #isOn = false;

  constructor(drivers: Drivers, rates: VenueFaultRates, environment: SimulationEnvironment) {
    this.#rates = rates;
    this.#environment = environment;
    const faulty = REQUESTS.map((kind) => [kind, this.#wrap(drivers[kind])] as const);
    this.drivers = { ...drivers, ...Object.fromEntries(faulty) };
  }

  begin(): void {
    this.#isOn = true;
  }

  end(): void {
    this.#isOn = false;
  }

  #wrap(driver: EffectDriver | undefined): EffectDriver {
    if (driver === undefined) throw new RangeError('the venue lacks a driver');
    return {
      start: (effect, answer) => {
        const fault = this.#draw();
        if (fault === null) return driver.start(effect, answer);
        this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
        return this.#fail(fault, driver, effect, answer);
      },
    };
  }

  #draw(): Fault | null {
    if (!this.#isOn) return null;
    let chance = this.#environment.random();
    for (const [fault, rate] of Object.entries(this.#rates) as [Fault, number][]) {
      if (chance < rate) return fault;
      chance -= rate;
    }
    return null;
  }

  #fail(
    fault: Fault,
    driver: EffectDriver,
    effect: Effect,
    answer: (result: unknown) => void,
  ): CancelEffect {
    const ignore = () => undefined;
    switch (fault) {
      case 'requestLost':
        return ignore;
      case 'replyLost':
        driver.start(effect, ignore);
        return ignore;
      case 'late':
        return this.#late(driver, effect, answer);
      case 'errorBefore':
        return this.#environment.after(1, () => answer(ERROR));
      case 'errorAfter':
        return driver.start(effect, () => answer(ERROR));
      case 'notWritten':
        return this.#environment.after(1, () => answer(NOT_WRITTEN));
    }
  }

  /** Whoever gives up waiting takes nothing back: the bytes are on the way. */
  #late(driver: EffectDriver, effect: Effect, answer: (result: unknown) => void): CancelEffect {
    let isCancelled = false;
    const delayMs = Math.floor(this.#environment.random() * LATE_MS_MAX);
    this.#environment.after(delayMs, () => {
      driver.start(effect, (result) => {
        if (!isCancelled) answer(result);
      });
    });
    return () => {
      isCancelled = true;
    };
  }
}
