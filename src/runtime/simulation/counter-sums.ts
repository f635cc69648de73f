// Named counters added up over threads that come and go.

export class CounterSums {
  readonly #sums = new Map<string, number>();

  get(name: string): number {
    return this.#sums.get(name) ?? 0;
  }

  add(counts: Readonly<Record<string, number>>): void {
    for (const [name, by] of Object.entries(counts)) this.#sums.set(name, this.get(name) + by);
  }

  copy(): CounterSums {
    const copy = new CounterSums();
    copy.add(Object.fromEntries(this.#sums));
    return copy;
  }
}
