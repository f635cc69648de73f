// The way to one thread: how many asks and tells may be on it unanswered, and the newest of the
// values that replace each other while there is no room. In order per sender and receiver, but for
// such a held value, which a later tell may overtake.

import type { Merge, Message } from './actor.ts';
import { ChurnMap } from './churn-map.ts';
import type { Packet } from './packet.ts';
import type { RuntimeLimits } from './system.ts';

/** Unanswered asks towards one kind on one thread. */
export interface AskWindow {
  readonly max: number;
  used: number;
}

export type LinkLimits = Pick<RuntimeLimits, 'linkWindow' | 'linkBacklogMax' | 'frameMessagesMax'>;

export abstract class Link {
  readonly thread: string;
  readonly limits: LinkLimits;
  readonly #windows = new Map<string, AskWindow>();
  readonly #askWindowOf: (kind: string) => number;
  readonly #held = new ChurnMap<string, Packet>();
  #reserved = 0;

  constructor(thread: string, limits: LinkLimits, askWindowOf: (kind: string) => number) {
    this.thread = thread;
    this.limits = limits;
    this.#askWindowOf = askWindowOf;
  }

  abstract get isUp(): boolean;
  /** Sent and not known to be handled. */
  abstract get tellsInFlight(): number;
  abstract put(packet: Packet): void;

  get heldValues(): number {
    return this.#held.size;
  }

  asksInFlight(): number {
    let used = 0;
    for (const window of this.#windows.values()) used += window.used;
    return used;
  }

  windowOf(kind: string): AskWindow {
    const known = this.#windows.get(kind);
    if (known !== undefined) return known;
    const window = { max: this.#askWindowOf(kind), used: 0 };
    this.#windows.set(kind, window);
    return window;
  }

  /** Room for tells that may be refused; 0 while the thread is down. */
  tellRoom(): number {
    return this.isUp ? this.limits.linkWindow - this.tellsInFlight - this.#reserved : 0;
  }

  /** For a tell of a turn that has not ended yet. */
  reserve(): void {
    this.#reserved++;
  }

  giveBack(): void {
    this.#reserved--;
  }

  /** False when it is given up: the thread is down or has stopped handling what it gets. */
  tell(packet: Packet): boolean {
    if (!this.isUp || this.tellsInFlight >= this.limits.linkBacklogMax) return false;
    this.put(packet);
    return true;
  }

  /** False when too many keys are held. */
  conflate(key: string, packet: Packet, merge: Merge): boolean {
    const [to, from, message] = packet;
    const slot = `${to} ${key}`;
    const held = this.#held.get(slot);
    if (held === undefined) {
      if (this.tellRoom() > 0) {
        this.put(packet);
        return true;
      }
      if (this.#held.size >= this.limits.linkBacklogMax) return false;
    }
    const value = held === undefined ? message : merge(held[2] as Message, message as Message);
    this.#held.set(slot, [to, from, value]);
    return true;
  }

  /** Sends held values as far as there is room, those first that have waited longest. */
  drainHeld(): void {
    if (this.#held.size === 0) return;
    for (const [slot, packet] of this.#held) {
      if (this.tellRoom() <= 0) return;
      this.#held.delete(slot);
      this.put(packet); // only queues: it must not lead back to `conflate`
    }
  }
}
