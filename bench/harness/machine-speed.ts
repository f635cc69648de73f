// How fast one core is at this moment, by a fixed piece of work like the broker's: small objects,
// their JSON, a map that no cache near the core holds. A shared machine is at one hour half as fast
// as at another, and nothing else in a record would show it.

/** Pieces of work per millisecond, before a bench began and after it had ended. */
export interface MachineSpeed {
  readonly before: number;
  readonly after: number;
}

const TIMED_MS = 1_000;
const PIECES_AT_ONCE = 1_000;
const KEYS = 65_536;
/** A full period through 2 ** 22 places, in no order that a core could guess. */
const STEP = { factor: 1_103_515_245, summand: 12_345, mask: 0x3fffff } as const;

/** Takes a second, in which the thread does nothing else. */
export function readSpeed(): number {
  const kept = new Map<string, { seen: number; text: string }>();
  const beganMs = performance.now();
  let pieces = 0;
  let place = 0;
  while (performance.now() - beganMs < TIMED_MS) {
    for (let n = 0; n < PIECES_AT_ONCE; n++) {
      place = (place * STEP.factor + STEP.summand) & STEP.mask;
      const key = `key-${place % KEYS}`;
      const known = kept.get(key);
      if (known === undefined) kept.set(key, { seen: 1, text: JSON.stringify({ place }) });
      else known.seen++;
    }
    pieces += PIECES_AT_ONCE;
  }
  return pieces / (performance.now() - beganMs);
}
