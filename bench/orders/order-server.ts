// What an order bench knows of a server, ours or another's: where it takes orders, from whom, and
// what it costs.
import type { PricedSymbol } from '../harness/api.ts';
import type { BenchUser } from '../harness/broker-process.ts';
import type { Target } from '../harness/raw-http.ts';
import type { CpuTime } from '../harness/thread-cpu.ts';

export interface ServerCost {
  /** By thread or process, as far as they can be told apart. */
  readonly parts: Readonly<Record<string, CpuTime>>;
  readonly all: CpuTime;
  /** Resident at its highest, of all its processes. */
  readonly peakBytes: number;
}

export interface OrderServer {
  readonly target: Target;
  readonly users: readonly BenchUser[];
  /** Those that the load trades, the most traded first. */
  readonly symbols: readonly PricedSymbol[];
  cost(): ServerCost;
  /** Begins a profile, and ends it the next time; null where that is not supported. */
  readonly toggleProfile: (() => void) | null;
  /** False when it had to be killed. */
  stop(): Promise<boolean>;
}
