// What is on its way between simulated threads: each takes its time, and from one thread to another
// nothing overtakes.
import type { Prng } from './prng.ts';

export type WireEvent =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  /** The sender has died; everything that it sent has come before. */
  | { readonly kind: 'closed' }
  /** The sender's replacement can be reached. */
  | { readonly kind: 'opened'; readonly incarnation: number };

export interface Arrival {
  readonly from: string;
  readonly event: WireEvent;
}

interface Flight {
  readonly atUs: number;
  readonly event: WireEvent;
}

interface Lane {
  readonly from: string;
  readonly to: string;
  readonly flights: Flight[];
  lastAtUs: number;
}

export class Wire {
  readonly #random: Prng;
  readonly #delayMaxUs: number;
  readonly #lanes = new Map<string, Lane>();

  constructor(random: Prng, delayMaxUs: number) {
    this.#random = random;
    this.#delayMaxUs = delayMaxUs;
  }

  send(from: string, to: string, event: WireEvent, nowUs: number): void {
    const lane = this.#lane(from, to);
    const atUs = Math.max(nowUs + this.#random.int(this.#delayMaxUs + 1), lane.lastAtUs);
    lane.lastAtUs = atUs;
    lane.flights.push({ atUs, event });
  }

  hasArrivals(to: string, nowUs: number): boolean {
    return this.#lanesTo(to).some(({ flights }) => (flights[0]?.atUs ?? Infinity) <= nowUs);
  }

  /** Takes what has arrived, in order per sender, the senders in an order of chance. */
  arrivals(to: string, nowUs: number): Arrival[] {
    const arrived: Arrival[] = [];
    const lanes = this.#lanesTo(to);
    while (lanes.length > 0) {
      const [lane] = lanes.splice(this.#random.int(lanes.length), 1);
      if (lane === undefined) break;
      while ((lane.flights[0]?.atUs ?? Infinity) <= nowUs) {
        const flight = lane.flights.shift();
        if (flight !== undefined) arrived.push({ from: lane.from, event: flight.event });
      }
    }
    return arrived;
  }

  nextAtUs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { flights } of this.#lanes.values()) {
      next = Math.min(next, flights[0]?.atUs ?? Infinity);
    }
    return next;
  }

  /** A thread that is gone receives nothing any more. */
  dropTo(to: string): void {
    for (const lane of this.#lanesTo(to)) lane.flights.length = 0;
  }

  dropAll(): void {
    for (const { flights } of this.#lanes.values()) flights.length = 0;
  }

  #lanesTo(to: string): Lane[] {
    return [...this.#lanes.values()].filter((lane) => lane.to === to);
  }

  #lane(from: string, to: string): Lane {
    const name = `${from} ${to}`;
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const lane: Lane = { from, to, flights: [], lastAtUs: 0 };
    this.#lanes.set(name, lane);
    return lane;
  }
}
