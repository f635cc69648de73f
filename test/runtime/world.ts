// Dispatchers on one fake clock, joined by a fake transport: everything between threads but the
// threads themselves. Nothing runs by itself: `settle` ticks until all is quiet, `advance` moves
// the clock from one wish to the next.
import assert from 'node:assert/strict';
import {
  type ActorKind,
  type Address,
  type Context,
  keyOf,
  kindOf,
  type LogLevel,
  type Message,
} from '../../src/runtime/actor.ts';
import { type Frame, FrameDecoder } from '../../src/runtime/codec.ts';
import { Dispatcher } from '../../src/runtime/dispatcher.ts';
import type { Edge, EdgeListener } from '../../src/runtime/edge.ts';
import type { ThreadSnapshot } from '../../src/runtime/metrics.ts';
import type { Appetite, Observer } from '../../src/runtime/observer.ts';
import type { Drivers, RuntimeLimits, SystemDefinition } from '../../src/runtime/system.ts';
import { type PuppetOptions, puppetKind, type Run } from './puppet.ts';

export const START_MS = Date.UTC(2026, 0, 5, 15, 0, 0);
const TICKS_MAX = 10_000;

export const TEST_LIMITS: RuntimeLimits = {
  tickMessagesMax: 1_000,
  tickMsMax: 50,
  frameMessagesMax: 1_000,
  linkWindow: 64,
  linkBacklogMax: 128,
  restartsMax: 3,
  restartWindowMs: 10_000,
  restartBackoffMinMs: 100,
  restartBackoffMaxMs: 400,
  snapshotEveryMs: 1_000,
  silentThreadUnreadyMs: 5_000,
  silentThreadExitMs: 30_000,
  deadLettersKept: 3,
  poisonKept: 3,
};

export interface WorldOptions extends PuppetOptions {
  /** One letter each: the first letter of an actor's key names its thread, if there is one. */
  readonly threads?: readonly string[];
  readonly kinds?: readonly ActorKind[];
  readonly puppet?: Partial<ActorKind>;
  /** Besides one puppet per thread, which has the thread's name. */
  readonly residents?: readonly Address[];
  readonly limits?: Partial<RuntimeLimits>;
  readonly drivers?: Drivers;
  readonly random?: () => number;
  readonly appetite?: Appetite;
  readonly observer?: Observer;
}

interface Node {
  readonly dispatcher: Dispatcher;
  inbox: { readonly from: string; readonly bytes: Uint8Array }[];
  isWoken: boolean;
  wishMs: number | null;
}

export class World {
  /** Whatever puppets have heard and lived through, and how threads ended. */
  readonly heard: string[] = [];
  readonly logs: [level: LogLevel, text: string, fields: Readonly<Record<string, unknown>>][] = [];
  /** What went over the transport, in order. */
  readonly frames: ({ readonly from: string; readonly to: string } & Frame)[] = [];
  readonly snapshots: ThreadSnapshot[] = [];
  readonly definition: SystemDefinition;
  elapsedMs = 0;
  readonly #options: WorldOptions;
  readonly #nodes = new Map<string, Node>();
  readonly #tellers = new Map<string, Edge>();

  constructor(options: WorldOptions = {}) {
    const threads = options.threads ?? ['a'];
    const puppets = threads.map((thread): Address => `puppet/${thread}`);
    const residents = [...puppets, ...(options.residents ?? [])];
    const place = (_kind: string, key: string): string => key.slice(0, 1);
    this.#options = options;
    this.definition = {
      threads,
      kinds: [{ ...puppetKind(this.heard, options), ...options.puppet }, ...(options.kinds ?? [])],
      place,
      residents: (thread) =>
        residents.filter((address) => place(kindOf(address), keyOf(address)) === thread),
      limits: { ...TEST_LIMITS, ...options.limits },
    };
    for (const thread of threads) this.start(thread, 1);
    for (const [index, thread] of threads.entries()) {
      for (const other of threads.slice(index + 1)) this.join(thread, other);
    }
    this.settle();
    this.forget();
  }

  /** Starts a thread, or its next life; `join` links it. */
  start(thread: string, incarnation: number): void {
    const node: Node = {
      dispatcher: this.#dispatcher(thread, incarnation),
      inbox: [],
      isWoken: false,
      wishMs: null,
    };
    this.#nodes.set(thread, node);
    this.#tellers.set(
      thread,
      node.dispatcher.edge(`teller/${thread}`, () => undefined),
    );
    node.dispatcher.start();
  }

  join(one: string, other: string): void {
    this.#open(one, other);
    this.#open(other, one);
  }

  /** The port closes: what was sent before arrives first, what is said in answer to it is lost. */
  cut(one: string, other: string): void {
    const nodes = [this.#node(one), this.#node(other)] as const;
    for (const node of nodes) this.#tick(node);
    this.dispatcher(one).linkDown(other);
    this.dispatcher(other).linkDown(one);
    nodes[0].inbox = nodes[0].inbox.filter(({ from }) => from !== other);
    nodes[1].inbox = nodes[1].inbox.filter(({ from }) => from !== one);
  }

  dispatcher(thread: string): Dispatcher {
    return this.#node(thread).dispatcher;
  }

  edge(address: Address, listener: EdgeListener = () => undefined): Edge {
    return this.dispatcher(this.definition.place(kindOf(address), keyOf(address))).edge(
      address,
      listener,
    );
  }

  /** The puppet does this in its next turn, as one message. */
  does(address: Address, run: (ctx: Context) => void): void {
    this.tell<Run>(address, { kind: 'Run', run });
  }

  /** From an edge on the actor's own thread. */
  tell<M extends Message>(address: Address, message: M): void {
    const thread = this.definition.place(kindOf(address), keyOf(address));
    this.#tellers.get(thread)?.tell(address, message);
  }

  /** Ticks until nothing is to be run or delivered any more. */
  settle(): void {
    for (let ticks = 0; this.tickOnce(); ticks++) {
      assert(ticks < TICKS_MAX, 'the threads do not come to rest');
    }
  }

  /** One tick of each thread that has something to do; false when there is none. */
  tickOnce(): boolean {
    const busy = [...this.#nodes.values()].filter(isBusy);
    for (const node of busy) this.#tick(node);
    return busy.length > 0;
  }

  /** Settles, then lets the time pass; every timer in between fires at its own moment. */
  advance(durationMs: number): void {
    const untilMs = this.elapsedMs + durationMs;
    this.settle();
    for (let wakes = 0; ; wakes++) {
      assert(wakes < TICKS_MAX, 'the timers do not come to rest');
      const wishes = [...this.#nodes.values()].map(
        ({ wishMs }) => wishMs ?? Number.POSITIVE_INFINITY,
      );
      const nextMs = Math.min(...wishes);
      if (nextMs > untilMs) break;
      this.elapsedMs = Math.max(nextMs, this.elapsedMs);
      for (const node of this.#nodes.values()) {
        if (node.wishMs !== null && node.wishMs <= this.elapsedMs) this.#tick(node);
      }
      this.settle();
    }
    this.elapsedMs = untilMs;
  }

  /** What has been heard so far, of which the list is emptied. */
  take(): string[] {
    return this.heard.splice(0);
  }

  /** What has gone before is not part of the test. */
  forget(): void {
    this.heard.length = 0;
    this.logs.length = 0;
    this.frames.length = 0;
    this.snapshots.length = 0;
  }

  #dispatcher(thread: string, incarnation: number): Dispatcher {
    const { drivers = {}, random = () => 0, appetite, observer } = this.#options;
    return new Dispatcher({
      thread,
      incarnation,
      definition: this.definition,
      drivers,
      extendContext: (base) => base,
      clock: { wallMs: () => START_MS + this.elapsedMs, elapsedMs: () => this.elapsedMs },
      random,
      log: (level, text, fields = {}) => this.logs.push([level, text, fields]),
      waker: {
        soon: () => {
          this.#node(thread).isWoken = true;
        },
        at: (elapsedMs) => {
          this.#node(thread).wishMs = elapsedMs;
        },
      },
      onEscalate: (reason) => this.heard.push(`thread ${thread} gave up: ${reason}`),
      onFatal: (reason) => this.heard.push(`process of ${thread} is lost: ${reason}`),
      onSystem: (from, { kind }) => this.heard.push(`${thread} hears ${kind} of thread ${from}`),
      onSnapshot: (snapshot) => this.snapshots.push(snapshot),
      ...(appetite === undefined ? {} : { appetite }),
      ...(observer === undefined ? {} : { observer }),
    });
  }

  #open(from: string, to: string): void {
    const receiver = this.#node(to);
    const decoder = new FrameDecoder();
    this.dispatcher(from).linkUp(to, receiver.dispatcher.incarnation, (bytes) => {
      this.frames.push({ from, to, ...decoder.decode(bytes) });
      receiver.inbox.push({ from, bytes });
    });
  }

  #tick(node: Node): void {
    node.isWoken = false;
    node.wishMs = null;
    node.dispatcher.tick(() => {
      for (const { from, bytes } of node.inbox.splice(0)) node.dispatcher.receive(from, bytes);
    });
  }

  #node(thread: string): Node {
    const node = this.#nodes.get(thread);
    assert(node !== undefined, `there is no thread ${thread}`);
    return node;
  }
}

function isBusy({ isWoken, inbox, dispatcher }: Node): boolean {
  return !dispatcher.hasHalted && (isWoken || inbox.length > 0);
}
