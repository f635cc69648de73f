// Restarts the actors of one thread, a failed one together with the later members of its group.
import type { Address } from './actor.ts';
import { STOPPED } from './asks.ts';
import type { Cell, TurnFailure } from './cell.ts';
import type { Envelope } from './envelope.ts';
import { isStorageFault, reportOf } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { backoffMs } from './restart-intensity.ts';
import { CallbackTimer } from './timers.ts';

export interface SupervisionParts {
  readonly kernel: Kernel;
  readonly cells: ReadonlyMap<Address, Cell>;
  /** The thread is beyond repair: it stops at once. */
  onEscalate(reason: string): void;
  /** The process is. */
  onFatal(reason: string): void;
}

/**
 * What counts towards the restart intensity, beyond which the thread itself gives up: a create that
 * throws, and an own timer message that throws even alone, because both come again by themselves (a
 * crash loop). A poison message of somebody else does not count: it is the message's fault, and a
 * hostile one per second must not take the thread down. When more of those come than the intensity
 * allows, each rebuild waits the smallest back-off, so that rebuilding cannot eat the thread.
 */
export class Supervision {
  readonly #parts: SupervisionParts;
  readonly #kernel: Kernel;

  constructor(parts: SupervisionParts) {
    this.#parts = parts;
    this.#kernel = parts.kernel;
  }

  /** The first create of an actor; a member of a group waits for those before it. */
  start(cell: Cell): void {
    if (cell.state !== 'new') return;
    const group = this.#membersOf(cell);
    const isFirst = group.every((one) => one.state === 'up' || !isBefore(one, cell));
    if (isFirst) this.#bringUp(group.filter((one) => !isBefore(one, cell)));
  }

  turnFailed(cell: Cell, { batch, alone, stage, error }: TurnFailure): void {
    const { log, clock } = this.#kernel;
    const report = reportOf(error);
    const fields = { actor: cell.address, stage, messages: batch.length, alone, error: report };
    log('error', 'a turn was rolled back', fields);
    if (isStorageFault(error)) {
      return this.#parts.onFatal(`${cell.address}: ${report.message}`);
    }
    if (!alone) {
      cell.replay(batch);
      return this.#restart(cell, 0);
    }
    for (const envelope of batch) this.#poison(cell, envelope, error);
    if (batch.some(({ timer }) => timer !== null))
      return this.#countAndRestart(cell, report.message);
    const poisonings = cell.poisonings.note(clock.elapsedMs());
    this.#restart(cell, cell.poisonings.isExceededBy(poisonings) ? this.#backoffMs(1) : 0);
  }

  maintenanceFailed(cell: Cell, error: unknown): void {
    const report = reportOf(error);
    this.#kernel.log('error', 'maintenance failed', { actor: cell.address, error: report });
    if (isStorageFault(error)) return this.#parts.onFatal(`${cell.address}: ${report.message}`);
    this.#countAndRestart(cell, report.message);
  }

  /** Ends an actor for good. Whoever waits for it hears so; what lies in its mailbox is not run. */
  stop(cell: Cell): void {
    if (cell.state === 'up') this.#takeDown(cell, 'stopped');
    else cell.state = 'stopped';
    for (const envelope of cell.takeAll()) this.#refuse(cell, envelope);
  }

  #countAndRestart(cell: Cell, cause: string): void {
    const failures = cell.restarts.note(this.#kernel.clock.elapsedMs());
    if (cell.restarts.isExceededBy(failures)) return this.#escalate(cell, cause);
    this.#restart(cell, this.#backoffMs(failures));
  }

  #restart(cell: Cell, delayMs: number): void {
    const members = this.#membersOf(cell).filter((one) => !isBefore(one, cell));
    for (const member of members.toReversed()) {
      if (member.state !== 'up') continue;
      member.stats.restarts++;
      this.#takeDown(member, 'down');
    }
    this.#bringUpAfter(delayMs, members);
  }

  #bringUpAfter(delayMs: number, members: readonly Cell[]): void {
    if (delayMs === 0) return this.#bringUp(members);
    const { timers, clock } = this.#kernel;
    const later = new CallbackTimer(() => this.#bringUp(members));
    timers.schedule(later, clock.elapsedMs() + delayMs);
  }

  /** In order, and no further than the first that cannot be created. */
  #bringUp(members: readonly Cell[]): void {
    for (const [index, member] of members.entries()) {
      if (member.state === 'up' || member.state === 'stopped') continue;
      const failed = member.create();
      if (failed !== null) return this.#createFailed(member, members.slice(index), failed.error);
    }
  }

  #createFailed(cell: Cell, waiting: readonly Cell[], error: unknown): void {
    const { log, clock } = this.#kernel;
    const report = reportOf(error);
    log('error', 'an actor could not be created', { actor: cell.address, error: report });
    cell.state = 'down';
    if (isStorageFault(error)) return this.#parts.onFatal(`${cell.address}: ${report.message}`);
    const failures = cell.restarts.note(clock.elapsedMs());
    if (cell.restarts.isExceededBy(failures)) return this.#escalate(cell, report.message);
    this.#bringUpAfter(this.#backoffMs(failures), waiting);
  }

  #takeDown(cell: Cell, state: 'down' | 'stopped'): void {
    const { asks, effects, timers, life, mailer, log } = this.#kernel;
    asks.forget(cell);
    effects.cancelAll(cell);
    for (const timer of cell.timers.values()) timers.cancel(timer);
    cell.timers.clear();
    life.forget(cell);
    for (const replyTo of cell.openAsks.values()) mailer.reply(cell.address, replyTo, STOPPED);
    cell.openAsks.clear();
    const failed = cell.close(state);
    if (failed !== null) {
      const error = reportOf(failed.error);
      log('error', 'an actor did not close cleanly', { actor: cell.address, error });
    }
    life.changedHere(cell.address, 'down');
  }

  #poison(cell: Cell, envelope: Envelope, error: unknown): void {
    const { poison, mailer, clock } = this.#kernel;
    const report = reportOf(error);
    cell.stats.poison++;
    poison.add(cell.address, envelope, report, clock.wallMs());
    if (envelope.source !== null) envelope.source.handledTells++;
    if (envelope.replyTo === null) return;
    mailer.reply(cell.address, envelope.replyTo, { outcome: 'failed', error: report.message });
  }

  #refuse(cell: Cell, envelope: Envelope): void {
    const { mailer, deadLetters } = this.#kernel;
    if (envelope.source !== null) envelope.source.handledTells++;
    if (envelope.replyTo !== null) return mailer.reply(cell.address, envelope.replyTo, STOPPED);
    if (envelope.incarnation !== 0) return;
    deadLetters.add([cell.address, envelope.from, envelope.body], 'stopped');
  }

  #escalate(cell: Cell, cause: string): void {
    this.#parts.onEscalate(`${cell.address} failed too often, last of ${cause}`);
  }

  /** Itself alone, or its group's members on this thread, in the group's order. */
  #membersOf(cell: Cell): Cell[] {
    const { group } = cell.terms;
    if (group === null) return [cell];
    return [...this.#parts.cells.values()]
      .filter((one) => one.terms.group?.name === group.name)
      .sort((one, other) => positionOf(one) - positionOf(other));
  }

  #backoffMs(failures: number): number {
    return backoffMs(failures, this.#kernel.limits, this.#kernel.random);
  }
}

function positionOf(cell: Cell): number {
  return cell.terms.group?.position ?? 0;
}

function isBefore(one: Cell, other: Cell): boolean {
  return one !== other && positionOf(one) < positionOf(other);
}
