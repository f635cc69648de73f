// A map and a set for what comes and goes quickly, such as asks that wait for their answer: of a
// plain Map V8 keeps what was deleted for long ("What V8 keeps" in docs/architecture.md).

/** So many deletions are worth a new map at least. */
const RENEWED_AFTER_MIN = 8;

/**
 * Iterates in the order of insertion; what is deleted meanwhile is left out. Nothing may be set
 * meanwhile: that may begin a new map, and the iteration goes on over the old one. `clear` does not
 * end an iteration either.
 */
export class ChurnMap<Key, Value> implements Iterable<[Key, Value]> {
  #map = new Map<Key, Value>();
  #deleted = 0;

  get size(): number {
    return this.#map.size;
  }

  get(key: Key): Value | undefined {
    return this.#map.get(key);
  }

  has(key: Key): boolean {
    return this.#map.has(key);
  }

  set(key: Key, value: Value): void {
    if (this.#deleted >= RENEWED_AFTER_MIN && this.#deleted >= this.#map.size) this.#renew();
    this.#map.set(key, value);
  }

  delete(key: Key): boolean {
    if (!this.#map.delete(key)) return false;
    this.#deleted++;
    return true;
  }

  clear(): void {
    if (this.#map.size === 0 && this.#deleted === 0) return;
    this.#map = new Map();
    this.#deleted = 0;
  }

  keys(): IterableIterator<Key> {
    return this.#map.keys();
  }

  values(): IterableIterator<Value> {
    return this.#map.values();
  }

  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.#map[Symbol.iterator]();
  }

  /** Nothing points from the old map to the new one. */
  #renew(): void {
    const renewed = new Map<Key, Value>();
    for (const [key, value] of this.#map) renewed.set(key, value);
    this.#map = renewed;
    this.#deleted = 0;
  }
}

/** The same without values. */
export class ChurnSet<Member> implements Iterable<Member> {
  readonly #members = new ChurnMap<Member, true>();

  get size(): number {
    return this.#members.size;
  }

  has(member: Member): boolean {
    return this.#members.has(member);
  }

  add(member: Member): void {
    this.#members.set(member, true);
  }

  delete(member: Member): boolean {
    return this.#members.delete(member);
  }

  clear(): void {
    this.#members.clear();
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#members.keys();
  }
}
