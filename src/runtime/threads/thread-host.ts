// The worker's side of a thread: a dispatcher on the thread's data ports, under the supervisor's
// control.
import { parentPort, workerData } from 'node:worker_threads';
import { expose } from 'comlink';
import type { Address, Context } from '../actor.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import { Dispatcher } from '../dispatcher.ts';
import type { Edge, EdgeListener } from '../edge.ts';
import { EscalationError } from '../errors.ts';
import type { LogSink } from '../log-sink.ts';
import type { ThreadSnapshot } from '../metrics.ts';
import type { Observer } from '../observer.ts';
import type { Drivers, SystemDefinition } from '../system.ts';
import { endpointOf } from './comlink-endpoint.ts';
import {
  EXIT_FATAL,
  type LastWords,
  SUPERVISOR_THREAD,
  type ThreadControl,
  type ThreadStart,
} from './control.ts';
import { PortTransport, ThreadWaker } from './port-transport.ts';

export interface HostOptions<C extends Context> {
  readonly definition: SystemDefinition<C>;
  readonly drivers: Drivers;
  extendContext(base: Context, address: Address): C;
  readonly log: LogSink;
  readonly observer?: Observer;
  onSnapshot?(snapshot: ThreadSnapshot): void;
}

export interface ThreadHost {
  readonly name: string;
  /** What composition gave the thread. */
  readonly data: unknown;
  edge(address: Address, listener: EdgeListener): Edge;
  onDrain(run: () => Promise<void> | void): void;
  /** Runs when the thread ends in any way but termination: sockets must be closed here. */
  onExit(run: () => void): void;
  /** Resolves the supervisor's start of this thread. */
  ready(report: unknown): void;
}

export function threadName(): string {
  return started().name;
}

export function threadData(): unknown {
  return started().data;
}

function started(): ThreadStart {
  return workerData as ThreadStart;
}

/** Creates the residents before it returns. */
export function hostThread<C extends Context>(options: HostOptions<C>): ThreadHost {
  return new WorkerHost(options);
}

class WorkerHost<C extends Context> implements ThreadHost, ThreadControl {
  readonly name = threadName();
  readonly data = threadData();
  readonly #dispatcher: Dispatcher<C>;
  readonly #transport: PortTransport;
  readonly #waker = new ThreadWaker(SYSTEM_CLOCK);
  readonly #drains: (() => Promise<void> | void)[] = [];
  readonly #report: Promise<unknown>;
  #resolveReport: (report: unknown) => void = () => undefined;

  constructor(options: HostOptions<C>) {
    const { incarnation, control, links } = started();
    this.#report = new Promise((resolve) => {
      this.#resolveReport = resolve;
    });
    this.#dispatcher = new Dispatcher<C>({
      ...options,
      thread: this.name,
      incarnation,
      extendContext: (base, address) => options.extendContext(base, address),
      clock: SYSTEM_CLOCK,
      random: Math.random,
      waker: this.#waker,
      onEscalate: (reason) => this.#giveUp(reason),
      onFatal: (reason) => this.#giveUpProcess(reason),
      onSnapshot: (snapshot) => {
        this.#dispatcher.sendSystem(SUPERVISOR_THREAD, snapshotMessage(snapshot));
        options.onSnapshot?.(snapshot);
      },
    });
    this.#transport = new PortTransport(
      this.#dispatcher,
      options.definition.limits.tickMessagesMax,
      SYSTEM_CLOCK,
    );
    this.#waker.bind(() => this.#transport.tick());
    for (const link of links) this.#transport.link(link);
    expose(this.#controls(), endpointOf(control));
    this.#dispatcher.start();
  }

  edge(address: Address, listener: EdgeListener): Edge {
    return this.#dispatcher.edge(address, listener);
  }

  onDrain(run: () => Promise<void> | void): void {
    this.#drains.push(run);
  }

  onExit(run: () => void): void {
    process.on('exit', run);
  }

  ready(report: unknown): void {
    this.#resolveReport(report);
  }

  start(): Promise<unknown> {
    return this.#report;
  }

  link(link: Parameters<ThreadControl['link']>[0]): void {
    this.#transport.link(link);
  }

  async drain(): Promise<void> {
    await Promise.all(this.#drains.map((run) => run()));
    while (!this.#dispatcher.isIdle && !this.#dispatcher.hasHalted) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /**
   * The actors' last words are in the ports when this returns; a dying port delivers them before it
   * closes.
   */
  stop(): void {
    this.#dispatcher.stop();
    this.#waker.close();
    setImmediate(() => process.exit(0)); // ends the thread, after the answer to this call has left
  }

  health(): ReturnType<ThreadControl['health']> {
    const { name } = this;
    const { uptimeMs, incarnation } = this.#dispatcher.snapshot();
    return { name, incarnation, uptimeMs, idle: this.#dispatcher.isIdle };
  }

  crash(): void {
    setImmediate(() => {
      throw new Error(`${this.name} was told to crash`);
    });
  }

  /** Comlink needs own functions, bound: it calls them by name on what it exposes. */
  #controls(): ThreadControl {
    return {
      start: () => this.start(),
      link: (link) => this.link(link),
      drain: () => this.drain(),
      stop: () => this.stop(),
      health: () => this.health(),
      crash: () => this.crash(),
    };
  }

  #giveUp(reason: string): void {
    setImmediate(() => {
      throw new EscalationError(reason);
    });
  }

  #giveUpProcess(reason: string): void {
    const words: LastWords = { kind: 'LastWords', reason };
    parentPort?.postMessage(words);
    process.exit(EXIT_FATAL);
  }
}

function snapshotMessage(snapshot: ThreadSnapshot) {
  return { kind: 'SnapshotTaken', snapshot } as const;
}
