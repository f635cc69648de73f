import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  fillPostings,
  isBalanced,
  reservationOf,
  reservePostings,
} from '../../src/domain/ledger.ts';
import { feeOn } from '../../src/domain/money.ts';
import { NO_FACTS } from '../../src/domain/order.ts';

const FEES = { bps: 1, minInCents: 1, maxInCents: 10_000 };

test('I1 every set of postings balances per asset', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('buy' as const, 'sell' as const),
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      (side, qty, price) => {
        const fee = feeOn(qty * price, FEES);
        assert(isBalanced(fillPostings({ side, symbol: 'IBM' }, qty, price, fee)));
      },
    ),
  );
});

test('I2 what is reserved covers every way in which the rest can still be filled', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 100_000 }))),
      (numShares, limitPriceInCents, fills) => {
        let [cumQty, cumNotionalInCents] = [0, 0];
        for (const [qty, price] of fills) {
          if (cumQty + qty > numShares) break;
          const order = {
            symbol: 'IBM',
            ...NO_FACTS,
            side: 'buy' as const,
            limitPriceInCents,
            numShares,
            isOpen: true,
          };
          const before = reservationOf({ ...order, cumQty, cumNotionalInCents }, FEES).amount;
          const cost = qty * Math.min(price, limitPriceInCents);
          const feeBefore = feeOn(cumNotionalInCents, FEES);
          cumQty += qty;
          cumNotionalInCents += cost;
          const after = reservationOf({ ...order, cumQty, cumNotionalInCents }, FEES).amount;
          const fee = feeOn(cumNotionalInCents, FEES) - feeBefore;
          assert(before - after >= cost + fee, `${before} - ${after} covers ${cost} + ${fee}`);
        }
      },
    ),
  );
});

test('only the difference of a reservation is posted', () => {
  const asset = 'USD';
  assert.deepEqual(reservePostings({ asset, amount: 10 }, { asset, amount: 4 }), [
    { account: 'available', asset, amount: 6 },
    { account: 'reserved', asset, amount: -6 },
  ]);
  assert.deepEqual(reservePostings({ asset, amount: 4 }, { asset, amount: 4 }), []);
});
