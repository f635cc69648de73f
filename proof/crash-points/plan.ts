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

interface Dealt {
  tries: number;
  kills: number;
}

/** Deals out the points of all recoveries, so that each has its turn before any has its second. */
export class Rotation {
  readonly #dealt = new Map<string, Dealt>();

  /** All that any recovery has hit, and how often the broker was killed at each. */
  get kills(): ReadonlyMap<string, number> {
    return new Map([...this.#dealt].map(([point, { kills }]) => [point, kills]));
  }

  /** Null when there is nothing. */
  next(recoveryHits: readonly string[]): Target | null {
    const points = [...new Set(recoveryHits)].map((point) => [point, this.#of(point)] as const);
    const [least] = points.sort(([, one], [, other]) => one.tries - other.tries);
    if (least === undefined) return null;
    const [point, dealt] = least;
    dealt.tries++;
    return { point, hit: 1 };
  }

  killed({ point }: Target): void {
    this.#of(point).kills++;
  }

  #of(point: string): Dealt {
    const dealt = this.#dealt.get(point) ?? { tries: 0, kills: 0 };
    this.#dealt.set(point, dealt);
    return dealt;
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
