// Which of so many is chosen when few are chosen often: the n-th with a weight of 1/n to the power
// of the exponent. Exponent 0: all alike.

export class Zipf {
  /** Up to and including each; the last is 1. Null: all alike. */
  readonly #shares: Float64Array | null;
  readonly #count: number;

  constructor(count: number, exponent: number) {
    this.#count = count;
    this.#shares = exponent === 0 ? null : sharesOf(count, exponent);
  }

  /** From 0 to `count` - 1; `chance` is evenly spread from 0 to 1, without 1. */
  pick(chance: number): number {
    const shares = this.#shares;
    if (shares === null) return Math.floor(chance * this.#count);
    let [low, high] = [0, this.#count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((shares[middle] ?? 1) > chance) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function sharesOf(count: number, exponent: number): Float64Array {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += (i + 1) ** -exponent;
    sums[i] = sum;
  }
  return sums.map((upTo) => upTo / sum);
}
