// Draws when the broker dies: at any moment under load, and in a share of the cycles again while it
// starts, once or several times.

export interface Killing {
  /** After it could take orders. */
  readonly underLoadAfterMs: number;
  /**
   * Of starts that are not let through, each as a share of what a start takes: above 1 it dies with
   * what it has found still unsettled.
   */
  readonly inStarts: readonly number[];
}

const LOAD_MS_MIN = 100;
const LOAD_MS_MAX = 2_000;
const AGAIN = 0.3;
const AGAIN_MAX = 3;
const START_SHARE_MAX = 1.5;

export function drawKilling(random: () => number): Killing {
  const underLoadAfterMs = LOAD_MS_MIN + random() * (LOAD_MS_MAX - LOAD_MS_MIN);
  const inStarts: number[] = [];
  while (inStarts.length < AGAIN_MAX && random() < AGAIN) {
    inStarts.push(random() * START_SHARE_MAX);
  }
  return { underLoadAfterMs, inStarts };
}
