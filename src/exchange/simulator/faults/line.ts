// The line between the exchange and its customers. While it is silent, connections stay open and
// nothing comes through; then all that was on the wire arrives, in its order.
import type { FeedWires } from '../exchange.ts';
import type { FeedWire } from '../feed.ts';
import type { FrameFaults } from './frame-faults.ts';

type PerFeed = Readonly<Record<'executions' | 'prices', FrameFaults | null>>;

/** More than customers with a few connections each can have on the wire. */
const WAITING_MAX = 100_000;

export class Line {
  readonly wires: FeedWires = {
    executions: this.#wireOf('executions'),
    prices: this.#wireOf('prices'),
  };
  #frames: PerFeed = { executions: null, prices: null };
  #isSilent = false;
  #waiting: (() => void)[] = [];

  get isSilent(): boolean {
    return this.#isSilent;
  }

  spoil(frames: PerFeed): void {
    this.#frames = frames;
  }

  /** Runs at once, or when the line speaks again; what is too much is lost. */
  whenHeard(run: () => void): void {
    if (!this.#isSilent) run();
    else if (this.#waiting.length < WAITING_MAX) this.#waiting.push(run);
  }

  fallSilent(): void {
    this.#isSilent = true;
  }

  speak(): void {
    this.#isSilent = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run();
  }

  #wireOf(feed: keyof PerFeed): FeedWire {
    return {
      isSilent: () => this.#isSilent,
      carry: (lines) => this.#frames[feed]?.carry(lines) ?? lines,
      flush: () => this.#frames[feed]?.flush() ?? [],
    };
  }
}
