// The two request headers that orders know: `Idempotency-Key` and `Prefer: wait`.
import { LIMITS } from '../limits.ts';

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

export function isIdempotencyKey(text: string): boolean {
  return text.length <= LIMITS.idempotencyKeyMax && VISIBLE_ASCII.test(text);
}

/**
 * Keys for clients that send none. They rise with time, so that the shard's index is appended to.
 */
export class IdempotencyKeys {
  readonly #nowMs: () => number;
  readonly #random: () => number;
  #lastMs = 0;

  constructor(clock: { nowMs(): number; random(): number }) {
    this.#nowMs = () => clock.nowMs();
    this.#random = () => clock.random();
  }

  next(): string {
    this.#lastMs = Math.max(this.#nowMs(), this.#lastMs + 1);
    const time = this.#lastMs.toString(36).padStart(9, '0');
    return `gw-${time}-${this.#six()}${this.#six()}`;
  }

  /** Six digits of base 36 by one draw. */
  #six(): string {
    return Math.floor(this.#random() * 36 ** 6)
      .toString(36)
      .padStart(6, '0');
  }
}

/**
 * Milliseconds; null when `wait` is there and is no whole number of seconds. More than the most is
 * cut to it.
 */
export function waitOf(prefer: string): number | null {
  const asked = askedWaitOf(prefer);
  if (asked === null) return LIMITS.waitDefaultMs;
  if (!/^\d{1,6}$/.test(asked)) return null;
  return Math.min(Number(asked) * 1_000, LIMITS.waitMaxMs);
}

/** What is acknowledged as `Preference-Applied`: null unless the client asked, and well. */
export function preferredWaitOf(prefer: string): number | null {
  return askedWaitOf(prefer) === null ? null : waitOf(prefer);
}

/** The text of `wait`, which may be empty; null when it is not among the preferences. */
function askedWaitOf(prefer: string): string | null {
  if (prefer === '') return null;
  for (const preference of prefer.split(/[,;]/)) {
    const [name, value = ''] = preference.split('=', 2).map((part) => part.trim());
    if (name?.toLowerCase() === 'wait') return value;
  }
  return null;
}
