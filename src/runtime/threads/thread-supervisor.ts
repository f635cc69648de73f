// Main's side of the threads: starts them, links every two of them by a port of their own, replaces
// the ones that die and stops them all. A thread is replaced only after its exit, so that no file
// has two owners.
import { MessageChannel } from 'node:worker_threads';
import type { Address, Message } from '../actor.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import { Dispatcher } from '../dispatcher.ts';
import type { Edge, EdgeListener } from '../edge.ts';
import { reportOf } from '../errors.ts';
import type { LogSink } from '../log-sink.ts';
import type { ThreadSnapshot } from '../metrics.ts';
import type { Observer } from '../observer.ts';
import { backoffMs } from '../restart-intensity.ts';
import type { SystemDefinition } from '../system.ts';
import { EXIT_FATAL, type LinkStart, SUPERVISOR_THREAD, type ThreadHealth } from './control.ts';
import { PortTransport, ThreadWaker } from './port-transport.ts';
import {
  SupervisedThread,
  type ThreadEnd,
  type ThreadSpec,
  type ThreadState,
} from './supervised-thread.ts';

export type { LogSink } from '../log-sink.ts';
export type { ThreadSpec, ThreadState } from './supervised-thread.ts';

export interface ThreadStatus {
  readonly name: string;
  readonly state: ThreadState;
  readonly incarnation: number;
  readonly restarts: number;
  /** Since its last sign of life. */
  readonly silentMs: number;
  /** Up, and not silent for too long. */
  readonly isReady: boolean;
}

export interface SupervisorOptions {
  readonly definition: SystemDefinition<never>;
  /** In start order; they stop in the reverse order. */
  readonly threads: readonly ThreadSpec[];
  readonly log: LogSink;
  /** The process must end and be started again. */
  onFatal(reason: string): void;
  /** At every start of a thread, the first included. */
  onThreadUp?(name: string, report: unknown): void;
  /** The data of a replaced thread; without it, the data it had. */
  nextData?(name: string): unknown;
  onSnapshot?(snapshot: ThreadSnapshot): void;
  /** Of main's own dispatcher. */
  readonly observer?: Observer;
}

export class ThreadSupervisor {
  readonly #options: SupervisorOptions;
  readonly #threads: ReadonlyMap<string, SupervisedThread>;
  readonly #dispatcher: Dispatcher<never>;
  readonly #transport: PortTransport;
  readonly #waker = new ThreadWaker(SYSTEM_CLOCK);
  readonly #snapshots = new Map<string, ThreadSnapshot>();
  readonly #replacements = new Set<NodeJS.Timeout>();
  readonly #firstReports = new Map<string, unknown>();
  #watch: NodeJS.Timeout | null = null;
  #watchedAtMs = 0;
  #isEnding = false;
  #settleStart: { resolve(): void; reject(error: Error): void } | null = null;

  constructor(options: SupervisorOptions) {
    const { definition, log } = options;
    this.#options = options;
    this.#threads = new Map(
      options.threads.map((spec) => [spec.name, new SupervisedThread(spec, definition.limits)]),
    );
    this.#dispatcher = new Dispatcher<never>({
      definition,
      log,
      ...(options.observer === undefined ? {} : { observer: options.observer }),
      thread: SUPERVISOR_THREAD,
      incarnation: 1,
      drivers: {},
      extendContext: () => {
        throw new Error('main hosts edges, no actors');
      },
      clock: SYSTEM_CLOCK,
      random: Math.random,
      waker: this.#waker,
      onEscalate: (reason) => this.#fatal(reason),
      onFatal: (reason) => this.#fatal(reason),
      onSystem: (thread, message) => this.#onSystem(thread, message),
    });
    const { tickMessagesMax } = definition.limits;
    this.#transport = new PortTransport(this.#dispatcher, tickMessagesMax, SYSTEM_CLOCK);
    this.#waker.bind(() => this.#transport.tick());
  }

  /** Resolves with every thread's report once all have been ready. */
  async start(): Promise<ReadonlyMap<string, unknown>> {
    this.#dispatcher.start();
    const links = this.#linkAll();
    const allReady = new Promise<void>((resolve, reject) => {
      this.#settleStart = { resolve, reject };
    });
    for (const thread of this.#threads.values()) {
      this.#spawn(thread, links.get(thread.spec.name) ?? [], thread.spec.data);
    }
    this.#watchedAtMs = SYSTEM_CLOCK.elapsedMs();
    const everyMs = this.#options.definition.limits.snapshotEveryMs;
    this.#watch = setInterval(() => this.#watchSilence(everyMs), everyMs).unref();
    await allReady;
    return new Map(this.#firstReports);
  }

  edge(address: Address, listener: EdgeListener): Edge {
    return this.#dispatcher.edge(address, listener);
  }

  status(): ThreadStatus[] {
    const { silentThreadUnreadyMs } = this.#options.definition.limits;
    const nowMs = SYSTEM_CLOCK.elapsedMs();
    return [...this.#threads.values()].map((thread) => {
      const { state, incarnation, restarted: restarts } = thread;
      const silentMs = Math.round(nowMs - thread.heardAtMs);
      const isReady = state === 'up' && silentMs < silentThreadUnreadyMs;
      return { name: thread.spec.name, state, incarnation, restarts, silentMs, isReady };
    });
  }

  /** The newest of every thread, main's own included. */
  snapshots(): ReadonlyMap<string, ThreadSnapshot> {
    return new Map([...this.#snapshots, [SUPERVISOR_THREAD, this.#dispatcher.snapshot()]]);
  }

  health(name: string): Promise<ThreadHealth> {
    return this.#thread(name).health();
  }

  drain(name: string): Promise<void> {
    return this.#thread(name).drain();
  }

  /**
   * One after the other, last started first; whoever has not ended at the deadline is left to the
   * end of the process.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#isEnding = true;
    this.#settleStart?.reject(new Error('the threads were stopped before they were ready'));
    if (this.#watch !== null) clearInterval(this.#watch);
    for (const replacement of this.#replacements) clearTimeout(replacement);
    const untilMs = SYSTEM_CLOCK.elapsedMs() + deadlineMs;
    for (const thread of [...this.#threads.values()].toReversed()) {
      await this.#stopThread(thread, untilMs - SYSTEM_CLOCK.elapsedMs());
    }
    this.#dispatcher.stop();
    this.#waker.close();
    this.#transport.close();
  }

  /** For tests and drills: resolves when the worker has ended. */
  crash(name: string, how: 'throw' | 'terminate'): Promise<void> {
    return this.#thread(name).crash(how);
  }

  async #stopThread(thread: SupervisedThread, leftMs: number): Promise<void> {
    const { name } = thread.spec;
    if (!thread.isLiving) {
      thread.state = 'stopped';
      return;
    }
    thread.state = 'stopping';
    const untilMs = SYSTEM_CLOCK.elapsedMs() + leftMs;
    const drained = thread
      .drain()
      .catch((error: unknown) => this.#log('error', name, 'did not drain', reportOf(error)));
    if (!(await isInTime(drained, leftMs / 2))) {
      this.#log('warn', name, 'is stopped before it has drained', null);
    }
    if (await isInTime(thread.stop(), untilMs - SYSTEM_CLOCK.elapsedMs())) thread.state = 'stopped';
    else this.#log('error', name, 'did not stop in time', null);
  }

  /** A port between every two threads, handed over at their start. */
  #linkAll(): Map<string, LinkStart[]> {
    const links = new Map<string, LinkStart[]>();
    const names = [...this.#threads.keys()];
    for (const thread of this.#threads.values()) thread.incarnation = 1;
    for (const [index, one] of names.entries()) {
      const toMain = new MessageChannel();
      this.#transport.link({ thread: one, incarnation: 1, port: toMain.port1 });
      const own = links.get(one) ?? [];
      links.set(one, own);
      own.push({ thread: SUPERVISOR_THREAD, incarnation: 1, port: toMain.port2 });
      for (const other of names.slice(index + 1)) {
        const { port1, port2 } = new MessageChannel();
        own.push({ thread: other, incarnation: 1, port: port1 });
        const others = links.get(other) ?? [];
        links.set(other, others);
        others.push({ thread: one, incarnation: 1, port: port2 });
      }
    }
    return links;
  }

  #spawn(thread: SupervisedThread, links: readonly LinkStart[], data: unknown): void {
    const { name } = thread.spec;
    thread.heardAtMs = SYSTEM_CLOCK.elapsedMs();
    thread.spawn(links, data).then((end) => this.#onExit(thread, end));
    thread.started().then(
      (report) => this.#onUp(thread, report),
      (error: unknown) => this.#log('warn', name, 'was not ready', reportOf(error)),
    );
  }

  #onUp(thread: SupervisedThread, report: unknown): void {
    const { name } = thread.spec;
    if (thread.state === 'starting') thread.state = 'up';
    thread.heardAtMs = SYSTEM_CLOCK.elapsedMs();
    if (!this.#firstReports.has(name)) this.#firstReports.set(name, report);
    this.#options.onThreadUp?.(name, report);
    if (this.#firstReports.size === this.#threads.size) this.#settleStart?.resolve();
  }

  #onExit(thread: SupervisedThread, { code, reason }: ThreadEnd): void {
    const { name } = thread.spec;
    if (this.#isEnding) {
      thread.state = 'stopped';
      return;
    }
    thread.state = 'down';
    this.#log('error', name, 'has ended', { code, reason });
    if (code === EXIT_FATAL) return this.#fatal(`thread ${name}: ${reason}`);
    const failures = thread.restarts.note(SYSTEM_CLOCK.elapsedMs());
    if (thread.restarts.isExceededBy(failures)) {
      return this.#fatal(`thread ${name} failed too often, last of ${reason}`);
    }
    const { limits } = this.#options.definition;
    const replacement = setTimeout(
      () => {
        this.#replacements.delete(replacement);
        this.#replace(thread);
      },
      backoffMs(failures, limits, Math.random),
    );
    this.#replacements.add(replacement);
  }

  #replace(thread: SupervisedThread): void {
    const { name, data } = thread.spec;
    thread.incarnation++;
    thread.restarted++;
    const links: LinkStart[] = [];
    const { incarnation } = thread;
    const toMain = new MessageChannel();
    links.push({ thread: SUPERVISOR_THREAD, incarnation: 1, port: toMain.port2 });
    this.#transport.link({ thread: name, incarnation, port: toMain.port1 });
    for (const peer of this.#threads.values()) {
      if (peer === thread || !peer.isLiving) continue;
      const { port1, port2 } = new MessageChannel();
      links.push({ thread: peer.spec.name, incarnation: peer.incarnation, port: port1 });
      peer.link({ thread: name, incarnation, port: port2 }).catch((error: unknown) => {
        this.#log('warn', peer.spec.name, `was not linked to ${name}`, reportOf(error));
      });
    }
    const { nextData } = this.#options;
    this.#spawn(thread, links, nextData === undefined ? data : nextData(name));
  }

  #onSystem(name: string, message: Message): void {
    if (message.kind !== 'SnapshotTaken') return;
    const { snapshot } = message as Message & { readonly snapshot: ThreadSnapshot };
    this.#snapshots.set(name, snapshot);
    this.#thread(name).heardAtMs = SYSTEM_CLOCK.elapsedMs();
    this.#options.onSnapshot?.(snapshot);
  }

  /** Silence is not judged over a time in which main itself did not run. */
  #watchSilence(everyMs: number): void {
    const { silentThreadExitMs, silentThreadUnreadyMs } = this.#options.definition.limits;
    const nowMs = SYSTEM_CLOCK.elapsedMs();
    const lateMs = nowMs - this.#watchedAtMs - everyMs;
    this.#watchedAtMs = nowMs;
    for (const thread of this.#threads.values()) {
      if (thread.state !== 'up' && thread.state !== 'starting') continue;
      if (lateMs > everyMs) thread.heardAtMs += lateMs;
      const silentMs = Math.round(nowMs - thread.heardAtMs);
      if (silentMs < silentThreadUnreadyMs) continue;
      this.#log('warn', thread.spec.name, 'is silent', { silentMs });
      if (silentMs >= silentThreadExitMs) {
        return this.#fatal(`thread ${thread.spec.name} has been silent for ${silentMs} ms`);
      }
    }
  }

  #fatal(reason: string): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#settleStart?.reject(new Error(reason));
    this.#options.onFatal(reason);
  }

  #thread(name: string): SupervisedThread {
    const thread = this.#threads.get(name);
    if (thread === undefined) throw new RangeError(`there is no thread ${name}`);
    return thread;
  }

  #log(level: 'warn' | 'error', thread: string, what: string, fields: object | null): void {
    this.#options.log(level, `thread ${thread} ${what}`, { thread, ...fields });
  }
}

async function isInTime(work: Promise<unknown>, leftMs: number): Promise<boolean> {
  let timeout: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timeout = setTimeout(() => resolve('late'), Math.max(leftMs, 0));
  });
  const first = await Promise.race([work, late]);
  clearTimeout(timeout);
  return first !== 'late';
}
