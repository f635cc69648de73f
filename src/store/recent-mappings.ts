// The mappings that were written last: an execution mostly follows its order within seconds. Sound
// because the store is the file's only writer, and a rollback builds a new one.

export class RecentMappings {
  #recent = new Map<string, string>();
  #older = new Map<string, string>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): string | null {
    return this.#recent.get(key) ?? this.#older.get(key) ?? null;
  }

  put(key: string, orderId: string): void {
    this.#recent.set(key, orderId);
  }

  /** Only once they are in the file. */
  forgetSome(): void {
    if (this.#recent.size < this.#max / 2) return;
    this.#older = this.#recent;
    this.#recent = new Map();
  }
}
