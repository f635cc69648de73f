// What a seed draws for a cycle: when the broker dies, and what goes wrong with the exchange.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawKilling } from '../../../proof/torture/killer.ts';
import { drawWeather, losesBook } from '../../../proof/torture/weather.ts';
import { PRESETS } from '../../../src/exchange/simulator/faults/presets.ts';
import { readPlan } from '../../../src/exchange/simulator/faults/read-plan.ts';
import { seededRandom } from '../../../src/exchange/simulator/random.ts';

const DRAWS = 1_000;

function drawn<Result>(draw: (random: () => number) => Result): Result[] {
  const random = seededRandom(7);
  return Array.from({ length: DRAWS }, () => draw(random));
}

test('the broker dies 100 ms to 2 s into its load, and in a share of the cycles while it starts', () => {
  const killings = drawn(drawKilling);
  const afterMs = killings.map(({ underLoadAfterMs }) => underLoadAfterMs);
  assert(Math.min(...afterMs) >= 100 && Math.min(...afterMs) < 150);
  assert(Math.max(...afterMs) <= 2_000 && Math.max(...afterMs) > 1_950);
  const inStarts = killings.map(({ inStarts: starts }) => starts.length);
  for (const count of [0, 1, 2, 3]) assert(inStarts.includes(count), `${count} in starts`);
  assert(Math.max(...inStarts) === 3);
});

test('a seed draws the same again', () => {
  assert.deepEqual(drawn(drawKilling), drawn(drawKilling));
});

test('the outages of a preset come within seconds, in some of the cycles, and once', () => {
  const outages = drawn((random) => drawWeather('storm', random)).map((faults) =>
    faults.filter(({ fault }) => fault === 'half-open' || fault === 'restart'),
  );
  for (const count of [0, 1, 2]) assert(outages.some(({ length }) => length === count));
  for (const { afterMs, forMs, everyMs } of outages.flat()) {
    assert(Number(afterMs) <= 4_000 && Number(forMs) <= 2_000);
    assert.equal(everyMs, undefined);
  }
});

for (const preset of Object.keys(PRESETS)) {
  test(`the simulator understands what is drawn of ${preset}`, () => {
    for (const faults of drawn((random) => drawWeather(preset, random)).slice(0, 20)) {
      readPlan({ faults: [...faults], seed: 1 });
    }
  });
}

test('only amnesia loses the book', () => {
  const forgetful = Object.keys(PRESETS).filter(losesBook);
  assert.deepEqual(forgetful, ['amnesia']);
});
