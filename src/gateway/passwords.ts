// Passwords: scrypt on libuv's pool, one at a time, behind a bounded queue, so that logins never
// crowd out trading. An unknown e-mail costs the same work as a wrong password.
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { LIMITS } from '../limits.ts';

const scryptAsync = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

const COST: Cost = { N: 2 ** 15, r: 8, p: 1 };
const HASH_BYTES = 32;
const MEMORY_MAX = 128 * 1024 * 1024;

/** `scrypt$N$r$p$salt$hash`, base64url. */
export async function hashPassword(password: string, cost: Cost = COST): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, HASH_BYTES, cost);
  const { N, r, p } = cost;
  return `scrypt$${N}$${r}$${p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** Well formed, and the hash of nothing: what an unknown e-mail is compared with. */
const NOBODY = `scrypt$${COST.N}$${COST.r}$${COST.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

export interface PasswordBook {
  /**
   * `stored` null is a user that does not exist. `busy`: the queue is full, nothing was computed.
   */
  check(password: string, stored: string | null): Promise<'right' | 'wrong' | 'busy'>;
  /** For a new user; waits in the same queue. */
  hash(password: string): Promise<string | 'busy'>;
}

export class PasswordChecker implements PasswordBook {
  readonly #queuedMax: number;
  #queued = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(queuedMax: number = LIMITS.loginsQueuedMax) {
    this.#queuedMax = queuedMax;
  }

  async check(password: string, stored: string | null): Promise<'right' | 'wrong' | 'busy'> {
    const isRight = await this.#inTurn(() => matches(password, stored ?? NOBODY));
    if (isRight === 'busy') return 'busy';
    return isRight && stored !== null ? 'right' : 'wrong';
  }

  hash(password: string): Promise<string | 'busy'> {
    return this.#inTurn(() => hashPassword(password));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T | 'busy'> {
    if (this.#queued >= this.#queuedMax) return 'busy';
    this.#queued++;
    const turn = this.#last.then(work);
    // The next login must not fail for this one, whose own caller hears of it.
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#queued--;
    }
  }
}

async function matches(password: string, stored: string): Promise<boolean> {
  const [scheme, N, r, p, salt, hash] = stored.split('$');
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined) {
    throw new Error('the stored password hash is not in the scrypt format');
  }
  const expected = Buffer.from(hash, 'base64url');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const actual = await derive(password, Buffer.from(salt, 'base64url'), expected.length, cost);
  return timingSafeEqual(actual, expected);
}

function derive(password: string, salt: Buffer, bytes: number, cost: Cost): Promise<Buffer> {
  return scryptAsync(password.normalize('NFKC'), salt, bytes, { ...cost, maxmem: MEMORY_MAX });
}
