// What an actor does when nothing comes: a durable one is maintained once after a second, a spawned
// one is closed after its time, unless something is still on its way to or from it (an ask, a
// timer, an effect).
import type { Cell } from './cell.ts';
import type { Clock } from './clock.ts';
import { Timer, type Timers } from './timers.ts';

const MAINTAIN_AFTER_MS = 1_000;

export class IdleTimer extends Timer {
  readonly #cell: Cell;
  readonly #parts: { readonly clock: Clock; readonly timers: Timers };
  readonly #passivate: (cell: Cell) => boolean;
  #maintainedAtMs = 0;

  constructor(
    cell: Cell,
    parts: { readonly clock: Clock; readonly timers: Timers },
    /** False when it cannot be closed now. */
    passivate: (cell: Cell) => boolean,
  ) {
    super();
    this.#cell = cell;
    this.#parts = parts;
    this.#passivate = passivate;
  }

  /** After every turn; cheap while the timer is already running. */
  onTurn(nowMs: number): void {
    this.#cell.lastTurnAtMs = nowMs;
    if (!this.isScheduled) this.#schedule(nowMs);
  }

  override fire(): void {
    const cell = this.#cell;
    if (cell.state !== 'up') return;
    const nowMs = this.#parts.clock.elapsedMs();
    const idleMs = nowMs - cell.lastTurnAtMs;
    if (this.#owesMaintenance && idleMs >= MAINTAIN_AFTER_MS) {
      this.#maintainedAtMs = nowMs;
      cell.maintain(true);
    }
    const afterMs = this.#passivateAfterMs;
    if (afterMs !== null && idleMs >= afterMs && this.#passivate(cell)) return;
    this.#schedule(nowMs);
  }

  get #owesMaintenance(): boolean {
    return this.#cell.canMaintain && this.#maintainedAtMs <= this.#cell.lastTurnAtMs;
  }

  get #passivateAfterMs(): number | null {
    return this.#cell.isResident ? null : this.#cell.terms.passivateAfterMs;
  }

  #schedule(nowMs: number): void {
    const waits: number[] = [];
    if (this.#owesMaintenance) waits.push(this.#cell.lastTurnAtMs + MAINTAIN_AFTER_MS);
    const afterMs = this.#passivateAfterMs;
    if (afterMs !== null) {
      const dueAtMs = this.#cell.lastTurnAtMs + afterMs;
      waits.push(dueAtMs > nowMs ? dueAtMs : nowMs + afterMs);
    }
    if (waits.length > 0) this.#parts.timers.schedule(this, Math.min(...waits));
  }
}
