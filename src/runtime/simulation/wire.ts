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
  readonly flights: Flight[];
  lastAtUs: number;
}

export class Wire {
  readonly #random: Prng;
  readonly #delayMaxUs: number;
  /** By receiver, then by sender. */
  readonly #lanes = new Map<string, Lane[]>();

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
    for (const { flights } of this.#lanesTo(to)) {
      if ((flights[0]?.atUs ?? Infinity) <= nowUs) return true;
    }
    return false;
  }

  /** Takes what has arrived, in order per sender, the senders in an order of chance. */
  arrivals(to: string, nowUs: number): Arrival[] {
    const arrived: Arrival[] = [];
    const lanes = [...this.#lanesTo(to)];
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
    for (const lanes of this.#lanes.values()) {
      for (const { flights } of lanes) next = Math.min(next, flights[0]?.atUs ?? Infinity);
    }
    return next;
  }

  /** A thread that is gone receives nothing any more. */
  dropTo(to: string): void {
    for (const lane of this.#lanesTo(to)) lane.flights.length = 0;
  }

  dropAll(): void {
    for (const to of this.#lanes.keys()) this.dropTo(to);
  }

  #lanesTo(to: string): readonly Lane[] {
    return this.#lanes.get(to) ?? NO_LANES;
  }

  #lane(from: string, to: string): Lane {
    const known = this.#lanesTo(to).find((lane) => lane.from === from);
    if (known !== undefined) return known;
    const lane: Lane = { from, flights: [], lastAtUs: 0 };
    this.#lanes.set(to, [...this.#lanesTo(to), lane]);
    return lane;
  }
}

const NO_LANES: readonly Lane[] = [];
