// What an actor is, and all it may do. An actor sees the world through its context only, so that
// the same code runs on threads in production and on a virtual clock in a simulation.

/**
 * `kind/key`, for example `order-shard/03`. Where it lives is `place(kind, key)`: there is no
 * registry.
 */
export type Address = `${string}/${string}`;

/**
 * Plain data: numbers, strings, booleans, null, arrays, plain objects. `kind` equals the
 * interface's name.
 */
export interface Message {
  readonly kind: string;
}

/**
 * Where an answer goes. A plain value that can be handed on; whoever holds it last answers, once.
 */
export interface ReplyTo<Reply = unknown> {
  readonly to: Address;
  readonly correlationId: number;
  /** Never set: it only carries the type of the reply. */
  reply?(reply: Reply): void;
}

export interface AskMessage extends Message {
  readonly replyTo: ReplyTo;
}

export type ReplyOf<M extends AskMessage> =
  M['replyTo'] extends ReplyTo<infer Reply> ? Reply : never;

/** A message without its `replyTo`, which the runtime adds to the very object. */
export type Asked<M extends AskMessage> = M extends AskMessage ? Omit<M, 'replyTo'> : never;

/**
 * Why an ask has no reply. `not_delivered` and `failed` are definite: nothing happened. `unknown`
 * proves nothing.
 */
export type AskFailure =
  | { readonly outcome: 'not_delivered'; readonly reason: 'busy' | 'unknown_address' }
  | { readonly outcome: 'unknown'; readonly reason: 'stopped' | 'deadline' }
  | { readonly outcome: 'failed'; readonly error: string };

/**
 * Work for the outside, as data. A driver bound at composition runs it once the turn has been
 * released.
 */
export interface Effect {
  readonly kind: string;
}

export type EffectFailure = {
  readonly outcome: 'unknown';
  readonly reason: 'deadline' | 'driver_error';
  readonly error: string;
};

/**
 * What a watcher hears: `down` when the actor (or its thread) is gone or restarting, `up` when it
 * takes messages again.
 */
export interface LifeEvent {
  readonly address: Address;
  readonly state: 'up' | 'down';
}

/** Of two messages that wait for room under one key; pure. */
export type Merge<M extends Message = Message> = (older: M, newer: M) => M;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * Everything here is collected and leaves only after the turn has ended well (for a durable actor:
 * after its commit).
 * The exceptions are the readings: `nowMs`, `random`, `windowFree`.
 */
export interface Context<Own extends Message = Message> {
  readonly self: Address;
  /** Wall clock in integer milliseconds; one value for the whole turn. */
  nowMs(): number;
  /** Uniform in [0, 1), from a seeded source in simulations. */
  random(): number;
  /**
   * In order per sender-receiver pair, at most once. For facts and notices whose number the
   * protocol bounds.
   */
  tell<M extends Message>(to: Address, message: M): void;
  /**
   * Latest wins per `key` while the link has no room: for values that replace each other, such as
   * prices. With `merge` the one that waits and the newer one become one, so that sums are kept.
   */
  conflate<M extends Message>(to: Address, key: string, message: M, merge?: Merge<M>): void;
  /**
   * Like `tell`, but false (and not sent) when the link has no room: for streams that can be
   * resumed.
   */
  offer<M extends Message>(to: Address, message: M): boolean;
  /**
   * The answer, or the reason why there is none, comes back as an own message, exactly once. The
   * message is given away: it may be asked again, but not be told or frozen.
   */
  ask<M extends AskMessage>(
    to: Address,
    message: Asked<M>,
    toOwn: (answer: ReplyOf<M> | AskFailure) => Own,
    deadlineMs: number,
  ): void;
  /** Free slots for asks towards the kind of `to` on its thread. */
  windowFree(to: Address): number;
  reply<Reply>(replyTo: ReplyTo<Reply>, reply: Reply): void;
  /**
   * An own message after `delayMs`; the same key replaces the earlier timer. Forgotten when the
   * actor restarts.
   */
  after(delayMs: number, message: Own, key: string): void;
  cancelTimer(key: string): void;
  /** Answered exactly once as an own message; cancelled when the actor restarts. */
  perform<Result>(
    effect: Effect,
    toOwn: (result: Result | EffectFailure) => Own,
    deadlineMs: number,
  ): void;
  /** Tells of every later `down` and `up` of that address, first of its present state. */
  watch(address: Address, toOwn: (event: LifeEvent) => Own): void;
  /** A counter in the metrics snapshot. */
  count(name: string, by?: number): void;
  log(level: LogLevel, text: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface Actor<M extends Message = Message, C extends Context = Context> {
  /**
   * Runs to completion; never awaits. A throw is a bug: the turn is rolled back and the actor is
   * rebuilt.
   */
  receive(message: M, ctx: C): void;
  /** Lets go of files and handles. Called before a rebuild, a passivation and the stop. */
  close?(): void;
  /** How much it holds, by name, for its thread's snapshot: what must not grow without a bound. */
  sizes?(): Sizes;
}

export type Sizes = Readonly<Record<string, number>>;

/**
 * An actor with a store: `begin -> receive x N -> commit -> release` is one transaction and one
 * fsync.
 */
export interface DurableActor<M extends Message = Message, C extends Context = Context>
  extends Actor<M, C> {
  begin(): void;
  /** After the last message: writes what the turn has gathered. */
  flush?(): void;
  /** A throw here means nothing is released. */
  commit(): void;
  rollback(): void;
  /**
   * Between turns, with no transaction open; `idle` when nothing has come for a second. For
   * checkpoints.
   */
  maintain?(idle: boolean): void;
}

/**
 * Start-up and recovery are this one function. What it asks of `ctx` is released when it has
 * returned.
 */
export type CreateActor<C extends Context = Context> = (key: string, ctx: C) => Actor;

export interface ActorKind<C extends Context = Context> {
  readonly kind: string;
  readonly create: CreateActor<C>;
  /**
   * True: the first message to a missing key creates it. False: such a message is answered
   * `unknown_address`.
   */
  readonly spawnable: boolean;
  /** Idle time after which a spawned actor is closed; null keeps it. */
  readonly passivateAfterMs: number | null;
  /** Messages taken per turn at the most. */
  readonly turnMessagesMax: number;
  readonly mailboxMax: number;
  /** Unanswered asks that one thread may have towards this kind on one thread. */
  readonly askWindow: number;
  /** Members of one group restart together from the failed one on, in this order (rest_for_one). */
  readonly group: { readonly name: string; readonly position: number } | null;
}

export function addressOf(kind: string, key: string): Address {
  return `${kind}/${key}`;
}

export function kindOf(address: Address): string {
  return address.slice(0, address.indexOf('/'));
}

export function keyOf(address: Address): string {
  return address.slice(address.indexOf('/') + 1);
}

export function isAskFailure(answer: unknown): answer is AskFailure {
  if (typeof answer !== 'object' || answer === null || !('outcome' in answer)) return false;
  const { outcome } = answer;
  if (outcome === 'unknown') return 'reason' in answer;
  return outcome === 'not_delivered' || (outcome === 'failed' && 'error' in answer);
}
