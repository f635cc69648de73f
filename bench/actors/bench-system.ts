// The running system of the runtime bench, seen from the main thread: questions in, measured
// answers out.
import { createLog } from '../../src/log.ts';
import {
  type Address,
  type Asked,
  type AskMessage,
  addressOf,
  isAskFailure,
  type ReplyOf,
} from '../../src/runtime/actor.ts';
import type { Edge } from '../../src/runtime/edge.ts';
import { ThreadSupervisor } from '../../src/runtime/threads/thread-supervisor.ts';
import type { AsksRun, RunAsks, RunTells } from './protocol.ts';
import { type BenchSystemData, defineBenchSystem, LEFT, MAIN, RIGHT } from './system.ts';

const ENTRY = new URL('./thread.ts', import.meta.url);
const RUN_MS_MAX = 120_000;
const STOP_MS = 5_000;

export class BenchSystem {
  readonly #supervisor: ThreadSupervisor;
  readonly #edge: Edge;
  #fail: (error: Error) => void = () => undefined;
  readonly #failed: Promise<never>;

  constructor(data: BenchSystemData) {
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => undefined); // every run hears of it
    this.#supervisor = new ThreadSupervisor({
      definition: defineBenchSystem(data),
      threads: [LEFT, RIGHT].map((name) => ({ name, entry: ENTRY, data })),
      log: createLog(MAIN, 'warn'),
      onFatal: (reason) => this.#fail(new Error(`the actor system gave up: ${reason}`)),
    });
    this.#edge = this.#supervisor.edge(addressOf('bench', MAIN), () => undefined);
  }

  async start(): Promise<void> {
    await this.#supervisor.start();
  }

  /** Messages per second from the left thread to a counter on it or on the other. */
  async tell(where: 'left' | 'right', messages: number): Promise<number> {
    const to = addressOf('counter', where);
    const teller = addressOf('teller', LEFT);
    const { seconds } = await this.#run<RunTells>(teller, { kind: 'RunTells', to, messages });
    return messages / seconds;
  }

  /** From the left thread to an actor on the right one. */
  async ask(kind: 'echo' | 'recorder', asks: number, atOnce: number): Promise<AsksRun> {
    const to = addressOf(kind, RIGHT);
    const asker = addressOf('asker', LEFT);
    const run = await this.#run<RunAsks>(asker, { kind: 'RunAsks', to, asks, atOnce });
    if (run.failed > 0) throw new Error(`${run.failed} of ${asks} asks of ${to} had no reply`);
    return run;
  }

  async stop(): Promise<void> {
    await this.#supervisor.stop(STOP_MS);
  }

  async #run<M extends AskMessage>(to: Address, message: Asked<M>): Promise<ReplyOf<M>> {
    const answer = await Promise.race([this.#edge.ask<M>(to, message, RUN_MS_MAX), this.#failed]);
    if (isAskFailure(answer)) throw new Error(`${to} gave no result: ${JSON.stringify(answer)}`);
    return answer;
  }
}
