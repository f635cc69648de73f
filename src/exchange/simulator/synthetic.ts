// Seeded random walks beside the tape, for load: as many symbols and prints per second as asked
// for.
import type { Engine } from './engine.ts';
import type { SymbolListing } from './market.ts';
import { seededRandom } from './random.ts';
import { Zipf } from './zipf.ts';

export interface SyntheticOptions {
  readonly symbols: number;
  readonly seed: number;
  /** Over all synthetic symbols together. */
  readonly printsPerSecond: number;
  /** Exponent of the choice of the symbol that prints; without it all print alike. */
  readonly zipf?: number;
}

/**
 * One call makes no more than this: after a pause of the process the missed prints are skipped, not
 * caught up.
 */
const PRINTS_PER_CALL_MAX = 5_000;
const STEP_BPS_MAX = 10;

interface Walk {
  readonly symbol: string;
  readonly startInCents: number;
  priceInCents: number;
}

export function syntheticListings(symbols: number): SymbolListing[] {
  return Array.from({ length: symbols }, (_, i) => {
    const number = String(i + 1).padStart(4, '0');
    return { symbol: `SYN${number}`, company: `Synthetic ${number}`, tickInCents: 1 };
  });
}

export class SyntheticMarket {
  readonly #engine: Engine;
  readonly #walks: readonly Walk[];
  readonly #random: () => number;
  readonly #choice: Zipf;
  readonly #printsPerMs: number;
  #openedIn: string | null = null;
  #playedToMs = 0;
  #owed = 0;

  constructor(engine: Engine, { symbols, seed, printsPerSecond, zipf = 0 }: SyntheticOptions) {
    this.#engine = engine;
    this.#random = seededRandom(seed);
    this.#choice = new Zipf(symbols, zipf);
    this.#printsPerMs = printsPerSecond / 1_000;
    this.#walks = syntheticListings(symbols).map(({ symbol }) => {
      const startInCents = 1_000 + Math.floor(this.#random() * 49_000);
      return { symbol, startInCents, priceInCents: startInCents };
    });
  }

  /**
   * Prints what is due; the first call in a session prints every symbol once, so that each has a
   * price and a quote.
   */
  advance(nowMs: number): void {
    const { sessionId } = this.#engine.session;
    if (this.#openedIn !== sessionId) {
      this.#openedIn = sessionId;
      this.#playedToMs = nowMs; // nothing is owed for the time between two sessions
      for (const walk of this.#walks) this.#print(walk, nowMs);
    }
    this.#owed += Math.max(0, nowMs - this.#playedToMs) * this.#printsPerMs;
    this.#playedToMs = nowMs;
    if (this.#walks.length === 0) return;
    const prints = Math.min(Math.floor(this.#owed), PRINTS_PER_CALL_MAX);
    this.#owed = Math.min(this.#owed - prints, 1);
    for (let i = 0; i < prints; i++) this.#step(nowMs);
  }

  #step(nowMs: number): void {
    const walk = this.#walks[this.#choice.pick(this.#random())];
    if (walk === undefined) return;
    const bps = (this.#random() * 2 - 1) * STEP_BPS_MAX;
    const moved = Math.round(walk.priceInCents * (1 + bps / 10_000));
    // It may not wander off for ever: half and double its start are walls.
    const { startInCents } = walk;
    walk.priceInCents = Math.min(Math.max(moved, Math.ceil(startInCents / 2)), startInCents * 2);
    this.#print(walk, nowMs);
  }

  #print(walk: Walk, nowMs: number): void {
    const numShares = 100 * (1 + Math.floor(this.#random() * 10));
    this.#engine.print(walk.symbol, walk.priceInCents, numShares, nowMs);
  }
}
