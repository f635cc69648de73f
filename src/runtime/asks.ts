// The asks of this thread that wait for an answer. Each is answered once: by its reply, its
// deadline, or the end of the one it was put to; what comes later finds nobody and is counted by
// the caller.

import type { Address, AskFailure } from './actor.ts';
import { ChurnMap } from './churn-map.ts';
import type { ToOwn } from './envelope.ts';
import type { AskWindow, Link } from './link.ts';
import { Timer, type Timers } from './timers.ts';

export const BUSY: AskFailure = { outcome: 'not_delivered', reason: 'busy' };
export const UNKNOWN_ADDRESS: AskFailure = { outcome: 'not_delivered', reason: 'unknown_address' };
export const STOPPED: AskFailure = { outcome: 'unknown', reason: 'stopped' };
const DEADLINE: AskFailure = { outcome: 'unknown', reason: 'deadline' };

/** An actor or an edge. */
export interface Asker {
  readonly address: Address;
  hear(toOwn: ToOwn, answer: unknown): void;
}

/**
 * Thread and incarnation are part of an id, so that an answer to a dead thread's ask never meets a
 * living one's.
 */
const IDS_PER_INCARNATION = 2 ** 42;
const INCARNATIONS = 2 ** 11;

export class PendingAsk extends Timer {
  correlationId = 0;
  readonly asker: Asker;
  readonly to: Address;
  readonly link: Link;
  readonly window: AskWindow;
  readonly toOwn: ToOwn;
  readonly #asks: Asks;

  constructor(
    asks: Asks,
    asker: Asker,
    route: { readonly to: Address; readonly link: Link; readonly window: AskWindow },
    toOwn: ToOwn,
  ) {
    super();
    this.#asks = asks;
    this.asker = asker;
    this.to = route.to;
    this.link = route.link;
    this.window = route.window;
    this.toOwn = toOwn;
  }

  override fire(): void {
    this.#asks.settle(this.correlationId, DEADLINE);
  }
}

export class Asks {
  readonly #timers: Timers;
  readonly #pending = new ChurnMap<number, PendingAsk>();
  #nextId: number;

  constructor(timers: Timers, threadNumber: number, threads: number, incarnation: number) {
    this.#timers = timers;
    const origin = (incarnation * threads + threadNumber) % INCARNATIONS;
    this.#nextId = origin * IDS_PER_INCARNATION + 1;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Put from here and not answered yet. */
  has(correlationId: number): boolean {
    return this.#pending.has(correlationId);
  }

  /** The slot in the window has been taken by the caller already. */
  add(ask: PendingAsk, deadlineAtMs: number): number {
    const correlationId = this.#nextId++;
    ask.correlationId = correlationId;
    this.#pending.set(correlationId, ask);
    this.#timers.schedule(ask, deadlineAtMs);
    return correlationId;
  }

  /** False when nobody waits any more. */
  settle(correlationId: number, answer: unknown): boolean {
    const ask = this.#pending.get(correlationId);
    if (ask === undefined) return false;
    this.#remove(ask);
    ask.asker.hear(ask.toOwn, answer);
    return true;
  }

  /** The peer is gone, and with it everything that it has not answered. */
  stopTowards(link: Link): void {
    for (const ask of [...this.#pending.values()]) {
      if (ask.link === link) this.settle(ask.correlationId, STOPPED);
    }
  }

  /** The asker is gone: its answers will come too late. */
  forget(asker: Asker): void {
    for (const ask of [...this.#pending.values()]) {
      if (ask.asker === asker) this.#remove(ask);
    }
  }

  isWaiting(asker: Asker): boolean {
    for (const ask of this.#pending.values()) if (ask.asker === asker) return true;
    return false;
  }

  #remove(ask: PendingAsk): void {
    this.#pending.delete(ask.correlationId);
    this.#timers.cancel(ask);
    ask.window.used--;
  }
}
