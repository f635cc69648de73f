import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FifoPosition, type Lot } from '../../src/domain/fifo.ts';

const buy = (numShares: number, priceInCents: number): Lot => ({
  numShares,
  costInCents: numShares * priceInCents,
});
const sell = (numShares: number, priceInCents: number): Lot => buy(-numShares, priceInCents);

interface Standing {
  readonly numShares: number;
  readonly costInCents: number;
  readonly realisedProfitInCents: number;
}

function after(moves: readonly Lot[]): Standing {
  const position = new FifoPosition();
  for (const move of moves) position.book(move);
  const { numShares, costInCents, realisedProfitInCents } = position;
  return { numShares, costInCents, realisedProfitInCents };
}

const CASES: [name: string, moves: Lot[], shares: number, cost: number, profit: number][] = [
  ['nothing was booked', [], 0, 0, 0],
  ['a buy costs its price', [buy(10, 100)], 10, 1_000, 0],
  ['the oldest shares are sold first', [buy(10, 100), buy(10, 150), sell(10, 150)], 10, 1_500, 500],
  ['a sell spans lots', [buy(4, 100), buy(6, 200), sell(7, 300)], 3, 600, 1_100],
  ['a loss is negative', [buy(5, 300), sell(5, 200)], 0, 0, -500],
  ['shares that came with a cost', [{ numShares: 3, costInCents: 100 }, sell(1, 50)], 2, 67, 17],
  [
    'that cost is used up to the cent',
    [{ numShares: 3, costInCents: 100 }, ...[1, 2, 3].map(() => sell(1, 0))],
    0,
    0,
    -100,
  ],
  ['E28 more was sold than is owned', [buy(2, 100), sell(5, 150)], -3, -450, 100],
  ['E28 what is owed is bought back', [sell(5, 150), buy(5, 120)], 0, 0, 150],
  ['E28 a buy closes what is owed and opens a lot', [sell(2, 150), buy(5, 120)], 3, 360, 60],
];

for (const [name, moves, numShares, costInCents, realisedProfitInCents] of CASES) {
  test(`${name}: ${numShares} shares, cost ${costInCents}, profit ${realisedProfitInCents}`, () => {
    assert.deepEqual(after(moves), { numShares, costInCents, realisedProfitInCents });
  });
}

const moves = fc.array(
  fc
    .record({
      numShares: fc.integer({ min: -1_000_000, max: 1_000_000 }).filter((n) => n !== 0),
      price: fc.integer({ min: 0, max: 1_000_000 }),
      remainder: fc.integer({ min: 0, max: 5 }),
    })
    .map(({ numShares, price, remainder }) => ({
      numShares,
      costInCents: numShares * price + Math.sign(numShares) * remainder,
    })),
  { maxLength: 60 },
);

test('no cent is made or lost: cost less profit is what was paid, and a closed position costs nothing', () => {
  fc.assert(
    fc.property(moves, (history) => {
      const { numShares, costInCents, realisedProfitInCents } = after(history);
      const paid = history.reduce((sum, move) => sum + move.costInCents, 0);
      assert.equal(
        numShares,
        history.reduce((sum, move) => sum + move.numShares, 0),
      );
      assert.equal(costInCents - realisedProfitInCents, paid);
      assert(numShares >= 0 ? costInCents >= 0 : costInCents <= 0);
      if (numShares === 0) assert.equal(costInCents, 0);
    }),
  );
});

test('ten thousand lots are closed one by one, and none is kept', () => {
  const position = new FifoPosition();
  for (let i = 0; i < 10_000; i++) position.book(buy(1, i));
  assert.equal(position.openLots, 10_000);
  for (let i = 0; i < 10_000; i++) position.book(sell(1, i));
  assert.deepEqual([position.openLots, position.realisedProfitInCents], [0, 0]);
});
