// What can happen between the broker and the exchange: requests that are lost on the way, answers
// that are lost after the exchange has acted, both too late, errors that say nothing, and feeds
// that lose, repeat or stop. Drawn from the environment's chance: a run is still its seed's.
import type { ReadFeedAnswer } from '../../src/exchange/effects.ts';
import type { Effect } from '../../src/runtime/actor.ts';
import type { SimulationEnvironment } from '../../src/runtime/simulation/environment.ts';
import type { CancelEffect, Drivers, EffectDriver } from '../../src/runtime/system.ts';

/** Chances per request, and per read of a feed. */
export interface VenueFaultRates {
  readonly requestLost: number;
  readonly replyLost: number;
  /** The request travels longer than anyone waits for its answer, and arrives all the same. */
  readonly late: number;
  /** An error without a word on whether anything happened. */
  readonly errorBefore: number;
  readonly errorAfter: number;
  readonly notWritten: number;
  readonly frameLost: number;
  readonly frameRepeated: number;
  /** The feed stays open and says nothing more, not even a heartbeat. */
  readonly feedSilent: number;
}

export const NO_VENUE_FAULTS: VenueFaultRates = {
  requestLost: 0,
  replyLost: 0,
  late: 0,
  errorBefore: 0,
  errorAfter: 0,
  notWritten: 0,
  frameLost: 0,
  frameRepeated: 0,
  feedSilent: 0,
};

type Fault = keyof VenueFaultRates;

const REQUESTS = ['PlaceOrders', 'CancelOrders', 'AskOrders', 'ReadCapabilities'];
const REQUEST_FAULTS: readonly Fault[] = [
  'requestLost',
  'replyLost',
  'late',
  'errorBefore',
  'errorAfter',
  'notWritten',
];
const FEED_FAULTS: readonly Fault[] = ['frameLost', 'frameRepeated', 'feedSilent'];
const LATE_MS_MAX = 9_000;
const ERROR = { outcome: 'unknown', reason: 'no_answer', error: 'a fault of the test' } as const;
const NOT_WRITTEN = { outcome: 'not_written', error: 'a fault of the test' } as const;

type Frames = Extract<ReadFeedAnswer, { outcome: 'frames' }>['frames'];

export class VenueFaults {
  readonly drivers: Drivers;
  readonly counts = new Map<Fault, number>();
  readonly #rates: VenueFaultRates;
  readonly #environment: SimulationEnvironment;
  #isOn = false;

  constructor(drivers: Drivers, rates: VenueFaultRates, environment: SimulationEnvironment) {
    this.#rates = rates;
    this.#environment = environment;
    const faulty = REQUESTS.map((kind) => [kind, this.#wrap(drivers[kind], REQUEST_FAULTS)]);
    const ReadFeed = this.#wrap(drivers['ReadFeed'], FEED_FAULTS);
    this.drivers = { ...drivers, ...Object.fromEntries(faulty), ReadFeed };
  }

  begin(): void {
    this.#isOn = true;
  }

  end(): void {
    this.#isOn = false;
  }

  #wrap(driver: EffectDriver | undefined, faults: readonly Fault[]): EffectDriver {
    if (driver === undefined) throw new RangeError('the venue lacks a driver');
    return {
      start: (effect, answer) => {
        const fault = this.#draw(faults);
        if (fault === null) return driver.start(effect, answer);
        this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
        return this.#fail(fault, driver, effect, answer);
      },
    };
  }

  #draw(faults: readonly Fault[]): Fault | null {
    if (!this.#isOn) return null;
    let chance = this.#environment.random();
    for (const fault of faults) {
      if (chance < this.#rates[fault]) return fault;
      chance -= this.#rates[fault];
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
      case 'frameLost':
        return driver.start(effect, (read) =>
          answer(withFrames(read, (frames) => this.#lose(frames))),
        );
      case 'frameRepeated':
        return driver.start(effect, (read) =>
          answer(withFrames(read, (frames) => this.#repeat(frames))),
        );
      case 'feedSilent':
        return driver.start(effect, ignore);
    }
  }

  #lose(frames: Frames): Frames {
    return frames.toSpliced(this.#below(frames.length), 1);
  }

  #repeat(frames: Frames): Frames {
    const frame = frames[this.#below(frames.length)];
    return frame === undefined ? frames : [...frames, frame];
  }

  #below(limit: number): number {
    return Math.floor(this.#environment.random() * limit);
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

function withFrames(read: unknown, change: (frames: Frames) => Frames): ReadFeedAnswer {
  const answer = read as ReadFeedAnswer;
  return answer.outcome === 'frames' ? { ...answer, frames: change(answer.frames) } : answer;
}
