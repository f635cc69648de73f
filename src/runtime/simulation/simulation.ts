// A whole process in one real thread: the same actors, asks, links and codec, on a virtual clock,
// with a seed that decides who runs, how much a turn takes, how long messages travel, and when to
// crash. A run is a pure function of its seed.
import { type Address, type Context, keyOf, kindOf } from '../actor.ts';
import type { Dispatcher } from '../dispatcher.ts';
import type { Edge, EdgeListener } from '../edge.ts';
import type { LogSink } from '../log-sink.ts';
import type { ThreadSnapshot } from '../metrics.ts';
import type { Drivers, SystemDefinition } from '../system.ts';
import { CounterSums } from './counter-sums.ts';
import { Environment, type SimulationEnvironment } from './environment.ts';
import { type Compose, OuterParts, type StartedThread } from './outer-parts.ts';
import { Prng } from './prng.ts';
import { SimulatedEdge } from './simulated-edge.ts';
import { SimulatedThread } from './simulated-thread.ts';
import { Trace } from './trace.ts';
import { VirtualClock, WallClock } from './virtual-clock.ts';
import { type Arrival, Wire } from './wire.ts';

export interface SimulationOptions<C extends Context> {
  readonly seed: string | number;
  readonly definition: SystemDefinition<C>;
  /** Made once: what stands for the outside outlives crashes of the process. */
  readonly drivers: (env: SimulationEnvironment) => Drivers;
  readonly extendContext: (base: Context, address: Address) => C;
  readonly startAtMs: number;
  readonly log?: LogSink;
  /**
   * Chance, after each commit of a durable actor, that the process dies before the turn is
   * released.
   */
  readonly crashBetweenCommitAndRelease?: number;
  /** Chance, at each step, that the process dies between two ticks. */
  readonly crashPerStep?: number;
  readonly messageDelayMaxMs?: number;
  /** How long a thread that died is away at the most. */
  readonly threadAwayMaxMs?: number;
  /** The same for the process; without it there is another at once. */
  readonly processAwayMaxMs?: number;
  /**
   * What composition puts beside the actors of a thread, each time it starts; what it returns is
   * called when the thread is gone.
   */
  readonly compose?: Compose;
  /** Hears every line of the trace as it is written. */
  readonly onTraceLine?: (line: string) => void;
}

const TICK_COST_US = 20;

export class Simulation<C extends Context = Context> {
  readonly #options: SimulationOptions<C>;
  readonly #clock: VirtualClock;
  readonly #wall: WallClock;
  readonly #chance: Prng;
  readonly #scheduler: Prng;
  readonly #trace: Trace;
  readonly #wire: Wire;
  readonly #environment: Environment;
  readonly #drivers: Drivers;
  readonly #threads = new Map<string, SimulatedThread<C>>();
  readonly #incarnations = new Map<string, number>();
  readonly #outer: OuterParts;
  /** Of the threads that are gone. */
  readonly #earlierCounts = new CounterSums();
  /** Of the step that is running: one list for all of them. */
  readonly #ready: SimulatedThread<C>[] = [];
  #messages = 0;
  #edgeHeard = true;
  #processCrashes = 0;
  #threadCrashes = 0;
  #isClosed = false;

  constructor(options: SimulationOptions<C>) {
    this.#options = options;
    this.#clock = new VirtualClock(options.startAtMs);
    this.#wall = new WallClock(this.#clock);
    this.#chance = new Prng(String(options.seed));
    this.#scheduler = this.#chance.stream('scheduler');
    this.#trace = new Trace(() => this.#clock.elapsedUs);
    if (options.onTraceLine !== undefined) this.#trace.listen(options.onTraceLine);
    const delayMaxUs = (options.messageDelayMaxMs ?? 1) * 1_000;
    this.#wire = new Wire(this.#chance.stream('wire'), delayMaxUs);
    this.#environment = new Environment(this.#clock, this.#chance.stream('environment'));
    this.#drivers = options.drivers(this.#environment);
    const { place } = options.definition;
    const placeOf = (address: Address) => place(kindOf(address), keyOf(address));
    this.#outer = new OuterParts(placeOf, options.compose ?? null);
    this.#startProcess();
  }

  nowMs(): number {
    return this.#clock.wallMs();
  }

  traceHash(): string {
    return this.#trace.hash();
  }

  /** The newest lines of what the hash is of. */
  traceTail(): readonly string[] {
    return this.#trace.tail();
  }

  /** Messages that actors have taken in turns that ended well. */
  get messages(): number {
    return this.#messages;
  }

  /** Every named counter, over all threads that have ever been. */
  counters(): CounterSums {
    const sums = this.#earlierCounts.copy();
    for (const { counters } of this.snapshots()) sums.add(counters);
    return sums;
  }

  /** How far the clock that the process reads is off; steady time is not touched. */
  setClockSkew(ms: number): void {
    this.#trace.add('process', 'clock', ms);
    this.#wall.skewMs = ms;
  }

  get processCrashes(): number {
    return this.#processCrashes;
  }

  get threadCrashes(): number {
    return this.#threadCrashes;
  }

  snapshots(): ThreadSnapshot[] {
    return [...this.#threads.values()].map(({ dispatcher }) => dispatcher.snapshot());
  }

  /** Lives in the thread that `place` gives, and comes back with it. */
  edge(address: Address, listener: EdgeListener): Edge {
    const chance = this.#chance.stream(`edge/${address}`);
    const world = {
      nowMs: () => this.#wall.wallMs(),
      random: () => chance.next(),
      onHeard: () => this.#onEdgeHeard(),
    };
    const edge = new SimulatedEdge(address, listener, world);
    this.#outer.add(edge, (name) => {
      const thread = this.#threads.get(name);
      return thread === undefined ? null : started(thread);
    });
    return edge;
  }

  async runFor(ms: number): Promise<void> {
    await this.#run(ms, () => false);
  }

  /** Whether the condition came true in time. It is checked after every step. */
  runUntil(condition: () => boolean, maxMs: number): Promise<boolean> {
    return this.#run(maxMs, condition);
  }

  /** kill -9 at this instant, and then a start from what is on disk. */
  crashProcess(): void {
    this.#trace.add('process', 'crashed');
    this.#onEdgeHeard();
    this.#processCrashes++;
    for (const name of this.#options.definition.threads) this.#outer.died(name);
    for (const { dispatcher } of this.#threads.values()) this.#abandon(dispatcher);
    this.#threads.clear();
    this.#wire.dropAll();
    const { processAwayMaxMs = 0 } = this.#options;
    if (processAwayMaxMs === 0) return this.#startProcess();
    const crashes = this.#processCrashes;
    this.#environment.after(this.#scheduler.int(1 + processAwayMaxMs), () => {
      if (crashes === this.#processCrashes && !this.#isClosed) this.#startProcess();
    });
  }

  /**
   * The thread dies; what it had sent still arrives, and after a while there is another in its
   * place.
   */
  crashThread(name: string): void {
    const thread = this.#threads.get(name);
    if (thread === undefined) throw new RangeError(`no thread ${name} is running`);
    this.#trace.add(name, 'crashed');
    this.#onEdgeHeard();
    this.#threadCrashes++;
    this.#outer.died(name);
    this.#abandon(thread.dispatcher);
    this.#threads.delete(name);
    this.#wire.dropTo(name);
    for (const peer of this.#threads.keys()) {
      this.#wire.send(name, peer, { kind: 'closed' }, this.#clock.elapsedUs);
    }
    const awayMs = this.#scheduler.int(1 + (this.#options.threadAwayMaxMs ?? 200));
    const crashes = this.#processCrashes;
    this.#environment.after(awayMs, () => {
      if (crashes === this.#processCrashes && !this.#isClosed) this.#replace(name);
    });
  }

  /** Ends the process in good order. */
  close(): void {
    this.#isClosed = true;
    this.#outer.close();
    for (const { dispatcher } of [...this.#threads.values()].toReversed()) dispatcher.stop();
    this.#threads.clear();
  }

  async #run(ms: number, condition: () => boolean): Promise<boolean> {
    const untilUs = this.#clock.elapsedUs + Math.round(ms * 1_000);
    await this.#letOthersRun();
    while (!condition()) {
      if (!this.#step(untilUs)) {
        this.#clock.passTo(untilUs);
        return condition();
      }
      if (this.#edgeHeard) await this.#letOthersRun();
    }
    return true;
  }

  /** Code that waits for an edge's promise goes on here, all of it, before the next step. */
  async #letOthersRun(): Promise<void> {
    this.#edgeHeard = false;
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** One tick of one thread, or the outside's turn; false when nothing is due in time. */
  #step(untilUs: number): boolean {
    const nowUs = this.#clock.elapsedUs;
    const ready = this.#ready;
    ready.length = 0;
    for (const thread of this.#threads.values()) {
      const isReady = thread.isReady(nowUs) || this.#wire.hasArrivals(thread.name, nowUs);
      if (isReady) ready.push(thread);
    }
    const isOutsideReady = this.#environment.nextAtUs() <= nowUs;
    const choice = this.#scheduler.int(ready.length + (isOutsideReady ? 1 : 0));
    const thread = ready[choice];
    if (thread !== undefined) this.#tick(thread);
    else if (isOutsideReady) this.#runOutside();
    else return this.#passTime(untilUs);
    this.#clock.pass(TICK_COST_US);
    this.#crashByChance();
    return true;
  }

  /** What the outside's timers set going may have been waited for. */
  #runOutside(): void {
    this.#environment.run();
    this.#onEdgeHeard();
  }

  #passTime(untilUs: number): boolean {
    let nextAtUs = Math.min(this.#wire.nextAtUs(), this.#environment.nextAtUs());
    for (const thread of this.#threads.values()) {
      nextAtUs = Math.min(nextAtUs, thread.nextTimerAtUs());
    }
    if (nextAtUs > untilUs) return false;
    this.#clock.passTo(nextAtUs);
    return true;
  }

  #tick(thread: SimulatedThread<C>): void {
    thread.tick(() => {
      const arrivals = this.#wire.arrivals(thread.name, this.#clock.elapsedUs);
      for (const arrival of arrivals) this.#arrive(thread, arrival);
    });
    this.#meetFate(thread);
  }

  #arrive(thread: SimulatedThread<C>, { from, event }: Arrival): void {
    const { dispatcher } = thread;
    if (event.kind === 'closed') dispatcher.linkDown(from);
    else if (event.kind === 'opened') this.#open(thread, from, event.incarnation);
    else dispatcher.receive(from, event.bytes);
  }

  #meetFate(thread: SimulatedThread<C>): void {
    if (thread.fate === 'process_died') this.crashProcess();
    if (thread.fate === 'thread_died') this.crashThread(thread.name);
  }

  #crashByChance(): void {
    const { crashPerStep = 0 } = this.#options;
    if (crashPerStep > 0 && this.#scheduler.next() < crashPerStep) this.crashProcess();
  }

  #startProcess(): void {
    const threads = this.#options.definition.threads.map((name) => this.#createThread(name));
    for (const one of threads) {
      for (const other of threads) {
        if (one !== other) this.#open(one, other.name, other.incarnation);
      }
    }
    for (const thread of threads) thread.dispatcher.start();
    for (const thread of threads) this.#outer.started(started(thread));
    for (const thread of threads) this.#meetFateAtStart(thread);
  }

  #replace(name: string): void {
    const thread = this.#createThread(name);
    for (const peer of this.#threads.values()) {
      if (peer === thread) continue;
      this.#open(thread, peer.name, peer.incarnation);
      const opened = { kind: 'opened', incarnation: thread.incarnation } as const;
      this.#wire.send(name, peer.name, opened, this.#clock.elapsedUs);
    }
    thread.dispatcher.start();
    this.#outer.started(started(thread));
    this.#meetFateAtStart(thread);
  }

  /**
   * A start that fails is tried again later, in the time of the outside: not over and over at one
   * instant.
   */
  #meetFateAtStart(thread: SimulatedThread<C>): void {
    if (thread.fate === 'lives') return;
    this.#environment.after(1, () => {
      if (this.#threads.get(thread.name) === thread) this.#meetFate(thread);
    });
  }

  #createThread(name: string): SimulatedThread<C> {
    const { definition, extendContext, log = () => undefined } = this.#options;
    const incarnation = (this.#incarnations.get(name) ?? 0) + 1;
    this.#incarnations.set(name, incarnation);
    const thread = new SimulatedThread<C>({
      thread: name,
      incarnation,
      definition,
      extendContext,
      log,
      drivers: this.#drivers,
      clock: this.#wall,
      random: this.#chance,
      trace: this.#trace,
      diesAfterCommit: () => this.#diesAfterCommit(),
      onTurn: (messages) => {
        this.#messages += messages;
      },
      onEdgeHeard: () => this.#onEdgeHeard(),
    });
    this.#threads.set(name, thread);
    return thread;
  }

  #abandon(dispatcher: Dispatcher<C>): void {
    this.#earlierCounts.add(dispatcher.snapshot().counters);
    dispatcher.abandon();
  }

  #onEdgeHeard(): void {
    this.#edgeHeard = true;
  }

  #diesAfterCommit(): boolean {
    const { crashBetweenCommitAndRelease = 0 } = this.#options;
    if (crashBetweenCommitAndRelease === 0) return false;
    return this.#scheduler.next() < crashBetweenCommitAndRelease;
  }

  #open(thread: SimulatedThread<C>, to: string, toIncarnation: number): void {
    const { name } = thread;
    thread.dispatcher.linkUp(to, toIncarnation, (bytes) => {
      if (this.#threads.get(to)?.incarnation !== toIncarnation) return; // into a port that has died
      this.#wire.send(name, to, { kind: 'frame', bytes }, this.#clock.elapsedUs);
    });
  }
}

function started<C extends Context>({ name, dispatcher }: SimulatedThread<C>): StartedThread {
  return { name, edge: (address, listener) => dispatcher.edge(address, listener) };
}
