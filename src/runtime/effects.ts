// Effects that are being performed. Each is answered once, as an own message: by its driver, or at
// its deadline; the ones of an actor that restarts are cancelled and say nothing more.

import type { Address, Effect, EffectFailure } from './actor.ts';
import type { ChurnSet } from './churn-map.ts';
import type { ToOwn } from './envelope.ts';
import { reportOf } from './errors.ts';
import type { LogSink } from './log-sink.ts';
import type { Observer } from './observer.ts';
import type { CancelEffect, Drivers } from './system.ts';
import { Timer, type Timers } from './timers.ts';

export interface Performer {
  readonly address: Address;
  readonly effects: ChurnSet<RunningEffect>;
  hear(toOwn: ToOwn, result: unknown): void;
}

export class RunningEffect extends Timer {
  readonly performer: Performer;
  readonly effect: Effect;
  cancelDriver: CancelEffect | null = null;
  readonly #toOwn: ToOwn;
  readonly #effects: Effects;

  constructor(effects: Effects, performer: Performer, effect: Effect, toOwn: ToOwn) {
    super();
    this.#effects = effects;
    this.performer = performer;
    this.effect = effect;
    this.#toOwn = toOwn;
  }

  get kind(): string {
    return this.effect.kind;
  }

  answer(result: unknown): void {
    if (this.#effects.end(this, result)) this.performer.hear(this.#toOwn, result);
  }

  override fire(): void {
    const error = `${this.kind} had no result in time`;
    this.#effects.cancelDriver(this);
    this.answer(failure('deadline', error));
  }
}

export class Effects {
  readonly #drivers: Drivers;
  readonly #timers: Timers;
  readonly #log: LogSink;
  readonly #observer: Observer | null;
  #running = 0;

  constructor(options: {
    drivers: Drivers;
    timers: Timers;
    log: LogSink;
    observer: Observer | null;
  }) {
    this.#drivers = options.drivers;
    this.#timers = options.timers;
    this.#log = options.log;
    this.#observer = options.observer;
  }

  get running(): number {
    return this.#running;
  }

  start(performer: Performer, effect: Effect, toOwn: ToOwn, deadlineAtMs: number): void {
    const run = new RunningEffect(this, performer, effect, toOwn);
    this.#observer?.effectStarted(performer.address, effect.kind, effect);
    performer.effects.add(run);
    this.#running++;
    this.#timers.schedule(run, deadlineAtMs);
    const driver = this.#drivers[effect.kind];
    if (driver === undefined) {
      return run.answer(failure('driver_error', `no driver is bound for ${effect.kind}`));
    }
    try {
      const cancel = driver.start(effect, (result) => run.answer(result));
      if (performer.effects.has(run)) run.cancelDriver = cancel;
      this.#observer?.effectHanded(performer.address, effect);
    } catch (error) {
      run.answer(failure('driver_error', reportOf(error).message));
    }
  }

  /** False when it has ended before. */
  end(run: RunningEffect, result: unknown): boolean {
    if (!run.performer.effects.delete(run)) return false;
    this.#running--;
    this.#timers.cancel(run);
    this.#observer?.effectEnded(run.performer.address, run.kind);
    this.#observer?.effectAnswered(run.performer.address, run.effect, result);
    return true;
  }

  cancelAll(performer: Performer): void {
    for (const run of performer.effects) {
      performer.effects.delete(run);
      this.#running--;
      this.#timers.cancel(run);
      this.cancelDriver(run);
    }
  }

  cancelDriver(run: RunningEffect): void {
    try {
      run.cancelDriver?.();
    } catch (error) {
      this.#log('error', `cancelling ${run.kind} failed`, { error: reportOf(error) });
    }
  }
}

function failure(reason: EffectFailure['reason'], error: string): EffectFailure {
  return { outcome: 'unknown', reason, error };
}
