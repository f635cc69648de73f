// An edge without actors behind it: each ask is answered by a script, tells are written down, time
// moves by hand.
import type {
  Address,
  Asked,
  AskFailure,
  AskMessage,
  LifeEvent,
  Message,
  ReplyOf,
  ReplyTo,
  Sizes,
} from '../../src/runtime/actor.ts';
import type { Edge, EdgeListener } from '../../src/runtime/edge.ts';

export interface SentMessage {
  readonly to: Address;
  readonly message: Message;
}

export interface SentAsk {
  readonly to: Address;
  readonly message: Message & Record<string, unknown>;
  readonly deadlineMs: number;
}

export type Script = (ask: SentAsk) => unknown;

interface Timer {
  atMs: number;
  readonly run: () => void;
}

export class FakeEdge implements Edge {
  readonly told: SentMessage[] = [];
  readonly asked: SentAsk[] = [];
  readonly counters = new Map<string, number>();
  #address: Address = 'gateway/0';
  #listener: EdgeListener = () => undefined;
  #nowMs: number;
  #seed = 1;
  readonly #scripts = new Map<string, Script>();
  readonly #timers = new Set<Timer>();
  readonly #tickEnds: (() => void)[] = [];
  readonly #watchers: { address: Address; listener: (event: LifeEvent) => void }[] = [];
  isClosed = false;

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs;
  }

  /** What `createGateway` takes. */
  readonly factory = (address: Address, listener: EdgeListener): Edge => {
    this.#address = address;
    this.#listener = listener;
    return this;
  };

  /** Asks of this kind are answered with what `script` returns, or with the promise it returns. */
  answer(kind: string, script: Script): this {
    this.#scripts.set(kind, script);
    return this;
  }

  scriptOf(kind: string): Script {
    const script = this.#scripts.get(kind);
    if (script === undefined) throw new RangeError(`nothing answers ${kind}`);
    return script;
  }

  /** One tick: these messages, then its end. */
  deliver<M extends Message>(...messages: M[]): void {
    for (const message of messages) this.#listener(message, 'test/0');
    for (const listener of this.#tickEnds) listener();
  }

  live(address: Address, state: LifeEvent['state']): void {
    for (const watcher of this.#watchers) {
      if (watcher.address === address) watcher.listener({ address, state });
    }
  }

  /** Lets time pass, running what falls due, in order. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ atMs }) => atMs <= untilMs);
      const next = due.sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
    this.#nowMs = untilMs;
  }

  /** The wall clock is set by so much; timers go by another, as those of a real edge do. */
  setClock(byMs: number): void {
    this.#nowMs += byMs;
    for (const timer of this.#timers) timer.atMs += byMs;
  }

  toldKinds(kind: string): SentMessage[] {
    return this.told.filter(({ message }) => message.kind === kind);
  }

  askedKinds(kind: string): SentAsk[] {
    return this.asked.filter(({ message }) => message.kind === kind);
  }

  get timers(): number {
    return this.#timers.size;
  }

  get address(): Address {
    return this.#address;
  }

  async ask<M extends AskMessage>(
    to: Address,
    message: Asked<M>,
    deadlineMs: number,
  ): Promise<ReplyOf<M> | AskFailure> {
    const ask: SentAsk = { to, message: message as unknown as SentAsk['message'], deadlineMs };
    this.asked.push(ask);
    const script = this.#scripts.get(ask.message.kind);
    if (script === undefined) return { outcome: 'not_delivered', reason: 'unknown_address' };
    return (await script(ask)) as ReplyOf<M> | AskFailure;
  }

  tell<M extends Message>(to: Address, message: M): void {
    this.told.push({ to, message });
  }

  reply<Reply>(_replyTo: ReplyTo<Reply>, _reply: Reply): void {
    throw new Error('a gateway is asked nothing');
  }

  onTickEnd(listener: () => void): void {
    this.#tickEnds.push(listener);
  }

  watch(address: Address, listener: (event: LifeEvent) => void): void {
    this.#watchers.push({ address, listener });
    listener({ address, state: 'up' });
  }

  nowMs(): number {
    return this.#nowMs;
  }

  random(): number {
    this.#seed = (this.#seed * 16_807) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  count(name: string, by = 1): void {
    this.counters.set(name, (this.counters.get(name) ?? 0) + by);
  }

  showSizes(_read: () => Sizes): void {
    // there is no thread here whose snapshot could show them
  }

  close(): void {
    this.isClosed = true;
    this.#timers.clear();
  }
}

/** Lets everything run that needs no time: the continuations of answered asks. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
