// A map of what was set last: the newest `min` keys at least, and twice as many at most where each
// `set` is followed by `forgetSome`. In two generations, because a Map that loses its oldest key
// each time one is added has to step over the keys it has lost until it is made anew: at 65,536 of
// them that took 10 us.

export class Recent<Value> {
  readonly #min: number;
  #newer = new Map<string, Value>();
  #older = new Map<string, Value>();

  constructor(min: number) {
    this.#min = min;
  }

  get(key: string): Value | undefined {
    return this.#newer.get(key) ?? this.#older.get(key);
  }

  set(key: string, value: Value): void {
    this.#newer.set(key, value);
  }

  delete(key: string): void {
    this.#newer.delete(key);
    this.#older.delete(key);
  }

  /** Whoever keeps rows of a file calls it only once they are in there. */
  forgetSome(): void {
    if (this.#newer.size < this.#min) return;
    this.#older = this.#newer;
    this.#newer = new Map();
  }
}
