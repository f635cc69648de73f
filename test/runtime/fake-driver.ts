// A driver that runs nothing: the test answers. It writes down what was started and cancelled.
import assert from 'node:assert/strict';
import type { Effect } from '../../src/runtime/actor.ts';
import type { CancelEffect, EffectDriver } from '../../src/runtime/system.ts';

export interface Fetch extends Effect {
  readonly kind: 'Fetch';
  readonly what: string;
}

export function fetch(what: string): Fetch {
  return { kind: 'Fetch', what };
}

export class FakeDriver implements EffectDriver {
  readonly calls: string[] = [];
  readonly #answers = new Map<string, (result: unknown) => void>();

  start(effect: Effect, answer: (result: unknown) => void): CancelEffect {
    const { what } = effect as Fetch;
    this.calls.push(`start ${what}`);
    this.#answers.set(what, answer);
    return () => {
      this.calls.push(`cancel ${what}`);
    };
  }

  answer(what: string, result: unknown): void {
    const answer = this.#answers.get(what);
    assert(answer !== undefined, `${what} was not started`);
    answer(result);
  }
}
