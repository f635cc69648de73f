// Counts by name, bounded in names: what is past the bound is counted together.

const NAMES_MAX = 100;

export class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    const isNew = !this.#counts.has(name);
    const slot = isNew && this.#counts.size >= NAMES_MAX ? 'others' : name;
    this.#counts.set(slot, (this.#counts.get(slot) ?? 0) + 1);
  }

  toJSON(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
