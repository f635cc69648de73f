// An edge whose thread may die and come back under it: asks of the time between are refused, and
// everything it listens to is listened to again afterwards.
import type { Address, AskFailure, LifeEvent, Message, ReplyTo, Sizes } from '../actor.ts';
import { BUSY } from '../asks.ts';
import type { Edge, EdgeListener } from '../edge.ts';

export interface EdgeWorld {
  nowMs(): number;
  random(): number;
  /** Code outside the actors may go on from here. */
  onHeard(): void;
}

type AttachEdge = (address: Address, listener: EdgeListener) => Edge;

export class SimulatedEdge implements Edge {
  readonly address: Address;
  readonly #listener: EdgeListener;
  readonly #world: EdgeWorld;
  readonly #tickEnds: (() => void)[] = [];
  readonly #watches: {
    readonly address: Address;
    readonly listener: (event: LifeEvent) => void;
  }[] = [];
  #readSizes: () => Sizes = () => ({});
  #current: Edge | null = null;
  #isOpen = true;

  constructor(address: Address, listener: EdgeListener, world: EdgeWorld) {
    this.address = address;
    this.#listener = listener;
    this.#world = world;
  }

  attach(edge: AttachEdge): void {
    if (!this.#isOpen) return;
    const current = edge(this.address, this.#listener);
    for (const listener of this.#tickEnds) current.onTickEnd(listener);
    for (const { address, listener } of this.#watches) current.watch(address, listener);
    current.showSizes(this.#readSizes);
    this.#current = current;
  }

  /** Its thread has died, and the other end of every ask with it. */
  detach(): void {
    this.#current = null;
  }

  ask<Answer>(to: Address, message: object, deadlineMs: number): Promise<Answer | AskFailure> {
    if (this.#current === null) return Promise.resolve(BUSY);
    return (this.#current as unknown as Asking<Answer>).ask(to, message, deadlineMs);
  }

  tell(to: Address, message: Message): void {
    this.#current?.tell(to, message);
  }

  reply(replyTo: ReplyTo, reply: unknown): void {
    this.#current?.reply(replyTo, reply);
  }

  onTickEnd(listener: () => void): void {
    this.#tickEnds.push(listener);
    this.#current?.onTickEnd(listener);
  }

  watch(address: Address, listener: (event: LifeEvent) => void): void {
    this.#watches.push({ address, listener });
    this.#current?.watch(address, listener);
  }

  nowMs(): number {
    return this.#world.nowMs();
  }

  random(): number {
    return this.#world.random();
  }

  after(delayMs: number, run: () => void): () => void {
    const cancel = this.#current?.after(delayMs, () => {
      this.#world.onHeard();
      run();
    });
    return cancel ?? (() => undefined);
  }

  count(name: string, by = 1): void {
    this.#current?.count(name, by);
  }

  showSizes(read: () => Sizes): void {
    this.#readSizes = read;
    this.#current?.showSizes(read);
  }

  close(): void {
    this.#isOpen = false;
    this.#current?.close();
    this.#current = null;
  }
}

interface Asking<Answer> {
  ask(to: Address, message: object, deadlineMs: number): Promise<Answer | AskFailure>;
}
