// An edge inside its dispatcher: what it sends leaves with the next flush, what it is sent comes at
// once, in the tick that brought it. A listener that throws costs its own message only.

import type { Address, AskFailure, LifeEvent, Message, ReplyTo, Sizes } from './actor.ts';
import { type Asker, BUSY, STOPPED, UNKNOWN_ADDRESS } from './asks.ts';
import { ChurnMap, ChurnSet } from './churn-map.ts';
import type { Edge, EdgeListener } from './edge.ts';
import { replyToOf, type ToOwn } from './envelope.ts';
import { reportOf } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { CallbackTimer } from './timers.ts';

export interface EdgeHost {
  readonly kernel: Kernel;
  /** Work has come from outside a tick. */
  wake(): void;
  edgeClosed(edge: EdgePort): void;
}

/** Edges are Promise-land: an answer settles the promise instead of becoming a message. */
type Resolve = (answer: unknown) => void;

export class EdgePort implements Edge, Asker {
  readonly address: Address;
  readonly #host: EdgeHost;
  readonly #kernel: Kernel;
  readonly #listener: EdgeListener;
  readonly #tickEnds: (() => void)[] = [];
  readonly #timers = new ChurnSet<CallbackTimer>();
  readonly #openAsks = new ChurnMap<number, ReplyTo>();
  readonly #waiting = new ChurnSet<Resolve>();
  #readSizes: () => Sizes = () => ({});
  #isOpen = true;

  constructor(address: Address, listener: EdgeListener, host: EdgeHost) {
    this.address = address;
    this.#listener = listener;
    this.#host = host;
    this.#kernel = host.kernel;
  }

  ask<Answer>(to: Address, message: object, deadlineMs: number): Promise<Answer | AskFailure> {
    return new Promise((resolve: (answer: Answer | AskFailure) => void) => {
      const refusal = this.#ask(to, message, deadlineMs, resolve as Resolve);
      if (refusal !== null) resolve(refusal);
    });
  }

  tell(to: Address, message: Message): void {
    if (!this.#isOpen) return this.#kernel.counters.add('edges.usedAfterClose', 1);
    const handedOn = replyToOf(message);
    if (handedOn !== null) this.#openAsks.delete(handedOn.correlationId);
    this.#kernel.mailer.tell(this.address, to, this.#kernel.router.routeTo(to), message);
    this.#host.wake();
  }

  reply(replyTo: ReplyTo, reply: unknown): void {
    this.#openAsks.delete(replyTo.correlationId);
    this.#kernel.mailer.reply(this.address, replyTo, reply);
    this.#host.wake();
  }

  onTickEnd(listener: () => void): void {
    this.#tickEnds.push(listener);
  }

  watch(address: Address, listener: (event: LifeEvent) => void): void {
    this.#kernel.life.watch(this, address, listener as unknown as ToOwn);
    this.#host.wake();
  }

  nowMs(): number {
    return this.#kernel.clock.wallMs();
  }

  random(): number {
    return this.#kernel.random();
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = new CallbackTimer(() => {
      this.#timers.delete(timer);
      this.#guard('a timer', run);
    });
    this.#timers.add(timer);
    this.#kernel.timers.schedule(timer, this.#kernel.clock.elapsedMs() + delayMs);
    this.#host.wake();
    return () => {
      this.#timers.delete(timer);
      this.#kernel.timers.cancel(timer);
    };
  }

  count(name: string, by = 1): void {
    this.#kernel.counters.add(name, by);
  }

  showSizes(read: () => Sizes): void {
    this.#readSizes = read;
  }

  sizes(): Sizes {
    let sizes: Sizes = {};
    this.#guard('its sizes', () => {
      sizes = this.#readSizes();
    });
    return sizes;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { asks, timers, life, mailer } = this.#kernel;
    for (const timer of this.#timers) timers.cancel(timer);
    life.forget(this);
    asks.forget(this);
    for (const resolve of this.#waiting) resolve(STOPPED);
    this.#waiting.clear();
    for (const replyTo of this.#openAsks.values()) mailer.reply(this.address, replyTo, STOPPED);
    this.#openAsks.clear();
    this.#host.edgeClosed(this);
    this.#host.wake();
  }

  /** A message has come. */
  receive(message: Message, from: Address): void {
    this.#kernel.observer?.edgeHeard(this.address);
    const replyTo = replyToOf(message);
    if (replyTo !== null) {
      if (this.#openAsks.size >= this.#kernel.limits.linkBacklogMax) {
        return this.#kernel.mailer.reply(this.address, replyTo, BUSY);
      }
      this.#openAsks.set(replyTo.correlationId, replyTo);
    }
    const error = this.#guard(message.kind, () => this.#listener(message, from));
    if (error === null || replyTo === null) return;
    if (!this.#openAsks.delete(replyTo.correlationId)) return;
    this.#kernel.mailer.reply(this.address, replyTo, { outcome: 'failed', error });
  }

  /** An answer or a watched life has come: here the `toOwn` is the waiting function itself. */
  hear(toOwn: ToOwn, value: unknown): void {
    this.#kernel.observer?.edgeHeard(this.address);
    this.#guard('an answer', () => toOwn(value));
  }

  tickEnded(): void {
    for (const listener of this.#tickEnds) this.#guard('the end of a tick', listener);
  }

  #ask(to: Address, message: object, deadlineMs: number, resolve: Resolve): AskFailure | null {
    if (!this.#isOpen) return STOPPED;
    const route = this.#kernel.router.routeTo(to);
    if (route === null) return UNKNOWN_ADDRESS;
    if (!route.link.isUp || route.window.used >= route.window.max) return BUSY;
    route.window.used++;
    this.#waiting.add(resolve);
    const settle = (answer: unknown): void => {
      this.#waiting.delete(resolve);
      resolve(answer);
    };
    const toOwn = settle as unknown as ToOwn;
    this.#kernel.mailer.ask(this, { route, message, toOwn, deadlineMs });
    this.#host.wake();
    return null;
  }

  /** The message of what was thrown, or null. */
  #guard(what: string, run: () => void): string | null {
    try {
      run();
      return null;
    } catch (thrown) {
      const error = reportOf(thrown);
      this.#kernel.counters.add('edges.threw', 1);
      this.#kernel.log('error', `an edge failed at ${what}`, { edge: this.address, error });
      return error.message;
    }
  }
}
