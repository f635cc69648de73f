// One actor with its mailbox: takes its messages turn by turn and lets nothing out of a turn that
// did not end well. The mailbox outlives the actor's restarts; own messages (answers, timers,
// results) die with the incarnation they were meant for.

import type { Actor, ActorKind, Address, Context, DurableActor, ReplyTo, Sizes } from './actor.ts';
import type { ActorTimer } from './actor-timer.ts';
import type { Asker } from './asks.ts';
import { ChurnMap, ChurnSet } from './churn-map.ts';
import type { Clock } from './clock.ts';
import type { Performer, RunningEffect } from './effects.ts';
import { type Envelope, messageOf, type ToOwn } from './envelope.ts';
import { Mailbox } from './mailbox.ts';
import type { Intent } from './outbox.ts';
import type { RestartIntensity } from './restart-intensity.ts';
import { Turn } from './turn-context.ts';

export type ActorTerms = Omit<ActorKind, 'create'>;

export interface TurnFailure {
  readonly batch: readonly Envelope[];
  /** The batch is one message of an earlier failed turn, run again by itself. */
  readonly alone: boolean;
  readonly stage: TurnStage;
  readonly error: unknown;
}

type TurnStage = 'begin' | 'receive' | 'commit';

export interface CellHost {
  readonly clock: Clock;
  makeRunnable(cell: Cell): void;
  /** Builds the actor; the turn that the context belongs to is open. */
  create(cell: Cell, turn: Turn): { readonly actor: Actor; readonly context: Context };
  cameUp(cell: Cell): void;
  turnEnded(cell: Cell, batch: readonly Envelope[]): void;
  turnFailed(cell: Cell, failure: TurnFailure): void;
  maintenanceFailed(cell: Cell, error: unknown): void;
  committing(cell: Cell, batch: readonly Envelope[]): void;
  /** False when the process dies between this commit and its release; only simulations do that. */
  outlivesCommit(cell: Cell, batch: readonly Envelope[]): boolean;
  release(cell: Cell, intents: readonly Intent[]): void;
}

/** `new` until its first create, `down` while it waits to be created again, `stopped` for good. */
export type CellState = 'new' | 'up' | 'down' | 'stopped';

export class Cell implements Asker, Performer {
  readonly address: Address;
  readonly terms: ActorTerms;
  readonly isResident: boolean;
  readonly restarts: RestartIntensity;
  readonly poisonings: RestartIntensity;
  readonly timers = new ChurnMap<string, ActorTimer>();
  readonly effects = new ChurnSet<RunningEffect>();
  /** Asks that were taken in a turn that ended well and have had no reply yet. */
  readonly openAsks = new ChurnMap<number, ReplyTo>();
  readonly stats = { turns: 0, messages: 0, restarts: 0, poison: 0, stale: 0 };
  state: CellState = 'new';
  incarnation = 0;
  isQueued = false;
  lastTurnAtMs = 0;
  readonly #host: CellHost;
  readonly #mailbox = new Mailbox();
  readonly #turn = new Turn();
  readonly #batch: Envelope[] = [];
  #replay: Envelope[] = [];
  #actor: Actor | null = null;
  #durable: DurableActor | null = null;
  #context: Context | null = null;

  constructor(options: {
    address: Address;
    terms: ActorTerms;
    isResident: boolean;
    restarts: RestartIntensity;
    poisonings: RestartIntensity;
    host: CellHost;
  }) {
    this.address = options.address;
    this.terms = options.terms;
    this.isResident = options.isResident;
    this.restarts = options.restarts;
    this.poisonings = options.poisonings;
    this.#host = options.host;
  }

  get depth(): number {
    return this.#mailbox.length + this.#replay.length;
  }

  get oldestAtMs(): number | null {
    return (this.#replay[0] ?? this.#mailbox.oldest())?.atMs ?? null;
  }

  get canMaintain(): boolean {
    return this.#durable?.maintain !== undefined;
  }

  sizes(): Sizes {
    return this.#actor?.sizes?.() ?? {};
  }

  receive(envelope: Envelope): void {
    this.#mailbox.push(envelope);
    if (!this.isQueued) this.#host.makeRunnable(this);
  }

  hear(toOwn: ToOwn, body: unknown): void {
    this.#receiveOwn(body, toOwn, null);
  }

  hearTimer(timer: ActorTimer): void {
    this.#receiveOwn(timer.message, null, timer);
  }

  /** The thrown error, or null when the actor is up. */
  create(): { readonly error: unknown } | null {
    this.incarnation++;
    this.#turn.open(this.#host.clock.wallMs());
    try {
      const { actor, context } = this.#host.create(this, this.#turn);
      this.#actor = actor;
      this.#durable = isDurable(actor) ? actor : null;
      this.#context = context;
    } catch (error) {
      this.#turn.outbox.drop();
      return { error };
    } finally {
      this.#turn.isOpen = false;
    }
    this.state = 'up';
    this.lastTurnAtMs = this.#host.clock.elapsedMs();
    this.#host.cameUp(this);
    this.#host.release(this, this.#turn.outbox.take());
    if (this.depth > 0) this.#host.makeRunnable(this);
    return null;
  }

  /**
   * Lets go of the actor. An open transaction is rolled back: nothing uncommitted may reach the
   * file.
   */
  close(state: 'down' | 'stopped'): { readonly error: unknown } | null {
    const actor = this.#actor;
    const durable = this.#durable;
    this.state = state;
    this.#actor = null;
    this.#durable = null;
    this.#context = null;
    const rollbackFailed = thrownBy(() => durable?.rollback());
    const closeFailed = thrownBy(() => actor?.close?.());
    return rollbackFailed ?? closeFailed;
  }

  /** The messages of a failed turn run again, one per turn, before anything else. */
  replay(batch: readonly Envelope[]): void {
    this.#replay = [...batch, ...this.#replay];
  }

  takeAll(): Envelope[] {
    const all = this.#replay;
    this.#replay = [];
    for (let next = this.#mailbox.shift(); next !== undefined; next = this.#mailbox.shift()) {
      all.push(next);
    }
    return all;
  }

  maintain(idle: boolean): void {
    if (this.#durable?.maintain === undefined) return;
    try {
      this.#durable.maintain(idle);
    } catch (error) {
      this.#host.maintenanceFailed(this, error);
    }
  }

  /** Runs one turn and tells how many messages it took. */
  run(messagesMax: number): number {
    const alone = this.#replay.length > 0;
    const batch = alone ? this.#takeReplayed() : this.#take(messagesMax);
    if (batch.length === 0) return 0;
    const failed = this.#attempt(batch);
    if (failed !== null) {
      this.#host.turnFailed(this, { ...failed, batch: batch.slice(), alone });
    } else if (this.#durable === null || this.#host.outlivesCommit(this, batch)) {
      this.#endTurn(batch);
    }
    return batch.length;
  }

  #attempt(batch: readonly Envelope[]): Pick<TurnFailure, 'stage' | 'error'> | null {
    const actor = this.#actor;
    const context = this.#context;
    if (actor === null || context === null) throw new Error(`${this.address} has no actor to run`);
    let stage: TurnStage = 'begin';
    this.#turn.open(this.#host.clock.wallMs());
    try {
      this.#durable?.begin();
      stage = 'receive';
      for (const envelope of batch) actor.receive(messageOf(envelope), context);
      this.#durable?.flush?.();
      stage = 'commit';
      if (this.#durable !== null) this.#host.committing(this, batch);
      this.#durable?.commit();
      return null;
    } catch (error) {
      this.#turn.outbox.drop();
      return { stage, error };
    } finally {
      this.#turn.isOpen = false;
    }
  }

  #endTurn(batch: readonly Envelope[]): void {
    this.stats.turns++;
    this.stats.messages += batch.length;
    for (const { replyTo, source } of batch) {
      if (replyTo !== null) this.#openAsk(replyTo);
      if (source !== null) source.handledTells++;
    }
    this.#host.turnEnded(this, batch);
    this.#host.release(this, this.#turn.outbox.take());
    this.maintain(false);
  }

  /** An actor that never answers must not grow: the oldest is left to its deadline. */
  #openAsk(replyTo: ReplyTo): void {
    this.openAsks.set(replyTo.correlationId, replyTo);
    if (this.openAsks.size <= this.terms.mailboxMax) return;
    for (const oldest of this.openAsks.keys()) {
      this.openAsks.delete(oldest);
      return;
    }
  }

  #receiveOwn(body: unknown, toOwn: ToOwn | null, timer: ActorTimer | null): void {
    this.receive({
      from: this.address,
      body,
      toOwn,
      replyTo: null,
      source: null,
      incarnation: this.incarnation,
      timer,
      atMs: this.#host.clock.elapsedMs(),
    });
  }

  #takeReplayed(): readonly Envelope[] {
    return this.#replay.splice(0, 1);
  }

  #take(messagesMax: number): readonly Envelope[] {
    const batch = this.#batch;
    batch.length = 0;
    while (batch.length < messagesMax) {
      const envelope = this.#mailbox.shift();
      if (envelope === undefined) break;
      if (this.#isStale(envelope)) this.stats.stale++;
      else batch.push(envelope);
    }
    return batch;
  }

  /**
   * Meant for an earlier incarnation, or a timer that was cancelled or replaced after it had fired.
   */
  #isStale({ incarnation, timer }: Envelope): boolean {
    if (incarnation !== 0 && incarnation !== this.incarnation) return true;
    if (timer === null) return false;
    if (this.timers.get(timer.key) !== timer) return true;
    this.timers.delete(timer.key);
    return false;
  }
}

function thrownBy(run: () => void): { readonly error: unknown } | null {
  try {
    run();
    return null;
  } catch (error) {
    return { error };
  }
}

function isDurable(actor: Actor): actor is DurableActor {
  return 'begin' in actor && 'commit' in actor && 'rollback' in actor;
}
