// The disk of a simulation: commits that fail, before or after they have reached the file, and
// times in which nothing can be written. An actor does not know: it is handed to the runtime with
// its disk in between.
import type { Actor, ActorKind, Context, DurableActor } from '../../src/runtime/actor.ts';
import type { SystemDefinition } from '../../src/runtime/system.ts';

export interface DiskFaultRates {
  /** Per commit: it failed, and nothing of it is in the file. */
  readonly commitFailed: number;
  /** Per commit: it is in the file, and the error says otherwise. */
  readonly syncFailed: number;
  /** Per commit: from here on the disk is full for a while. */
  readonly full: number;
}

export const NO_DISK_FAULTS: DiskFaultRates = { commitFailed: 0, syncFailed: 0, full: 0 };

export interface DiskEnvironment {
  random(): number;
  after(delayMs: number, run: () => void): () => void;
}

const FULL_MS_MAX = 2_000;

class DiskError extends Error {
  override readonly name = 'SqliteError';
  readonly code: string;

  constructor(code: string) {
    super(`${code}: a fault of the simulation`);
    this.code = code;
  }
}

export type DiskFault = keyof DiskFaultRates;

/** What becomes of the next commit; null: it succeeds. */
export interface DiskFate {
  next(random: () => number): DiskFault | null;
}

/** By chance. Each fault ends the process: `mayStrike` says whether there may be another. */
export class DrawnFate implements DiskFate {
  readonly #rates: DiskFaultRates;
  readonly #mayStrike: () => boolean;

  constructor(rates: DiskFaultRates, mayStrike: () => boolean) {
    this.#rates = rates;
    this.#mayStrike = mayStrike;
  }

  next(random: () => number): DiskFault | null {
    for (const fault of ['full', 'commitFailed', 'syncFailed'] as const) {
      const rate = this.#rates[fault];
      if (rate > 0 && random() < rate && this.#mayStrike()) return fault;
    }
    return null;
  }
}

/** At the n-th commit, counted from 1, as SQLite's own tests do it. */
export class NthFate implements DiskFate {
  readonly #n: number;
  readonly #fault: DiskFault;
  #commits = 0;

  constructor(n: number, fault: DiskFault) {
    this.#n = n;
    this.#fault = fault;
  }

  /** False when the run had fewer commits. */
  get hasStruck(): boolean {
    return this.#commits >= this.#n;
  }

  next(): DiskFault | null {
    this.#commits++;
    return this.#commits === this.#n ? this.#fault : null;
  }
}

export class DiskFaults {
  readonly counts = { commitFailed: 0, syncFailed: 0, full: 0 };
  readonly #fate: DiskFate;
  #environment: DiskEnvironment | null = null;
  #isFaulty = false;
  #isFull = false;

  constructor(fate: DiskFate) {
    this.#fate = fate;
  }

  /** The same system, on this disk. */
  under<C extends Context>(definition: SystemDefinition<C>): SystemDefinition<C> {
    return { ...definition, kinds: definition.kinds.map((kind) => this.#under(kind)) };
  }

  begin(environment: DiskEnvironment): void {
    this.#environment = environment;
    this.#isFaulty = true;
  }

  end(): void {
    this.#isFaulty = false;
    this.#isFull = false;
  }

  #under<C extends Context>(kind: ActorKind<C>): ActorKind<C> {
    return {
      ...kind,
      create: (key, ctx) => {
        const actor = kind.create(key, ctx);
        return isDurable(actor) ? this.#onDisk(actor) : actor;
      },
    };
  }

  #onDisk(actor: DurableActor): DurableActor {
    return {
      receive: (message, ctx) => actor.receive(message, ctx),
      begin: () => actor.begin(),
      flush: () => actor.flush?.(),
      commit: () => this.#commit(actor),
      rollback: () => actor.rollback(),
      maintain: (idle) => actor.maintain?.(idle),
      close: () => actor.close?.(),
    };
  }

  #commit(actor: DurableActor): void {
    if (this.#isFull) throw new DiskError('SQLITE_FULL');
    const fault = this.#draw();
    if (fault !== null) this.counts[fault]++;
    switch (fault) {
      case null:
        return actor.commit();
      case 'full':
        this.#fill();
        throw new DiskError('SQLITE_FULL');
      case 'commitFailed':
        throw new DiskError('SQLITE_IOERR_WRITE');
      case 'syncFailed':
        actor.commit();
        throw new DiskError('SQLITE_IOERR_FSYNC');
    }
  }

  #fill(): void {
    const environment = this.#environment;
    if (environment === null) return;
    this.#isFull = true;
    environment.after(Math.floor(environment.random() * FULL_MS_MAX), () => {
      this.#isFull = false;
    });
  }

  #draw(): DiskFault | null {
    const environment = this.#environment;
    if (!this.#isFaulty || environment === null) return null;
    return this.#fate.next(() => environment.random());
  }
}

function isDurable(actor: Actor): actor is DurableActor {
  return 'begin' in actor && 'commit' in actor;
}
