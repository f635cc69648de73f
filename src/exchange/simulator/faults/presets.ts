// Fault plans with a name, documented in docs/hacking.md.
import type { JsonObject } from '../../json-fields.ts';

/** In the words of a plan's file, so that each is an example of one. */
export const PRESETS: Readonly<Record<string, JsonObject>> = {
  none: { faults: [] },
  flaky: {
    faults: [
      { fault: 'drop-request', on: 'any', share: 0.01, reset: true },
      { fault: 'drop-reply', on: 'any', share: 0.01 },
      { fault: 'late-reply', share: 0.02, delayMs: 1_000 },
      { fault: '5xx-before', on: 'any', share: 0.01 },
      { fault: '5xx-after-accept', share: 0.02 },
      { fault: 'duplicate', share: 0.02 },
      { fault: 'gap', share: 0.005 },
    ],
  },
  storm: {
    faults: [
      { fault: 'drop-request', on: 'any', share: 0.03 },
      { fault: 'drop-request', on: 'any', share: 0.03, reset: true },
      { fault: 'drop-reply', on: 'any', share: 0.05 },
      { fault: 'late-reply', on: 'any', share: 0.05 },
      { fault: 'slow', on: 'any', share: 0.1 },
      { fault: '5xx-before', on: 'any', share: 0.05 },
      { fault: '5xx-after-accept', on: 'any', share: 0.05 },
      { fault: 'trade-before-ack', share: 0.05 },
      { fault: 'reject', share: 0.05 },
      { fault: 'late-reject', share: 0.02 },
      { fault: 'partial', share: 0.05 },
      { fault: 'bust', share: 0.03 },
      { fault: 'correct', share: 0.03 },
      { fault: 'duplicate', share: 0.1 },
      { fault: 'reorder', share: 0.05 },
      { fault: 'gap', share: 0.02 },
      { fault: 'gap', feed: 'prices', share: 0.001 },
      { fault: 'half-open', afterMs: 15_000, forMs: 5_000, everyMs: 30_000 },
      { fault: 'restart', afterMs: 25_000, forMs: 500, everyMs: 30_000 },
    ],
  },
  halfopen: { faults: [{ fault: 'half-open', afterMs: 5_000, forMs: 60_000 }] },
  slow: { faults: [{ fault: 'slow', on: 'any', share: 1 }] },
  'lost-replies': { faults: [{ fault: 'drop-reply', share: 0.3 }] },
  '5xx': { faults: [{ fault: '5xx-after-accept', share: 0.5 }] },
  'early-trades': { faults: [{ fault: 'trade-before-ack', share: 1 }] },
  'unruly-feed': {
    faults: [
      { fault: 'duplicate', share: 0.2 },
      { fault: 'reorder', share: 0.1 },
      { fault: 'gap', share: 0.05 },
    ],
  },
  busts: {
    faults: [
      { fault: 'bust', share: 0.2 },
      { fault: 'correct', share: 0.2 },
    ],
  },
  rejects: {
    faults: [
      { fault: 'reject', share: 0.3 },
      { fault: 'late-reject', share: 0.2 },
    ],
  },
  restarts: { faults: [{ fault: 'restart', afterMs: 5_000, forMs: 1_000, everyMs: 10_000 }] },
  amnesia: { faults: [{ fault: 'lose-book', afterMs: 10_000, everyMs: 30_000 }] },
};
