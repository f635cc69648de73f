// The link of a thread to itself: messages pass by reference, at once, under the same windows as
// between threads.
import type { TellSource } from './envelope.ts';
import { Link, type LinkLimits } from './link.ts';
import { isTell, type Packet } from './packet.ts';

export type Deliver = (packet: Packet, source: TellSource | null) => void;

export class LocalLink extends Link implements TellSource {
  handledTells = 0;
  #sentTells = 0;
  readonly #deliver: Deliver;

  constructor(
    thread: string,
    limits: LinkLimits,
    askWindowOf: (kind: string) => number,
    deliver: Deliver,
  ) {
    super(thread, limits, askWindowOf);
    this.#deliver = deliver;
  }

  override get isUp(): boolean {
    return true;
  }

  override get tellsInFlight(): number {
    return this.#sentTells - this.handledTells;
  }

  override put(packet: Packet): void {
    const counted = isTell(packet);
    if (counted) this.#sentTells++;
    this.#deliver(packet, counted ? this : null);
  }
}
