// The two times of a dispatcher: the wall clock that actors see, and a steady one for deadlines,
// which no clock jump moves.
import { performance } from 'node:perf_hooks';

export interface Clock {
  /** Integer milliseconds since 1970. */
  wallMs(): number;
  /** Milliseconds that never go back; their origin means nothing. */
  elapsedMs(): number;
}

export const SYSTEM_CLOCK: Clock = {
  wallMs: () => Date.now(),
  elapsedMs: () => performance.now(),
};
