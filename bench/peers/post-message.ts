// The raw limit of messages between two worker threads: postMessage without a runtime, plain and
// batched by hand.
import { MessageChannel, Worker } from 'node:worker_threads';
import type { CallsRun } from './calls.ts';
import type { Form, FromThread, ToThread } from './post-message-protocol.ts';

const ENTRY = new URL('../harness/thread-entry.mjs', import.meta.url);
const THREAD = new URL('./post-message-thread.ts', import.meta.url);

export class PostMessagePair {
  readonly #sender = startThread();
  readonly #receiver = startThread();

  constructor() {
    const { port1, port2 } = new MessageChannel();
    post(this.#sender, { kind: 'UsePort', port: port1, role: 'sender' }, [port1]);
    post(this.#receiver, { kind: 'UsePort', port: port2, role: 'receiver' }, [port2]);
  }

  /** Messages per second. */
  async tell(form: Form, batch: number, messages: number): Promise<number> {
    const told = await this.#ask({ kind: 'Tell', form, batch, messages });
    if (told.kind !== 'Told') throw new Error(`the peer answered ${told.kind}`);
    return messages / told.seconds;
  }

  async calls(count: number, atOnce: number): Promise<CallsRun> {
    const answer = await this.#ask({ kind: 'RoundTrips', count, atOnce });
    if (answer.kind !== 'RoundTripped') throw new Error(`the peer answered ${answer.kind}`);
    return answer.run;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#sender.terminate(), this.#receiver.terminate()]);
  }

  #ask(command: ToThread): Promise<FromThread> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#sender.off('message', onMessage);
        for (const thread of [this.#sender, this.#receiver]) thread.off('error', onError);
      };
      const onMessage = (message: FromThread): void => {
        settle();
        resolve(message);
      };
      const onError = (error: unknown): void => {
        settle();
        reject(error);
      };
      this.#sender.once('message', onMessage);
      for (const thread of [this.#sender, this.#receiver]) thread.once('error', onError);
      post(this.#sender, command);
    });
  }
}

function startThread(): Worker {
  return new Worker(ENTRY, { workerData: { entry: THREAD.href } });
}

function post(thread: Worker, message: ToThread, transfer: readonly MessagePort[] = []): void {
  thread.postMessage(message, transfer);
}

type MessagePort = MessageChannel['port1'];
