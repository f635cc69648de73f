// Fault plans are read strictly, and the presets are plans.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DecodeError } from '../../../../src/exchange/errors.ts';
import { PRESETS } from '../../../../src/exchange/simulator/faults/presets.ts';
import { readPlan } from '../../../../src/exchange/simulator/faults/read-plan.ts';
import { Trigger } from '../../../../src/exchange/simulator/faults/trigger.ts';

test('what is left out of a fault has its usual value', () => {
  const faults = [
    { fault: 'late-reply', at: 3 },
    { fault: 'gap', share: 0.5, afterMs: 100, feed: 'prices' },
    { fault: 'restart', afterMs: 0 },
  ];
  assert.deepEqual(readPlan({ faults, seed: 7 }), {
    seed: 7,
    faults: [
      {
        family: 'request',
        fault: 'late-reply',
        on: 'place',
        delayMs: 3_000,
        reset: false,
        when: { at: 3, share: null, afterMs: null, times: 1 },
      },
      {
        family: 'frame',
        fault: 'gap',
        feed: 'prices',
        when: { at: null, share: 0.5, afterMs: 100, times: 1 },
      },
      {
        family: 'outage',
        fault: 'restart',
        forMs: 1_000,
        loseBook: false,
        everyMs: null,
        when: { at: null, share: null, afterMs: 0, times: 1 },
      },
    ],
  });
});

const REFUSED: [plan: object, sentence: RegExp][] = [
  [{}, /faults was not a list/],
  [{ faults: [], seeds: 1 }, /seeds is not known here; known are faults, seed/],
  [{ faults: [], seed: -1 }, /seed was not a whole number/],
  [{ faults: [{ fault: 'explode', at: 1 }] }, /faults\[0\]: fault was none of drop-request, /],
  [{ faults: [{ fault: 'gap', at: 1 }, { fault: 'gap' }] }, /faults\[1\]: at, share or afterMs/],
  [{ faults: [{ fault: 'gap', at: 1, share: 0.1 }] }, /at goes with no other/],
  [{ faults: [{ fault: 'gap', share: 0 }] }, /share must be above 0 and at most 1, but was 0/],
  [{ faults: [{ fault: 'gap', share: 1.01 }] }, /but was 1.01/],
  [{ faults: [{ fault: 'gap', share: 0.1, times: 2 }] }, /times goes with at or afterMs/],
  [{ faults: [{ fault: 'gap', at: 0 }] }, /at must be from 1/],
  [{ faults: [{ fault: 'gap', at: 1, feed: 'x' }] }, /feed was none of executions, prices/],
  [{ faults: [{ fault: 'gap', at: 1, delayMs: 5 }] }, /delayMs is not known here/],
  [{ faults: [{ fault: 'drop-reply', at: 1, on: 'all' }] }, /on was none of place, cancel/],
  [{ faults: [{ fault: 'drop-reply', at: 1, delayMs: 5 }] }, /delayMs is not known here/],
  [{ faults: [{ fault: 'slow', at: 1, reset: true }] }, /reset is not known here/],
  [{ faults: [{ fault: 'trade-before-ack', at: 1, on: 'any' }] }, /on was none of place/],
  [{ faults: [{ fault: 'reject', at: 1, on: 'place' }] }, /on is not known here/],
  [{ faults: [{ fault: 'restart', share: 0.5 }] }, /share is not known here/],
  [{ faults: [{ fault: 'restart', at: 5, everyMs: 500 }] }, /everyMs goes with afterMs/],
  [{ faults: [{ fault: 'half-open', afterMs: 5, forMs: 0 }] }, /forMs must be from 1/],
  [{ faults: [{ fault: 'lose-book', afterMs: 5, forMs: 9 }] }, /forMs is not known here/],
];

for (const [plan, sentence] of REFUSED) {
  test(`${JSON.stringify(plan)} is refused: ${sentence.source}`, () => {
    assert.throws(
      () => readPlan({ ...plan }),
      (error: unknown) => error instanceof DecodeError && sentence.test(error.message),
    );
  });
}

test('every preset is a plan, and documented', () => {
  const page = readFileSync('docs/hacking.md', 'utf8');
  for (const [name, preset] of Object.entries(PRESETS)) {
    assert.doesNotThrow(() => readPlan(preset), name);
    assert(page.includes(`| \`${name}\` |`), `docs/hacking.md lacks the preset ${name}`);
  }
});

const NEVER = { at: null, share: null, afterMs: null, times: 1 };

test('a trigger counts what passes together, and strikes so many in a row', () => {
  const third = new Trigger({ ...NEVER, at: 3, times: 2 }, 0, () => 0);
  const passing = [1, 1, 1, 1, 1].map((count) => third.strikes(count, 0));
  assert.deepEqual(passing, [false, false, true, true, false]);
  const inBatches = new Trigger({ ...NEVER, at: 3, times: 2 }, 0, () => 0);
  assert.deepEqual(
    [2, 64, 1].map((count) => inBatches.strikes(count, 0)),
    [false, true, false],
  );
});

test('a trigger waits for its time, and draws for its share only from then on', () => {
  const later = new Trigger({ ...NEVER, afterMs: 100, times: 2 }, 1_000, () => 0);
  const strikes = [1_099, 1_100, 1_200, 1_300].map((nowMs) => later.strikes(1, nowMs));
  assert.deepEqual(strikes, [false, true, true, false]);
  const draws = [0.1, 0.3, 0.2];
  const share = new Trigger({ ...NEVER, afterMs: 100, share: 0.25 }, 0, () => draws.shift() ?? 1);
  assert.deepEqual(
    [99, 100, 101, 102].map((nowMs) => share.strikes(1, nowMs)),
    [false, true, false, true],
  );
});
