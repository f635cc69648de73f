// What a price bench knows of a server, ours or another's: where its streams are, and what it
// costs.

import type { Target } from '../harness/raw-http.ts';
import type { CpuTime, ProbeOptions } from '../harness/thread-cpu.ts';

export interface ServerUsage {
  /** By thread or process, as far as they can be told apart. */
  readonly parts: Readonly<Record<string, CpuTime>>;
  /** What writes the streams: the gateway threads, nginx, the Node server. */
  readonly serving: CpuTime;
  /** With everything between the exchange's feed and the sockets. */
  readonly all: CpuTime;
}

export interface PriceServer {
  readonly target: Target;
  /** The path of a stream is this and its symbols, with commas between. */
  readonly pathBefore: string;
  readonly tokens: readonly string[];
  /** A GET that costs next to nothing; null: there is none. */
  readonly probePath: string | null;
  usage(): ServerUsage;
  /** Of all its processes. */
  residentBytes(): number;
  /** Begins a profile, and ends it the next time; null where that is not supported. */
  readonly toggleProfile: (() => void) | null;
  /** False when it had to be killed. */
  stop(): Promise<boolean>;
}

export interface ServerSettings extends ProbeOptions {
  readonly exchangeUrl: string;
  /** Its own, empty. */
  readonly directory: string;
  readonly streams: number;
  readonly gateways: number;
  readonly signal: AbortSignal;
}

export type StartServer = (settings: ServerSettings) => Promise<PriceServer>;
