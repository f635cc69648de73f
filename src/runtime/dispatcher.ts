// Runs one thread. The unit of work is a tick: messages in, turns, then one frame per destination
// thread, synchronously. It knows neither threads nor clocks: both are given, so that a simulation
// runs this very code.
import { type Address, addressOf, type Context, keyOf, type Message } from './actor.ts';
import { Actors } from './actors.ts';
import { UNKNOWN_ADDRESS } from './asks.ts';
import type { Clock } from './clock.ts';
import type { Edge, EdgeListener } from './edge.ts';
import { EdgePort } from './edge-port.ts';
import { replyToOf, type TellSource } from './envelope.ts';
import { reportOf } from './errors.ts';
import { createKernel, type Kernel } from './kernel.ts';
import type { LifeChanged, WatchLife } from './life.ts';
import type { LogSink } from './log-sink.ts';
import { linkSnapshot, type ThreadSnapshot } from './metrics.ts';
import type { Appetite, Observer } from './observer.ts';
import { type Packet, SYSTEM } from './packet.ts';
import type { Post } from './peer-link.ts';
import type { Drivers, SystemDefinition } from './system.ts';
import { CallbackTimer } from './timers.ts';

/** Calls `tick` for the dispatcher. */
export interface Waker {
  /** As soon as what is running now has ended. */
  soon(): void;
  /** At this time of the steady clock; replaces the earlier wish. */
  at(elapsedMs: number): void;
}

export interface DispatcherOptions<C extends Context> {
  readonly thread: string;
  readonly incarnation: number;
  readonly definition: SystemDefinition<C>;
  readonly drivers: Drivers;
  readonly extendContext: (base: Context, address: Address) => C;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: LogSink;
  readonly waker: Waker;
  /** The thread is beyond repair; the dispatcher has halted. */
  onEscalate(reason: string): void;
  /** The process is; the dispatcher has halted. */
  onFatal(reason: string): void;
  onSnapshot?(snapshot: ThreadSnapshot): void;
  /** A system message of another thread that is not the dispatchers' own business. */
  onSystem?(thread: string, message: Message): void;
  readonly observer?: Observer;
  readonly appetite?: Appetite;
}

export class Dispatcher<C extends Context = Context> {
  readonly thread: string;
  readonly incarnation: number;
  readonly #options: DispatcherOptions<C>;
  readonly #kernel: Kernel;
  readonly #actors: Actors<C>;
  readonly #edges = new Map<Address, EdgePort>();
  readonly #deliver = (packet: Packet, source: TellSource | null): void =>
    this.#take(packet, source);
  readonly #startedAtMs: number;
  #ticks = 0;
  #isTicking = false;
  #isWoken = false;
  #hasHalted = false;

  constructor(options: DispatcherOptions<C>) {
    this.thread = options.thread;
    this.incarnation = options.incarnation;
    this.#options = options;
    this.#startedAtMs = options.clock.elapsedMs();
    this.#kernel = createKernel(options, {
      deliver: this.#deliver,
      isUpHere: (address) => this.#edges.has(address) || this.#actors.isUp(address),
      sendSystem: (thread, message) => this.sendSystem(thread, message),
    });
    const dispatcher = this;
    this.#actors = new Actors(this.#kernel, options, {
      wake: () => this.wake(),
      halt: () => this.halt(),
      get hasHalted() {
        return dispatcher.#hasHalted;
      },
    });
  }

  /** Creates the residents in their order, and begins to report. */
  start(): void {
    this.#actors.startResidents();
    const { onSnapshot, definition } = this.#options;
    if (onSnapshot !== undefined) this.#reportEvery(definition.limits.snapshotEveryMs);
    this.wake();
  }

  edge(address: Address, listener: EdgeListener): Edge {
    this.#edges.get(address)?.close();
    const edge = new EdgePort(address, listener, {
      kernel: this.#kernel,
      wake: () => this.wake(),
      edgeClosed: (closed) => this.#edgeClosed(closed),
    });
    this.#edges.set(address, edge);
    this.#kernel.life.changedHere(address, 'up');
    return edge;
  }

  /** The way to another thread is open; one that was open before has ended. */
  linkUp(thread: string, peerIncarnation: number, post: Post): void {
    this.linkDown(thread);
    this.#kernel.links.peer(thread).open(peerIncarnation, this.#observed(thread, post));
    this.#kernel.life.onLinkUp(thread);
    this.wake();
  }

  /** Everything that the other thread sent must have been received before. */
  linkDown(thread: string): void {
    const { links, deadLetters, counters, asks, life } = this.#kernel;
    const link = links.peer(thread);
    if (!link.isUp) return;
    const { unsent, unacknowledged } = link.close();
    for (const packet of unsent) {
      const replyTo = replyToOf(packet[2]);
      const isOwnAsk = replyTo !== null && asks.has(replyTo.correlationId);
      if (!isOwnAsk) deadLetters.add(packet, 'thread_down');
    }
    if (unacknowledged > 0) counters.add('tells.lostWithThread', unacknowledged);
    asks.stopTowards(link);
    life.onLinkDown(thread);
    this.wake();
  }

  /** Tells how many messages the frame held. */
  receive(thread: string, bytes: Uint8Array): number {
    if (this.#hasHalted) return 0;
    return this.#kernel.links.peer(thread).receive(bytes, this.#deliver);
  }

  sendSystem(thread: string, message: Message): void {
    const link = this.#kernel.links.peer(thread);
    if (!link.isUp) return;
    link.put([SYSTEM, addressOf('system', this.thread), message]);
    this.wake();
  }

  /** Work has come from outside a tick. */
  wake(): void {
    if (this.#isTicking || this.#isWoken || this.#hasHalted) return;
    this.#isWoken = true;
    this.#options.waker.soon();
  }

  /** `drain` brings in what has arrived. */
  tick(drain?: () => void): void {
    if (this.#hasHalted) return;
    const { timers, clock } = this.#kernel;
    this.#isTicking = true;
    this.#isWoken = false;
    this.#ticks++;
    drain?.();
    timers.fireDue(clock.elapsedMs());
    this.#actors.run();
    for (const edge of this.#edges.values()) edge.tickEnded();
    if (!this.#hasHalted) this.#flush();
    this.#isTicking = false;
    if (!this.isIdle) this.wake();
    const nextAtMs = timers.nextAtMs();
    if (nextAtMs !== null && !this.#hasHalted) this.#options.waker.at(nextAtMs);
  }

  /** Nothing waits to run or to be sent. */
  get isIdle(): boolean {
    return !this.#actors.hasRunnable && !this.#kernel.links.hasBatch;
  }

  get hasHalted(): boolean {
    return this.#hasHalted;
  }

  nextTimerAtMs(): number | null {
    return this.#kernel.timers.nextAtMs();
  }

  /** Ends the actors, last created first, and tells whoever waits for them. */
  stop(): void {
    if (this.#hasHalted) return;
    this.#actors.stop();
    for (const edge of [...this.#edges.values()]) edge.close();
    this.#flush();
    this.halt();
  }

  /** Runs nothing and sends nothing any more. */
  halt(): void {
    this.#hasHalted = true;
    this.#kernel.timers.clear();
  }

  /**
   * As if the power had gone: files are closed without a commit, nothing is sent, every effect is
   * forgotten.
   */
  abandon(): void {
    this.halt();
    this.#actors.abandon();
    for (const edge of [...this.#edges.values()]) edge.close();
  }

  snapshot(): ThreadSnapshot {
    const { clock, asks, timers, effects, links, counters, deadLetters, poison } = this.#kernel;
    return {
      thread: this.thread,
      incarnation: this.incarnation,
      atMs: clock.wallMs(),
      uptimeMs: Math.round(clock.elapsedMs() - this.#startedAtMs),
      ticks: this.#ticks,
      pendingAsks: asks.size,
      timers: timers.size,
      effects: effects.running,
      actors: this.#actors.snapshots(),
      edges: [...this.#edges.values()].map((edge) => ({
        address: edge.address,
        sizes: edge.sizes(),
      })),
      links: [...links.byThread.values()].map(linkSnapshot),
      counters: counters.toRecord(),
      deadLetters: { total: deadLetters.total, kept: deadLetters.kept() },
      poison: { total: poison.total, kept: poison.kept() },
    };
  }

  #take(packet: Packet, source: TellSource | null): void {
    const [to, from, body] = packet;
    if (typeof to === 'object') {
      if (!this.#kernel.asks.settle(to.correlationId, body)) {
        this.#kernel.counters.add('replies.late', 1);
      }
      return;
    }
    if (to === SYSTEM) return this.#onSystem(keyOf(from), body as Message);
    const edge = this.#edges.get(to);
    if (edge !== undefined) {
      if (source !== null) source.handledTells++;
      return edge.receive(body as Message, from);
    }
    if (!this.#actors.deliver(to, packet, source)) this.#returnToSender(to, packet, source);
  }

  #returnToSender(to: Address, packet: Packet, source: TellSource | null): void {
    if (source !== null) source.handledTells++;
    const replyTo = replyToOf(packet[2]);
    if (replyTo !== null) return this.#kernel.mailer.reply(to, replyTo, UNKNOWN_ADDRESS);
    this.#kernel.deadLetters.add(packet, 'unknown_address');
  }

  #onSystem(thread: string, message: Message): void {
    if (message.kind === 'WatchLife' || message.kind === 'LifeChanged') {
      return this.#kernel.life.onMessage(thread, message as WatchLife | LifeChanged);
    }
    this.#options.onSystem?.(thread, message);
  }

  #observed(thread: string, post: Post): Post {
    const { observer } = this.#kernel;
    if (observer === null) return post;
    return (bytes, messages) => {
      observer.posting(thread, messages);
      post(bytes, messages);
      observer.posted(thread);
    };
  }

  #flush(): void {
    const { links, clock } = this.#kernel;
    links.local.drainHeld();
    const sentAtMs = clock.wallMs();
    for (const link of links.peers) {
      link.flush(this.incarnation, sentAtMs, (packet, error) => this.#unsendable(packet, error));
    }
  }

  /**
   * A body that msgpack cannot take: its asker hears so, and so does whoever waits for it as a
   * reply.
   */
  #unsendable(packet: Packet, thrown: unknown): void {
    const [to, from, body] = packet;
    const { message: error } = reportOf(thrown);
    const failed = { outcome: 'failed', error } as const;
    this.#kernel.deadLetters.add(packet, 'unsendable');
    if (typeof to === 'object') return this.#kernel.mailer.reply(from, to, failed);
    const replyTo = replyToOf(body);
    if (replyTo !== null) this.#kernel.mailer.reply(to, replyTo, failed);
  }

  #edgeClosed(edge: EdgePort): void {
    if (this.#edges.get(edge.address) !== edge) return;
    this.#edges.delete(edge.address);
    this.#kernel.life.changedHere(edge.address, 'down');
  }

  #reportEvery(everyMs: number): void {
    const { timers, clock } = this.#kernel;
    const report = new CallbackTimer(() => {
      this.#options.onSnapshot?.(this.snapshot());
      timers.schedule(report, clock.elapsedMs() + everyMs);
    });
    timers.schedule(report, clock.elapsedMs() + everyMs);
  }
}
