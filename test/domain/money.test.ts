import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  averageInCents,
  centsFrom1e4,
  feeOn,
  protectivePrice,
  safeProduct,
} from '../../src/domain/money.ts';

const SCHEDULE = { bps: 1, minInCents: 1, maxInCents: 10_000 };

test('a fee is a function of the sum, so the cut of the fills cannot matter', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1_000_000 }), { maxLength: 20 }),
      (notionals) => {
        let charged = 0;
        let sum = 0;
        for (const notional of notionals) {
          charged += feeOn(sum + notional, SCHEDULE) - feeOn(sum, SCHEDULE);
          sum += notional;
        }
        assert.equal(charged, feeOn(sum, SCHEDULE));
      },
    ),
  );
});

test('a fee has a floor, a ceiling, and never exceeds what was traded', () => {
  assert.equal(feeOn(0, SCHEDULE), 0);
  assert.equal(feeOn(1, { ...SCHEDULE, minInCents: 100 }), 1);
  assert.equal(feeOn(10_001, SCHEDULE), 2, 'rounded up');
  assert.equal(feeOn(500_000_000, SCHEDULE), 10_000);
});

test('a product beyond 2^53 is refused, not rounded', () => {
  assert.equal(safeProduct(2 ** 27, 2 ** 27), null);
  assert.equal(safeProduct(2 ** 26, 2 ** 26), 2 ** 52);
});

test('a protective limit lies on the far side of the last price and is never 0', () => {
  assert.equal(protectivePrice(18_200, 'buy', 300), 18_746);
  assert.equal(protectivePrice(18_200, 'sell', 300), 17_654);
  assert.equal(protectivePrice(1, 'sell', 9_999), 1);
});

test('ten-thousandths become cents half up', () => {
  assert.deepEqual([49, 50, 149, 150, 1_816_900].map(centsFrom1e4), [0, 1, 1, 2, 18_169]);
});

test('an average is rounded half up and only for display', () => {
  assert.equal(averageInCents(5, 2), 3);
  assert.equal(averageInCents(0, 0), null);
});
