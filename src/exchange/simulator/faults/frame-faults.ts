// What goes wrong with the frames of one feed on their way to its readers. A frame that is skipped
// leaves its number missing, so a reader always sees the hole, at the latest with the next
// heartbeat: a gap that hides itself cannot be had from a feed that is numbered.
import type { FrameFault } from './fault-plan.ts';
import type { Trigger } from './trigger.ts';

export class FrameFaults {
  readonly #faults: readonly { readonly fault: FrameFault; readonly trigger: Trigger }[];
  readonly #nowMs: () => number;
  /** To be sent after the next one, or before the next heartbeat. */
  #heldBack: string | null = null;

  constructor(
    faults: readonly { readonly fault: FrameFault; readonly trigger: Trigger }[],
    nowMs: () => number,
  ) {
    this.#faults = faults;
    this.#nowMs = nowMs;
  }

  carry(lines: readonly string[]): readonly string[] {
    return this.#faults.length === 0 ? lines : lines.flatMap((line) => this.#carryOne(line));
  }

  flush(): readonly string[] {
    const line = this.#heldBack;
    this.#heldBack = null;
    return line === null ? [] : [line];
  }

  #carryOne(line: string): string[] {
    const struck = this.#faults.filter(({ trigger }) => trigger.strikes(1, this.#nowMs()));
    const has = (name: FrameFault['fault']) => struck.some(({ fault }) => fault.fault === name);
    if (has('gap')) return [];
    if (has('reorder') && this.#heldBack === null) {
      this.#heldBack = line;
      return [];
    }
    return [line, ...(has('duplicate') ? [line] : []), ...this.flush()];
  }
}
