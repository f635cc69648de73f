// What was read of one thing, as stories; and all small histories, against one that tries every
// choice of versions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Version } from '../../../proof/history/books-truth.ts';
import { checkRegister, type Reading } from '../../../proof/history/check-register.ts';
import type { Span } from './fixtures.ts';

const VERSIONS = versionsOf(['submitted', 'filled']);

test('legal: two readings at once, of which the one that ends first shows the newer state', () => {
  assert.deepEqual(problemsOf([[1, 4], 'submitted'], [[2, 3], 'filled']), []);
});

test('legal: an old state in a reading that began before the new one had been seen', () => {
  assert.deepEqual(
    problemsOf([[1, 2], 'submitted'], [[3, 6], 'filled'], [[4, 5], 'submitted']),
    [],
  );
});

test('illegal: a reading that goes back in time', () => {
  const problems = problemsOf([[1, 2], 'filled'], [[3, 4], 'submitted']);
  assert.deepEqual(problems, ['it: a reading showed event 1 after event 2 had been seen']);
});

test('illegal: a state that it never had', () => {
  const [problem, ...others] = problemsOf([[1, 2], 'cancelled']);
  assert.match(problem ?? '', /which it never was/);
  assert.deepEqual(others, []);
});

test('illegal: an old state after a newer one was heard of on a stream', () => {
  const heard: Reading = { begunAt: 0, endedAt: 2, shows: 2, by: 'the stream' };
  const late = reading([3, 4], 'submitted');
  assert.equal(checkRegister('it', VERSIONS, [heard, late]).length, 1);
});

test('an equal state may be an older or a newer version of it', () => {
  const versions = versionsOf(['submitted', 'pending_cancel', 'submitted']);
  const twice = [reading([1, 2], 'submitted'), reading([3, 4], 'submitted')];
  const between = [reading([1, 2], 'pending_cancel'), reading([3, 4], 'submitted')];
  assert.deepEqual(checkRegister('it', versions, twice), []);
  assert.deepEqual(checkRegister('it', versions, between), []);
});

const STATES = ['a', 'b', 'c'];

test('of all small histories those are accepted that some choice of versions explains, and no other', () => {
  const verdicts = { legal: 0, illegal: 0 };
  const someStates = fc.array(fc.constantFrom(...STATES), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(someStates, someReadings(), (states, readings) => {
      const versions = versionsOf(states);
      const isLegal = isExplainable(states, readings);
      verdicts[isLegal ? 'legal' : 'illegal']++;
      assert.equal(checkRegister('it', versions, readings).length === 0, isLegal);
    }),
    { numRuns: 10_000 },
  );
  assert(verdicts.legal > 300 && verdicts.illegal > 300, JSON.stringify(verdicts));
});

/** Tries every version for every reading. */
function isExplainable(states: readonly string[], readings: readonly Reading[]): boolean {
  const choose = (chosen: readonly number[]): boolean => {
    const next = readings[chosen.length];
    if (next === undefined) return true;
    return states.some((state, version) => {
      if (state !== statusIn(next)) return false;
      const isInTime = readings.slice(0, chosen.length).every((earlier, index) => {
        const other = chosen[index] ?? 0;
        if (earlier.endedAt < next.begunAt) return other <= version;
        return next.endedAt < earlier.begunAt ? version <= other : true;
      });
      return isInTime && choose([...chosen, version]);
    });
  };
  return choose([]);
}

function someReadings(): fc.Arbitrary<Reading[]> {
  const tick = fc.integer({ min: 1, max: 9 });
  return fc.array(
    fc
      .tuple(tick, tick, fc.constantFrom(...STATES))
      .map(([one, other, state]) => reading([Math.min(one, other), Math.max(one, other)], state)),
    { maxLength: 4 },
  );
}

function versionsOf(states: readonly string[]): Version[] {
  return states.map((status, index) => ({ seq: index + 1, shown: { status } }));
}

function problemsOf(...readings: (readonly [span: Span, status: string])[]): string[] {
  const all = readings.map(([span, status]) => reading(span, status));
  return checkRegister('it', VERSIONS, all);
}

function reading([begunAt, endedAt]: Span, status: string): Reading {
  return { begunAt, endedAt, shows: { status }, by: 'a reading' };
}

function statusIn({ shows }: Reading): unknown {
  return typeof shows === 'number' ? null : shows['status'];
}
