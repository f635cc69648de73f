// Realised profit and cost of one position, first in first out over our booking order. Derived from
// what was booked, never posted. Fees are no part of it: they stand on the order that caused them,
// and the ledger posts them apart.

/** Shares that came in (positive) at a cost, or went out (negative) for a negative cost. */
export interface Lot {
  readonly numShares: number;
  readonly costInCents: number;
}

/** Oldest lots are closed first. More sold than owned (E28) opens lots that later buys close. */
export class FifoPosition {
  #lots: Lot[] = [];
  /** Index of the oldest open lot: closed ones are cut off now and then, not one by one. */
  #oldest = 0;
  #numShares = 0;
  #costInCents = 0;
  #realisedProfitInCents = 0;

  get numShares(): number {
    return this.#numShares;
  }

  /** Of the lots that remain; negative while shares are owed: what they were sold for. */
  get costInCents(): number {
    return this.#costInCents;
  }

  get realisedProfitInCents(): number {
    return this.#realisedProfitInCents;
  }

  get openLots(): number {
    return this.#lots.length - this.#oldest;
  }

  book(move: Lot): void {
    if (move.numShares === 0) return;
    this.#numShares += move.numShares;
    this.#costInCents += move.costInCents;
    let rest = move;
    for (;;) {
      const oldest = this.#lots[this.#oldest];
      if (oldest === undefined || oldest.numShares > 0 === rest.numShares > 0) break;
      const numShares = Math.min(Math.abs(oldest.numShares), Math.abs(rest.numShares));
      const [closed, left] = split(oldest, numShares);
      const [closing, over] = split(rest, numShares);
      const profit = -(closed.costInCents + closing.costInCents);
      this.#realisedProfitInCents += profit;
      this.#costInCents += profit; // what was earned is no cost of what remains
      if (left.numShares === 0) this.#closeOldest();
      else this.#lots[this.#oldest] = left;
      rest = over;
      if (rest.numShares === 0) return;
    }
    this.#lots.push(rest);
  }

  #closeOldest(): void {
    this.#oldest++;
    if (this.#oldest * 2 < this.#lots.length) return;
    this.#lots = this.#lots.slice(this.#oldest);
    this.#oldest = 0;
  }
}

/** The first `numShares` of a lot, and what is left of it; their costs sum to the lot's. */
function split(lot: Lot, numShares: number): [taken: Lot, left: Lot] {
  const sign = Math.sign(lot.numShares);
  const taken = { numShares: sign * numShares, costInCents: shareOf(lot, numShares) };
  return [
    taken,
    {
      numShares: lot.numShares - taken.numShares,
      costInCents: lot.costInCents - taken.costInCents,
    },
  ];
}

/** Towards zero, exactly: the product of a cost and a quantity may pass 2^53. */
function shareOf({ numShares: whole, costInCents }: Lot, numShares: number): number {
  if (numShares === Math.abs(whole)) return costInCents;
  return Number((BigInt(costInCents) * BigInt(numShares)) / BigInt(Math.abs(whole)));
}
