// Which hits of a scenario are worth a kill, which point of a recovery is next, and what a sample
// takes.
import type { Prng } from '../../src/runtime/simulation/prng.ts';
import type { Target } from './target.ts';

/** Files of several shards share a name: after the last of them is another moment. */
const OF_A_FILE = /^[\w.-]+\.(db|json|json\.new|log): /;

/**
 * The first hit of each point, in the order of the hits: a later one is the same step in a richer
 * state, and richer states are what there are several scenarios for.
 */
export function targetsOf(hits: readonly string[]): Target[] {
  const counts = new Map<string, number>();
  for (const point of hits) counts.set(point, (counts.get(point) ?? 0) + 1);
  return [...counts].flatMap(([point, count]) => {
    const isWorthTwo = count > 1 && OF_A_FILE.test(point);
    const hitsWorthIt = isWorthTwo ? [1, count] : [1];
    return hitsWorthIt.map((hit) => ({ point, hit }));
  });
}

/** Deals out the points of all recoveries, so that each has its kill before any has its second. */
export class Rotation {
  readonly #kills = new Map<string, number>();

  /** All that have been seen, and how often each was chosen. */
  get points(): ReadonlyMap<string, number> {
    return this.#kills;
  }

  /** Null when the recovery has hit nothing. */
  next(recoveryHits: readonly string[]): Target | null {
    const points = [...new Set(recoveryHits)];
    for (const point of points) if (!this.#kills.has(point)) this.#kills.set(point, 0);
    const [least] = points.sort((one, other) => this.#killsOf(one) - this.#killsOf(other));
    if (least === undefined) return null;
    this.#kills.set(least, this.#killsOf(least) + 1);
    return { point: least, hit: 1 };
  }

  #killsOf(point: string): number {
    return this.#kills.get(point) ?? 0;
  }
}

/** So many, none twice, in their own order. */
export function sampleOf<Item>(items: readonly Item[], count: number, chance: Prng): Item[] {
  const places = items.map((_, place) => place);
  const drawn = new Set<number>();
  while (drawn.size < Math.min(count, items.length)) {
    const [place] = places.splice(chance.int(places.length), 1);
    if (place !== undefined) drawn.add(place);
  }
  return items.filter((_, place) => drawn.has(place));
}
