// One thread as main sees it, over all its incarnations: the worker that runs now, its control and
// its state.
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { type Remote, transfer, wrap } from 'comlink';
import { ThreadExitedError } from '../errors.ts';
import { RestartIntensity, type RestartLimits } from '../restart-intensity.ts';
import { endpointOf } from './comlink-endpoint.ts';
import {
  isLastWords,
  type LinkStart,
  type ThreadControl,
  type ThreadHealth,
  type ThreadStart,
} from './control.ts';

export interface ThreadSpec {
  readonly name: string;
  readonly entry: URL;
  readonly data: unknown;
}

/** `down` between the exit of one worker and the start of the next. */
export type ThreadState = 'starting' | 'up' | 'down' | 'stopping' | 'stopped';

export interface ThreadEnd {
  readonly code: number;
  /** What it said or threw last. */
  readonly reason: string;
}

interface Incarnation {
  readonly worker: Worker;
  readonly control: Remote<ThreadControl>;
  readonly port: MessagePort;
  readonly exited: Promise<ThreadEnd>;
}

export class SupervisedThread {
  readonly spec: ThreadSpec;
  readonly restarts: RestartIntensity;
  state: ThreadState = 'down';
  incarnation = 0;
  restarted = 0;
  heardAtMs = 0;
  #current: Incarnation | null = null;

  constructor(spec: ThreadSpec, limits: RestartLimits) {
    this.spec = spec;
    this.restarts = new RestartIntensity(limits);
  }

  get isLiving(): boolean {
    return this.#current !== null;
  }

  /** Resolves when the worker has ended, for whatever reason. */
  spawn(links: readonly LinkStart[], data: unknown): Promise<ThreadEnd> {
    const { name, entry } = this.spec;
    const { port1: port, port2: control } = new MessageChannel();
    const start: ThreadStart = {
      entry: entry.href,
      name,
      incarnation: this.incarnation,
      data,
      control,
      links,
    };
    const worker = new Worker(new URL('./boot.mjs', import.meta.url), {
      name,
      workerData: start,
      transferList: [control, ...links.map((link) => link.port)],
      // boot.mjs registers what it needs; main's own loaders would be registered twice.
      execArgv: [],
    });
    const exited = endOf(worker).then((end) => {
      port.close();
      this.#current = null;
      return end;
    });
    this.#current = { worker, control: wrap<ThreadControl>(endpointOf(port)), port, exited };
    this.state = 'starting';
    return exited;
  }

  /** Resolves with its report when it is ready. */
  started(): Promise<unknown> {
    return this.#call((control) => control.start());
  }

  link(link: LinkStart): Promise<void> {
    return this.#call((control) => control.link(transfer(link, [link.port])));
  }

  drain(): Promise<void> {
    return this.#call((control) => control.drain());
  }

  health(): Promise<ThreadHealth> {
    return this.#call((control) => control.health());
  }

  async stop(): Promise<ThreadEnd | null> {
    const current = this.#current;
    if (current === null) return null;
    await Promise.race([current.control.stop(), current.exited]);
    return current.exited;
  }

  async crash(how: 'throw' | 'terminate'): Promise<void> {
    const current = this.#current;
    if (current === null) throw new ThreadExitedError(`${this.spec.name} is not running`);
    if (how === 'terminate') await current.worker.terminate();
    else await Promise.race([current.control.crash(), current.exited]);
    await current.exited;
  }

  /** A comlink promise never settles when its worker is gone: its exit settles it. */
  #call<Result>(call: (control: Remote<ThreadControl>) => Promise<Result>): Promise<Result> {
    const current = this.#current;
    const { name } = this.spec;
    if (current === null) return Promise.reject(new ThreadExitedError(`${name} is not running`));
    const gone = current.exited.then(({ reason }) => {
      throw new ThreadExitedError(`${name} ended before it had answered: ${reason}`);
    });
    return Promise.race([call(current.control), gone]);
  }
}

function endOf(worker: Worker): Promise<ThreadEnd> {
  let reason = 'it ended by itself';
  worker.on('message', (message: unknown) => {
    if (isLastWords(message)) reason = message.reason;
  });
  worker.on('error', (error: Error) => {
    reason = error.stack ?? error.message;
  });
  worker.on('messageerror', (error: Error) => {
    reason = error.message;
  });
  return new Promise((resolve) => {
    worker.on('exit', (code) => resolve({ code, reason }));
  });
}
