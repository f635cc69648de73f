// What a bench is: a function from options to numbers. It throws when it could not be run at all.
import type { Goal } from './harness/goal.ts';
import type { Plot } from './harness/plot.ts';
import type { Table } from './harness/table.ts';
import type { MoreOptions } from './options.ts';

export interface BenchOptions {
  /** Fewer and shorter runs: to see that it works, not for numbers to quote. */
  readonly quick: boolean;
  /** What takes too long for every day: the largest sizes. */
  readonly full: boolean;
  readonly more: MoreOptions;
  /** Aborted by Ctrl-C: whatever was started has to be stopped. */
  readonly signal: AbortSignal;
  progress(text: string): void;
}

export interface BenchOutcome {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly results: Readonly<Record<string, unknown>>;
  readonly tables: readonly Table[];
  /** What was to be reached; a goal that is missed is told, and is no failure. */
  readonly goals?: readonly Goal[];
  readonly plots?: readonly Plot[];
  /** What a reader must know before quoting a number. */
  readonly remarks: readonly string[];
  /**
   * Why the exit code is 1: something was lost. Empty when all is well; a slow run is no failure.
   */
  readonly failures: readonly string[];
}

export type Bench = (options: BenchOptions) => Promise<BenchOutcome>;
