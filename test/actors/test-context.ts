// Runs one actor by hand: a fake clock, every message it sends recorded, every answer given by the
// test. An actor's own messages (told, timers, life events) are delivered at once, each in a turn
// of its own, until it is quiet.
import assert from 'node:assert/strict';
import type { BrokerContext, SymbolTerms } from '../../src/actors/context.ts';
import type {
  Actor,
  Address,
  Asked,
  AskFailure,
  AskMessage,
  DurableActor,
  Effect,
  EffectFailure,
  LifeEvent,
  LogLevel,
  Message,
  ReplyOf,
  ReplyTo,
} from '../../src/runtime/actor.ts';

export const START_MS = Date.UTC(2026, 0, 5, 15, 0, 0);

/**
 * What left the actor, in the order in which it left. Asks are recorded without their `replyTo`.
 */
export type Sent =
  | { readonly via: 'tell' | 'offer' | 'ask'; readonly to: Address; readonly message: Message }
  | {
      readonly via: 'conflate';
      readonly to: Address;
      readonly key: string;
      readonly message: Message;
    }
  | { readonly via: 'reply'; readonly correlationId: number; readonly reply: unknown }
  | { readonly via: 'effect'; readonly effect: Effect };

interface OpenAsk<Own> {
  readonly to: Address;
  readonly message: Message;
  readonly dueAtMs: number;
  readonly toOwn: (answer: never) => Own;
}

interface OpenEffect<Own> {
  readonly effect: Effect;
  readonly dueAtMs: number;
  readonly toOwn: (result: never) => Own;
}

interface Timer<Own> {
  readonly dueAtMs: number;
  readonly message: Own;
}

export class TestContext<Own extends Message = Message> implements BrokerContext<Own> {
  readonly self: Address;
  clockMs = START_MS;
  /** What `random()` gives. */
  randomValue = 0.5;
  /** What `windowFree` and `offer` go by. */
  windowFreeValue = 1_000;
  hasRoom = true;
  readonly prices = new Map<string, SymbolTerms>();
  readonly counters = new Map<string, number>();
  readonly logs: { level: LogLevel; text: string; fields: Readonly<Record<string, unknown>> }[] =
    [];
  readonly timers = new Map<string, Timer<Own>>();
  readonly watches: { readonly address: Address; readonly toOwn: (event: LifeEvent) => Own }[] = [];
  /** Own messages that wait for their turn. */
  readonly inbox: Own[] = [];
  sent: Sent[] = [];
  asks: OpenAsk<Own>[] = [];
  effects: OpenEffect<Own>[] = [];

  constructor(self: Address) {
    this.self = self;
  }

  nowMs(): number {
    return this.clockMs;
  }

  random(): number {
    return this.randomValue;
  }

  tell<M extends Message>(to: Address, message: M): void {
    if (to === this.self) this.inbox.push(message as unknown as Own);
    else this.sent.push({ via: 'tell', to, message });
  }

  conflate<M extends Message>(to: Address, key: string, message: M): void {
    this.sent.push({ via: 'conflate', to, key, message });
  }

  offer<M extends Message>(to: Address, message: M): boolean {
    if (this.hasRoom) this.sent.push({ via: 'offer', to, message });
    return this.hasRoom;
  }

  ask<M extends AskMessage>(
    to: Address,
    message: Asked<M>,
    toOwn: (answer: ReplyOf<M> | AskFailure) => Own,
    deadlineMs: number,
  ): void {
    const plain = message as unknown as Message;
    this.sent.push({ via: 'ask', to, message: plain });
    this.asks.push({ to, message: plain, dueAtMs: this.clockMs + deadlineMs, toOwn });
  }

  windowFree(): number {
    return this.windowFreeValue;
  }

  reply<Reply>(replyTo: ReplyTo<Reply>, reply: Reply): void {
    this.sent.push({ via: 'reply', correlationId: replyTo.correlationId, reply });
  }

  after(delayMs: number, message: Own, key: string): void {
    this.timers.delete(key); // a replaced timer fires after those that were set before it
    this.timers.set(key, { dueAtMs: this.clockMs + delayMs, message });
  }

  cancelTimer(key: string): void {
    this.timers.delete(key);
  }

  perform<Result>(
    effect: Effect,
    toOwn: (result: Result | EffectFailure) => Own,
    deadlineMs: number,
  ): void {
    this.sent.push({ via: 'effect', effect });
    this.effects.push({ effect, dueAtMs: this.clockMs + deadlineMs, toOwn });
  }

  watch(address: Address, toOwn: (event: LifeEvent) => Own): void {
    this.watches.push({ address, toOwn });
    this.inbox.push(toOwn({ address, state: 'up' }));
  }

  count(name: string, by = 1): void {
    this.counters.set(name, (this.counters.get(name) ?? 0) + by);
  }

  log(level: LogLevel, text: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.logs.push({ level, text, fields });
  }

  referencePrice(symbol: string): SymbolTerms | null {
    return this.prices.get(symbol) ?? null;
  }

  /** Asks, effects, timers and watches die with an incarnation; the clock and the records stay. */
  forget(): void {
    this.asks = [];
    this.effects = [];
    this.timers.clear();
    this.watches.length = 0;
    this.inbox.length = 0;
  }
}

/** The runtime of one actor. `M` is its whole message union, private messages included. */
export class ActorRig<M extends Message> {
  readonly ctx: TestContext<M>;
  readonly #create: (ctx: TestContext<M>) => Actor<M, BrokerContext<M>>;
  #actor: Actor<M, BrokerContext<M>>;
  #lastCorrelationId = 0;

  constructor(self: Address, create: (ctx: TestContext<M>) => Actor<M, BrokerContext<M>>) {
    this.ctx = new TestContext<M>(self);
    this.#create = create;
    this.#actor = create(this.ctx);
    this.#runOwn();
  }

  /** One turn for all of them. */
  receive(...messages: M[]): void {
    this.#turn(messages);
    this.#runOwn();
  }

  /** All that was sent since the last call. */
  sent(): Sent[] {
    const sent = this.ctx.sent;
    this.ctx.sent = [];
    return sent;
  }

  /** A fresh address for an answer; its number counts from 1. */
  replyTo<Reply>(): ReplyTo<Reply> {
    this.#lastCorrelationId++;
    return { to: 'test/0', correlationId: this.#lastCorrelationId };
  }

  /** Answers the oldest open ask of that kind (and address). */
  answer<Reply extends { readonly outcome: string }>(
    kind: string,
    reply: Reply | AskFailure,
    to?: Address,
  ): void {
    const asks = this.ctx.asks;
    const index = asks.findIndex((a) => a.message.kind === kind && (!to || a.to === to));
    const [ask] = index < 0 ? [] : asks.splice(index, 1);
    assert(ask, `no open ${kind}; open are ${asks.map((a) => a.message.kind).join(', ')}`);
    this.receive(ask.toOwn(reply as never));
  }

  /** Ends the oldest open effect of that kind (and with those fields). */
  finish(kind: string, result: unknown, having: Readonly<Record<string, unknown>> = {}): void {
    const effects = this.ctx.effects;
    const index = effects.findIndex((e) => e.effect.kind === kind && matches(e.effect, having));
    const [open] = index < 0 ? [] : effects.splice(index, 1);
    assert(open, `no open ${kind}; open are ${effects.map((e) => e.effect.kind).join(', ')}`);
    this.receive(open.toOwn(result as never));
  }

  openAsks(kind: string): Message[] {
    return this.ctx.asks.map((ask) => ask.message).filter((message) => message.kind === kind);
  }

  openEffects(kind: string): Effect[] {
    return this.ctx.effects.map((open) => open.effect).filter((effect) => effect.kind === kind);
  }

  /**
   * Lets time pass: timers fire and deadlines end asks and effects, in the order in which they are
   * due.
   */
  advance(ms: number): void {
    const untilMs = this.ctx.clockMs + ms;
    for (;;) {
      const due = this.#nextDue();
      if (due === null || due.dueAtMs > untilMs) break;
      this.ctx.clockMs = Math.max(this.ctx.clockMs, due.dueAtMs);
      this.receive(due.fire());
    }
    this.ctx.clockMs = untilMs;
  }

  /** Tells the actor's watches that `address` went down or came up. */
  life(address: Address, state: LifeEvent['state']): void {
    for (const watch of [...this.ctx.watches]) {
      if (watch.address === address) this.receive(watch.toOwn({ address, state }));
    }
  }

  /**
   * As after a crash: what was open is forgotten, the actor is made again from what it has on disk.
   */
  restart(): void {
    this.#actor.close?.();
    this.ctx.forget();
    this.#actor = this.#create(this.ctx);
    this.#runOwn();
  }

  close(): void {
    this.#actor.close?.();
  }

  #runOwn(): void {
    for (let own = this.ctx.inbox.shift(); own !== undefined; own = this.ctx.inbox.shift()) {
      this.#turn([own]);
    }
  }

  #turn(messages: readonly M[]): void {
    const durable = isDurable(this.#actor) ? this.#actor : null;
    const sentBefore = this.ctx.sent.length;
    const ownBefore = this.ctx.inbox.length;
    durable?.begin();
    try {
      for (const message of messages) this.#actor.receive(message, this.ctx);
      durable?.commit();
    } catch (error) {
      durable?.rollback();
      this.ctx.sent.length = sentBefore;
      this.ctx.inbox.length = ownBefore;
      throw error;
    }
  }

  #nextDue(): { readonly dueAtMs: number; fire(): M } | null {
    const timers = [...this.ctx.timers].map(([key, timer]) => ({
      dueAtMs: timer.dueAtMs,
      fire: () => {
        this.ctx.timers.delete(key);
        return timer.message;
      },
    }));
    const asks = this.ctx.asks.map((ask) => ({
      dueAtMs: ask.dueAtMs,
      fire: () => {
        this.ctx.asks = this.ctx.asks.filter((open) => open !== ask);
        return ask.toOwn({ outcome: 'unknown', reason: 'deadline' } as never);
      },
    }));
    const effects = this.ctx.effects.map((open) => ({
      dueAtMs: open.dueAtMs,
      fire: () => {
        this.ctx.effects = this.ctx.effects.filter((other) => other !== open);
        const error = 'the deadline passed';
        return open.toOwn({ outcome: 'unknown', reason: 'deadline', error } as never);
      },
    }));
    const all = [...timers, ...asks, ...effects];
    return all.reduce<(typeof all)[number] | null>(
      (first, due) => (first === null || due.dueAtMs < first.dueAtMs ? due : first),
      null,
    );
  }
}

function isDurable<M extends Message>(
  actor: Actor<M, BrokerContext<M>>,
): actor is DurableActor<M, BrokerContext<M>> {
  return 'commit' in actor;
}

function matches(effect: Effect, having: Readonly<Record<string, unknown>>): boolean {
  const fields: Readonly<Record<string, unknown>> = { ...effect };
  return Object.entries(having).every(([name, value]) => fields[name] === value);
}
