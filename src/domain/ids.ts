// Ids that name their bucket, so that everyone routes without a look-up, and that rise with time,
// so that B-trees append. usr_<bucket:2 hex><tail>; ord_<bucket:2 hex><time in ms:9 Crockford
// base32, lower case><tail:5>.
import assert from 'node:assert/strict';
import { customRandom, urlAlphabet } from 'nanoid';

export const BUCKETS = 256;
/** Who owns the trades that no order of a customer claims (E22). */
export const HOUSE_USER_ID = 'usr_00_house';
const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const ORDER_ID = /^ord_[0-9a-f]{2}[0-9a-hjkmnp-tv-z]{9}[0-9a-z]{5}$/;
const USER_ID = /^usr_[0-9a-f]{2}[0-9A-Za-z_-]{1,40}$/;
const HEX = Array.from({ length: BUCKETS }, (_, bucket) => bucket.toString(16).padStart(2, '0'));
const TAIL_LENGTH = 5;

/** Uniform in [0, 1). */
export type Random = () => number;

export function isOrderId(text: string): boolean {
  return ORDER_ID.test(text);
}

export function isUserId(text: string): boolean {
  return USER_ID.test(text);
}

/** The bucket (0-255) that a user or order id names. */
export function bucketOf(id: string): number {
  const bucket = Number.parseInt(id.slice(4, 6), 16);
  if (!(bucket >= 0 && bucket < BUCKETS)) assert.fail(`the id ${id} names no bucket`);
  return bucket;
}

export function newUserId(bucket: number, random: Random): string {
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => random() * 256);
  return `usr_${HEX[bucket]}${customRandom(urlAlphabet, 10, bytes)()}`;
}

/**
 * Ids of one bucket rise even when the clock does not: time = max(now, last of that bucket + 1).
 */
export class OrderIds {
  readonly #lastMsByBucket = new Map<number, number>();
  #seenMs = 0;

  /** Takes up where the store left off: `lastId` has the highest time of all that are known. */
  seen(lastId: string): void {
    this.#seenMs = Math.max(this.#seenMs, timeOf(lastId));
  }

  next(bucket: number, nowMs: number, random: Random): string {
    const timeMs = Math.max(nowMs, (this.#lastMsByBucket.get(bucket) ?? this.#seenMs) + 1);
    this.#lastMsByBucket.set(bucket, timeMs);
    return `ord_${HEX[bucket]}${base32(timeMs)}${tail(random)}`;
  }
}

/** The time part of an order id, in ms since the epoch. */
export function timeOf(orderId: string): number {
  let timeMs = 0;
  for (const digit of orderId.slice(6, 15)) timeMs = timeMs * 32 + CROCKFORD.indexOf(digit);
  return timeMs;
}

function base32(timeMs: number): string {
  let text = '';
  for (let rest = timeMs, i = 0; i < 9; i++, rest = Math.floor(rest / 32)) {
    text = CROCKFORD.charAt(rest % 32) + text;
  }
  return text;
}

/** Digits and small letters, all in one draw. */
function tail(random: Random): string {
  return Math.floor(random() * 36 ** TAIL_LENGTH)
    .toString(36)
    .padStart(TAIL_LENGTH, '0');
}
