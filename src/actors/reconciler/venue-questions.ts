// How much the reconciler may ask of the exchange, and what came of it. Its budget is its own: so
// many requests per round, those that are still on the way included.
import { LIMITS } from '../../limits.ts';

export class VenueQuestions {
  #left = 0;
  #inFlight = 0;
  #asked = 0;
  #found = 0;
  #notFound = 0;
  #cannotTell = 0;

  get hasRoom(): boolean {
    return this.#left > 0;
  }

  beginRound(): void {
    this.#left = Math.max(LIMITS.queriesPerRoundMax - this.#inFlight, 0);
  }

  asked(): void {
    this.#left--;
    this.#inFlight++;
    this.#asked++;
  }

  ended(): void {
    this.#inFlight--;
  }

  found(orders: number): void {
    this.#found += orders;
  }

  notFound(orders: number): void {
    this.#notFound += orders;
  }

  /** No definite answer: a transport error, a 429, a 5xx, silence. Proves nothing (E10). */
  cannotTell(orders: number): void {
    this.#cannotTell += orders;
  }

  report() {
    return {
      queriesAsked: this.#asked,
      answeredFound: this.#found,
      answeredNotFound: this.#notFound,
      cannotTell: this.#cannotTell,
      budget: {
        perRound: LIMITS.queriesPerRoundMax,
        roundMs: LIMITS.reconcileRoundMs,
        left: this.#left,
        inFlight: this.#inFlight,
      },
    };
  }
}
