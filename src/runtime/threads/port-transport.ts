// The data ports of one thread and the waking of its dispatcher. One tick takes what has arrived on
// any of them, up to a bound; the rest waits for the next in its order.
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import type { Dispatcher, Waker } from '../dispatcher.ts';
import type { LinkStart } from './control.ts';

type Ticking = Pick<Dispatcher, 'tick' | 'receive' | 'linkUp' | 'linkDown' | 'hasHalted'>;

interface Frame {
  readonly thread: string;
  readonly carried: Carried;
}

/** Ticks shorter than this, taken together, need no turn of the event loop after them. */
const AT_ONCE_MS = 0.1;

/** Bytes, or the same as text, a character for each. */
type Carried = Uint8Array | string;

/** Calls `tick` by setImmediate and by one timeout for the next timer that is due. */
export class ThreadWaker implements Waker {
  readonly #clock: Pick<Clock, 'elapsedMs'>;
  #tick: () => void = () => undefined;
  #immediate: NodeJS.Immediate | null = null;
  #timeout: NodeJS.Timeout | null = null;
  #timeoutAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Pick<Clock, 'elapsedMs'>) {
    this.#clock = clock;
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
    const delayMs = Math.ceil(elapsedMs - this.#clock.elapsedMs());
    if (delayMs <= 0) return this.soon(); // a timeout would take a millisecond all the same
    if (this.#timeout !== null && this.#timeoutAtMs <= elapsedMs) return;
    if (this.#timeout !== null) clearTimeout(this.#timeout);
    this.#timeoutAtMs = elapsedMs;
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
  readonly #messagesMax: number;
  readonly #clock: Pick<Clock, 'elapsedMs'>;
  readonly #drain = (): void => this.#drainSome();
  /** What events have brought and no tick has taken yet, before all that is in the ports. */
  #arrived: Frame[] = [];
  #turn: NodeJS.Immediate | null = null;
  /** Something had arrived when the last turn of the event loop ended. */
  #isBusy = false;
  /** What ticks have taken since sockets and timers had their turn. */
  #sinceTurnMs = 0;
  /** Whether this tick looks into the ports: one event alone is seldom followed by more at once. */
  #looksFurther = true;

  constructor(dispatcher: Ticking, messagesMax: number, clock: Pick<Clock, 'elapsedMs'>) {
    this.#dispatcher = dispatcher;
    this.#messagesMax = messagesMax;
    this.#clock = clock;
  }

  link({ thread, incarnation, port }: LinkStart): void {
    const earlier = this.#ports.get(thread);
    if (earlier !== undefined) {
      // It has not closed yet: what the dead thread sent is still in it.
      this.#receiveArrived();
      this.#drainPort(thread, earlier);
      this.#end(thread);
      earlier.close();
    }
    this.#ports.set(thread, port);
    this.#dispatcher.linkUp(thread, incarnation, (bytes) => post(port, bytes));
    port.on('message', (carried: Carried) => {
      if (this.#ports.get(thread) !== port) return;
      this.#arrived.push({ thread, carried });
      this.#tickOnce();
    });
    port.on('close', () => {
      if (this.#ports.get(thread) !== port) return;
      this.#receiveArrived();
      this.#end(thread);
    });
  }

  tick(): void {
    this.#tick(true);
  }

  close(): void {
    if (this.#turn !== null) clearImmediate(this.#turn);
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }

  /**
   * At once, until ticks have taken `AT_ONCE_MS` together: then sockets and timers have their turn
   * first. A port hands out up to a thousand messages before, so that ticks would keep them waiting
   * for as long as messages come.
   */
  #tickOnce(): void {
    if (this.#turn !== null) return;
    const beganMs = this.#clock.elapsedMs();
    this.#tick(this.#isBusy);
    this.#sinceTurnMs += this.#clock.elapsedMs() - beganMs;
    if (this.#sinceTurnMs >= AT_ONCE_MS || this.#arrived.length > 0) this.#tickLater();
  }

  #tick(looksFurther: boolean): void {
    this.#looksFurther = looksFurther;
    this.#dispatcher.tick(this.#drain);
  }

  /** Comes after the sockets that are ready now. */
  #tickLater(): void {
    this.#turn = setImmediate(() => {
      this.#turn = null;
      this.#sinceTurnMs = 0;
      this.#isBusy = this.#arrived.length > 0;
      if (!this.#isBusy || this.#dispatcher.hasHalted) return;
      this.tick();
      if (this.#arrived.length > 0) this.#tickLater();
    });
  }

  /**
   * No more than one tick may run: what is answered while the rest still waits keeps the peers at
   * work. What stays in a port comes as its event.
   */
  #drainSome(): void {
    let room = this.#messagesMax;
    let taken = 0;
    for (const { thread, carried } of this.#arrived) {
      if (room <= 0) break;
      room -= this.#receive(thread, carried);
      taken++;
    }
    if (taken > 0) this.#arrived = this.#arrived.slice(taken);
    if (!this.#looksFurther) return;
    for (let isEmpty = false; room > 0 && !isEmpty; ) {
      isEmpty = true;
      for (const [thread, port] of this.#ports) {
        const received = receiveMessageOnPort(port);
        if (received === undefined) continue;
        isEmpty = false;
        room -= this.#receive(thread, received.message as Carried);
      }
    }
  }

  #receive(thread: string, carried: Carried): number {
    const bytes = typeof carried === 'string' ? Buffer.from(carried, 'latin1') : carried;
    return this.#dispatcher.receive(thread, bytes);
  }

  #receiveArrived(): void {
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const { thread, carried } of arrived) this.#receive(thread, carried);
  }

  #drainPort(thread: string, port: MessagePort): void {
    for (;;) {
      const received = receiveMessageOnPort(port);
      if (received === undefined) return;
      this.#receive(thread, received.message as Carried);
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

/** A buffer changes its owner; bytes in a shared one are few and copied, as text in least time. */
function post(port: MessagePort, bytes: Uint8Array<ArrayBuffer>): void {
  const { buffer, byteOffset, length } = bytes;
  if (length === buffer.byteLength) return port.postMessage(bytes, [buffer]);
  port.postMessage(Buffer.from(buffer, byteOffset, length).toString('latin1'));
}
