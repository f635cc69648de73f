// The control protocol between the supervisor and its threads, carried by comlink; and what a
// thread is started with. Data never passes here: it has ports of its own between every two
// threads.
import type { MessagePort } from 'node:worker_threads';

/** `workerData` of every thread. */
export interface ThreadStart {
  readonly entry: string;
  readonly name: string;
  readonly incarnation: number;
  readonly data: unknown;
  readonly control: MessagePort;
  readonly links: readonly LinkStart[];
}

export interface LinkStart {
  readonly thread: string;
  /** Of the thread at the other end. */
  readonly incarnation: number;
  readonly port: MessagePort;
}

export interface ThreadHealth {
  readonly name: string;
  readonly incarnation: number;
  readonly uptimeMs: number;
  readonly idle: boolean;
}

export interface ThreadControl {
  /** Resolves with the thread's report once it is ready. */
  start(): Promise<unknown>;
  /** A way to a thread that has been replaced; the earlier way has ended. */
  link(link: LinkStart): void;
  /** No new work from outside; resolves when what was begun has ended. */
  drain(): Promise<void>;
  /** Ends the actors and then the thread. */
  stop(): void;
  health(): ThreadHealth;
  /** For drills: throws where nobody catches. */
  crash(): void;
}

/**
 * A worker that cannot go on tells why before it ends, beside comlink, on the worker's own port.
 */
export interface LastWords {
  readonly kind: 'LastWords';
  readonly reason: string;
}

/** Main's own name among the threads; every thread sends its snapshots there. */
export const SUPERVISOR_THREAD = 'main';

/** Exit code of a thread after which the process cannot go on either. */
export const EXIT_FATAL = 70;

export function isLastWords(value: unknown): value is LastWords {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'LastWords'
  );
}
