// When the exchange is asked about an order whose outcome is unknown (E09): soon, then at the first
// moments that can prove its absence (E11), then ever more seldom, but for ever.
import { LIMITS } from '../../limits.ts';

export interface QueryTimes {
  /**
   * From when on the schedule counts: the attempt to send, our start, or the moment the exchange
   * was back.
   */
  readonly beganAtMs: number;
  /** The exchange refuses the submit later than this. */
  readonly notAfterMs: number;
}

const SOON_MS = [1_000, 2_000, 5_000];
const SECOND_PROOF_MS = 1_000;
const OFTEN_EVERY_MS = 5_000;
const OFTEN_FOR_MS = 60_000;
const SELDOM_EVERY_MS = 30_000;

/** The first moment after `afterMs` at which to ask. */
export function nextQueryAtMs({ beganAtMs, notAfterMs }: QueryTimes, afterMs: number): number {
  const proofAtMs = provableAtMs(notAfterMs);
  const fixed = [
    beganAtMs,
    ...SOON_MS.map((ms) => beganAtMs + ms),
    proofAtMs,
    proofAtMs + SECOND_PROOF_MS,
  ];
  const oftenFromMs = beganAtMs + (SOON_MS.at(-1) ?? 0);
  const candidates = fixed.filter((atMs) => atMs > afterMs);
  return Math.min(...candidates, nextOfRhythm(oftenFromMs, Math.max(afterMs, oftenFromMs)));
}

/** The first moment whose "not found" counts: the bounds must have passed, not just be reached. */
export function provableAtMs(notAfterMs: number): number {
  return notAfterMs + LIMITS.indexLagMs + LIMITS.clockSkewMs + 1;
}

function nextOfRhythm(fromMs: number, afterMs: number): number {
  const oftenUntilMs = fromMs + OFTEN_FOR_MS;
  if (afterMs < oftenUntilMs) return nextStep(fromMs, OFTEN_EVERY_MS, afterMs);
  return nextStep(oftenUntilMs, SELDOM_EVERY_MS, afterMs);
}

function nextStep(fromMs: number, everyMs: number, afterMs: number): number {
  return fromMs + (Math.floor((afterMs - fromMs) / everyMs) + 1) * everyMs;
}
