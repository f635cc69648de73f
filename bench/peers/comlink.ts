// The comlink peer: remote calls between two worker threads over a MessagePort, as its node adapter
// makes them.
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { type Remote, transfer, wrap } from 'comlink';
import { endpointOf } from '../../src/runtime/threads/comlink-endpoint.ts';
import type { CallsRun } from './calls.ts';
import type { ComlinkThread } from './comlink-thread.ts';

const ENTRY = new URL('../harness/thread-entry.mjs', import.meta.url);
const THREAD = new URL('./comlink-thread.ts', import.meta.url);

export class ComlinkPair {
  readonly #workers = [startThread(), startThread()] as const;
  readonly #caller = remoteOf(this.#workers[0]);
  readonly #answerer = remoteOf(this.#workers[1]);
  readonly #failed: Promise<never>;

  constructor() {
    this.#failed = new Promise((_, reject) => {
      for (const worker of this.#workers) worker.once('error', reject);
    });
    this.#failed.catch(() => undefined); // every run hears of it: a comlink promise never would
  }

  async calls(count: number, atOnce: number): Promise<CallsRun> {
    const { port1, port2 } = new MessageChannel();
    await this.#orFail(this.#answerer.answerOn(transfer(port2, [port2])));
    return this.#orFail(this.#caller.callOn(transfer(port1, [port1]), count, atOnce));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #orFail<Value>(work: Promise<Value>): Promise<Value> {
    return Promise.race([work, this.#failed]);
  }
}

function startThread(): Worker {
  return new Worker(ENTRY, { workerData: { entry: THREAD.href } });
}

/** A worker is sent messages as a port is. */
function remoteOf(worker: Worker): Remote<ComlinkThread> {
  return wrap<ComlinkThread>(endpointOf(worker as unknown as MessagePort));
}
