// The data ports of one thread and the waking of its dispatcher. The first message on any port
// drains them all, so that one tick takes everything that has arrived.
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Dispatcher, Waker } from '../dispatcher.ts';
import type { LinkStart } from './control.ts';

type Ticking = Pick<Dispatcher, 'tick' | 'receive' | 'linkUp' | 'linkDown'>;

/** Calls `tick` by setImmediate and by one timeout for the next timer that is due. */
export class ThreadWaker implements Waker {
  readonly #elapsedMs: () => number;
  #tick: () => void = () => undefined;
  #immediate: NodeJS.Immediate | null = null;
  #timeout: NodeJS.Timeout | null = null;
  #timeoutAtMs = Number.POSITIVE_INFINITY;

  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs;
  }

  bind(tick: () => void): void {
    this.#tick = tick;
  }

  soon(): void {
    this.#immediate ??= setImmediate(() => {
      this.#immediate = null;
      this.#tick();
    });
  }

  at(elapsedMs: number): void {
    if (this.#timeout !== null && this.#timeoutAtMs <= elapsedMs) return;
    if (this.#timeout !== null) clearTimeout(this.#timeout);
    this.#timeoutAtMs = elapsedMs;
    const delayMs = Math.max(Math.ceil(elapsedMs - this.#elapsedMs()), 0);
    this.#timeout = setTimeout(() => {
      this.#timeout = null;
      this.#timeoutAtMs = Number.POSITIVE_INFINITY;
      this.#tick();
    }, delayMs);
  }

  close(): void {
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    if (this.#timeout !== null) clearTimeout(this.#timeout);
    this.#immediate = null;
    this.#timeout = null;
  }
}

export class PortTransport {
  readonly #dispatcher: Ticking;
  readonly #ports = new Map<string, MessagePort>();
  readonly #drain = (): void => this.#drainAll();
  /**
   * What the event that began this tick has brought; it came before all that is still in the ports.
   */
  #first: { readonly thread: string; readonly bytes: Uint8Array } | null = null;

  constructor(dispatcher: Ticking) {
    this.#dispatcher = dispatcher;
  }

  link({ thread, incarnation, port }: LinkStart): void {
    const earlier = this.#ports.get(thread);
    if (earlier !== undefined) {
      // It has not closed yet: what the dead thread sent is still in it.
      this.#drainPort(thread, earlier);
      this.#end(thread);
      earlier.close();
    }
    this.#ports.set(thread, port);
    this.#dispatcher.linkUp(thread, incarnation, (bytes) =>
      port.postMessage(bytes, [bytes.buffer]),
    );
    port.on('message', (bytes: Uint8Array) => {
      if (this.#ports.get(thread) !== port) return;
      this.#first = { thread, bytes };
      this.tick();
    });
    port.on('close', () => {
      if (this.#ports.get(thread) === port) this.#end(thread);
    });
  }

  tick(): void {
    this.#dispatcher.tick(this.#drain);
  }

  close(): void {
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }

  #drainAll(): void {
    if (this.#first !== null) this.#dispatcher.receive(this.#first.thread, this.#first.bytes);
    this.#first = null;
    for (const [thread, port] of this.#ports) this.#drainPort(thread, port);
  }

  #drainPort(thread: string, port: MessagePort): void {
    for (;;) {
      const received = receiveMessageOnPort(port);
      if (received === undefined) return;
      this.#dispatcher.receive(thread, received.message as Uint8Array);
    }
  }

  /**
   * A closed port has delivered everything, and reading it again would crash the process (Node 20).
   */
  #end(thread: string): void {
    this.#ports.delete(thread);
    this.#dispatcher.linkDown(thread);
  }
}
