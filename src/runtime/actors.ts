// The actors of one thread: creates them, brings messages to them, runs their turns, and closes
// those that idle.
import { type Actor, type ActorKind, type Address, type Context, keyOf, kindOf } from './actor.ts';
import { BUSY } from './asks.ts';
import { Cell, type CellHost, type TurnFailure } from './cell.ts';
import type { Clock } from './clock.ts';
import type { DispatcherOptions } from './dispatcher.ts';
import { type Envelope, replyToOf, type TellSource } from './envelope.ts';
import { IdleTimer } from './idle.ts';
import { isPlacedHere, type Kernel } from './kernel.ts';
import { type ActorSnapshot, actorSnapshot } from './metrics.ts';
import type { Appetite } from './observer.ts';
import type { Intent } from './outbox.ts';
import type { Packet } from './packet.ts';
import { Releaser } from './releaser.ts';
import { RestartIntensity } from './restart-intensity.ts';
import { RunQueue } from './run-queue.ts';
import { Supervision } from './supervision.ts';
import { createContext, type Turn } from './turn-context.ts';

export interface ActorsHost {
  wake(): void;
  halt(): void;
  readonly hasHalted: boolean;
}

const HUNGRY: Appetite = {
  tickMessages: (max) => max,
  turnMessages: (max) => max,
  pick: () => 0,
};

export class Actors<C extends Context> implements CellHost {
  readonly clock: Clock;
  readonly #kernel: Kernel;
  readonly #options: DispatcherOptions<C>;
  readonly #host: ActorsHost;
  readonly #appetite: Appetite;
  readonly #kinds: ReadonlyMap<string, ActorKind<C>>;
  readonly #cells = new Map<Address, Cell>();
  readonly #idle = new Map<Cell, IdleTimer>();
  readonly #runnable = new RunQueue();
  readonly #releaser: Releaser;
  readonly #supervision: Supervision;

  constructor(kernel: Kernel, options: DispatcherOptions<C>, host: ActorsHost) {
    this.clock = kernel.clock;
    this.#kernel = kernel;
    this.#options = options;
    this.#host = host;
    this.#appetite = options.appetite ?? HUNGRY;
    this.#kinds = new Map(options.definition.kinds.map((kind) => [kind.kind, kind]));
    this.#releaser = new Releaser(kernel);
    this.#supervision = new Supervision({
      kernel,
      cells: this.#cells,
      onEscalate(reason) {
        host.halt();
        options.onEscalate(reason);
      },
      onFatal(reason) {
        host.halt();
        options.onFatal(reason);
      },
    });
  }

  startResidents(): void {
    const { definition, thread } = this.#options;
    const cells = definition.residents(thread).map((address) => this.#add(address, true));
    for (const cell of cells) {
      if (!this.#host.hasHalted) this.#supervision.start(cell);
    }
  }

  get hasRunnable(): boolean {
    return this.#runnable.length > 0;
  }

  isUp(address: Address): boolean {
    return this.#cells.get(address)?.state === 'up';
  }

  /** False when there is no such actor and none is made by a message. */
  deliver(to: Address, [, from, body]: Packet, source: TellSource | null): boolean {
    const cell = this.#cells.get(to) ?? this.#spawn(to);
    if (cell === null) return false;
    const replyTo = replyToOf(body);
    if (cell.depth >= cell.terms.mailboxMax) this.#refuse(cell, [to, from, body], source);
    else {
      const atMs = this.clock.elapsedMs();
      cell.receive({
        from,
        body,
        toOwn: null,
        replyTo,
        source,
        incarnation: 0,
        timer: null,
        atMs,
      });
    }
    return true;
  }

  /** Turns until the tick's bounds are reached or nothing is left. */
  run(): void {
    const { tickMessagesMax, tickMsMax } = this.#kernel.limits;
    const messagesMax = this.#appetite.tickMessages(tickMessagesMax);
    const untilMs = this.clock.elapsedMs() + tickMsMax;
    let messages = 0;
    while (messages < messagesMax && !this.#host.hasHalted) {
      const cell = this.#runnable.take(this.#appetite.pick(this.#runnable.length));
      if (cell === undefined) return;
      messages += this.#runOne(cell, messagesMax - messages);
      if (this.clock.elapsedMs() >= untilMs) return;
    }
  }

  stop(): void {
    for (const cell of [...this.#cells.values()].toReversed()) this.#supervision.stop(cell);
  }

  abandon(): void {
    for (const cell of this.#cells.values()) {
      this.#kernel.effects.cancelAll(cell);
      const failed = cell.close('stopped');
      if (failed !== null) throw failed.error;
    }
  }

  snapshots(): ActorSnapshot[] {
    const nowMs = this.clock.elapsedMs();
    return [...this.#cells.values()].map((cell) => actorSnapshot(cell, nowMs));
  }

  makeRunnable(cell: Cell): void {
    if (cell.isQueued) return;
    this.#runnable.push(cell);
    this.#host.wake();
  }

  create(cell: Cell, turn: Turn): { actor: Actor; context: Context } {
    const { address } = cell;
    const base = createContext(address, turn, this.#kernel);
    const context = this.#options.extendContext(base, address);
    return { actor: this.#kindOf(address).create(keyOf(address), context), context };
  }

  cameUp(cell: Cell): void {
    this.#idle.get(cell)?.onTurn(this.clock.elapsedMs());
    this.#kernel.life.changedHere(cell.address, 'up');
  }

  turnEnded(cell: Cell, batch: readonly Envelope[]): void {
    this.#idle.get(cell)?.onTurn(this.clock.elapsedMs());
    this.#kernel.observer?.turnEnded(cell.address, batch);
  }

  turnFailed(cell: Cell, failure: TurnFailure): void {
    this.#kernel.observer?.turnFailed(cell.address, failure.batch);
    this.#supervision.turnFailed(cell, failure);
  }

  maintenanceFailed(cell: Cell, error: unknown): void {
    this.#supervision.maintenanceFailed(cell, error);
  }

  committing(cell: Cell, batch: readonly Envelope[]): void {
    this.#kernel.observer?.committing(cell.address, batch);
  }

  outlivesCommit(cell: Cell, batch: readonly Envelope[]): boolean {
    const { observer } = this.#kernel;
    observer?.committed(cell.address, batch);
    if (observer?.diesAfterCommit(cell.address) !== true) return true;
    this.#host.halt();
    return false;
  }

  release(cell: Cell, intents: readonly Intent[]): void {
    this.#releaser.release(cell, intents);
  }

  #runOne(cell: Cell, messagesMax: number): number {
    if (cell.state === 'new') this.#supervision.start(cell);
    if (cell.state !== 'up') return 0;
    const turnMax = this.#appetite.turnMessages(cell.terms.turnMessagesMax);
    const taken = cell.run(Math.min(turnMax, messagesMax));
    if (cell.depth > 0) this.makeRunnable(cell);
    return taken;
  }

  #spawn(address: Address): Cell | null {
    const kind = this.#kinds.get(kindOf(address));
    if (kind === undefined || !kind.spawnable) return null;
    return isPlacedHere(this.#options, address) ? this.#add(address, false) : null;
  }

  #add(address: Address, isResident: boolean): Cell {
    const { limits, timers } = this.#kernel;
    const cell = new Cell({
      address,
      isResident,
      terms: this.#kindOf(address),
      restarts: new RestartIntensity(limits),
      poisonings: new RestartIntensity(limits),
      host: this,
    });
    this.#cells.set(address, cell);
    const passivate = (idle: Cell): boolean => this.#passivate(idle);
    this.#idle.set(cell, new IdleTimer(cell, { clock: this.clock, timers }, passivate));
    return cell;
  }

  #kindOf(address: Address): ActorKind<C> {
    const kind = this.#kinds.get(kindOf(address));
    if (kind === undefined) throw new RangeError(`${address} is of no kind of this system`);
    return kind;
  }

  /** The sender's windows keep this from happening; if it happens, nothing is silent. */
  #refuse(cell: Cell, packet: Packet, source: TellSource | null): void {
    if (source !== null) source.handledTells++;
    const replyTo = replyToOf(packet[2]);
    if (replyTo !== null) this.#kernel.mailer.reply(cell.address, replyTo, BUSY);
    else this.#kernel.deadLetters.add(packet, 'mailbox_full');
  }

  /** Not while something is still on its way to or from it. */
  #passivate(cell: Cell): boolean {
    const isBusy = cell.depth > 0 || cell.openAsks.size > 0 || cell.timers.size > 0;
    if (isBusy || cell.effects.size > 0 || this.#kernel.asks.isWaiting(cell)) return false;
    this.#supervision.stop(cell);
    this.#cells.delete(cell.address);
    this.#idle.delete(cell);
    this.#kernel.counters.add('actors.passivated', 1);
    return true;
  }
}
