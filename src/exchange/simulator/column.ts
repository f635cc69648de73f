// A growing column of numbers: what the exchange must remember for ever costs eight bytes a value,
// and the garbage collector never walks it.

const FIRST_CAPACITY = 1_024;

export class Column {
  #values = new Float64Array(FIRST_CAPACITY);

  get(row: number): number {
    return this.#values[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (row >= this.#values.length) this.#grow(row);
    this.#values[row] = value;
  }

  #grow(row: number): void {
    const larger = new Float64Array(Math.max(this.#values.length * 2, row + 1));
    larger.set(this.#values);
    this.#values = larger;
  }
}
