// Who is calling: HS256 tokens with a role, verified once and then remembered until they expire.
// The key comes from the directory, so that every gateway and every start shares it.
import { jwtVerify, SignJWT } from 'jose';
import { DIRECTORY } from '../actors/addresses.ts';
import type { GetSigningKey, Role } from '../actors/directory/protocol.ts';
import { isUserId } from '../domain/ids.ts';
import { LIMITS } from '../limits.ts';
import { isAskFailure } from '../runtime/actor.ts';
import type { Edge } from '../runtime/edge.ts';
import { cookieOf, type RawRequest } from './request.ts';

export interface Principal {
  readonly userId: string;
  readonly role: Role;
  readonly expiresAtMs: number;
}

/** Stands in for the caller on routes that need no token. */
export const ANONYMOUS: Principal = { userId: '', role: 'customer', expiresAtMs: 0 };

export const SESSION_COOKIE = 'outcry_session';
const ALGORITHM = 'HS256';
const ISSUER = 'outcry';

export async function issueToken(
  key: Uint8Array,
  user: { readonly userId: string; readonly role: Role },
  nowMs: number,
  lifeMs: number,
): Promise<string> {
  return await new SignJWT({ role: user.role })
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setSubject(user.userId)
    .setIssuedAt(Math.floor(nowMs / 1_000))
    .setExpirationTime(Math.floor((nowMs + lifeMs) / 1_000))
    .sign(key);
}

/** The bearer token, else the page's cookie; null when there is neither. Never from the URL. */
export function tokenOf(headers: RawRequest['headers']): string | null {
  const { authorization } = headers;
  if (authorization === '') return cookieOf(headers.cookie, SESSION_COOKIE);
  const space = authorization.indexOf(' ');
  const isBearer = authorization.slice(0, Math.max(space, 0)).toLowerCase() === 'bearer';
  const token = authorization.slice(space + 1);
  return isBearer && !token.includes(' ') ? token : '';
}

export type Verdict = Principal | 'invalid' | 'no_key';

export interface TokenBook {
  verify(token: string): Promise<Verdict>;
  /** Null while the key cannot be had. */
  issue(
    user: { readonly userId: string; readonly role: Role },
    lifeMs: number,
  ): Promise<{ readonly token: string; readonly expiresAtMs: number } | null>;
}

export class Tokens implements TokenBook {
  readonly #edge: Pick<Edge, 'ask' | 'nowMs'>;
  /** Used since the last turn of the generations; when these are many, the others are forgotten. */
  #recent = new Map<string, Principal>();
  #older = new Map<string, Principal>();
  readonly #knownMax: number;
  #key: Promise<Uint8Array | null> | null = null;

  constructor(edge: Pick<Edge, 'ask' | 'nowMs'>, knownMax: number = LIMITS.tokensCachedMax) {
    this.#edge = edge;
    this.#knownMax = knownMax;
  }

  get known(): number {
    return this.#recent.size + this.#older.size;
  }

  async verify(token: string): Promise<Verdict> {
    const known = this.#recent.get(token) ?? this.#takeOlder(token);
    if (known !== undefined) {
      if (known.expiresAtMs > this.#edge.nowMs()) return known;
      this.#recent.delete(token);
      return 'invalid';
    }
    const key = await this.#signingKey();
    if (key === null) return 'no_key';
    const principal = await principalOf(token, key, this.#edge.nowMs());
    if (principal === null) return 'invalid';
    this.#remember(token, principal);
    return principal;
  }

  async issue(user: { readonly userId: string; readonly role: Role }, lifeMs: number) {
    const key = await this.#signingKey();
    if (key === null) return null;
    const nowMs = this.#edge.nowMs();
    return { token: await issueToken(key, user, nowMs, lifeMs), expiresAtMs: nowMs + lifeMs };
  }

  #takeOlder(token: string): Principal | undefined {
    const principal = this.#older.get(token);
    if (principal === undefined) return undefined;
    this.#older.delete(token);
    this.#remember(token, principal);
    return principal;
  }

  #remember(token: string, principal: Principal): void {
    this.#recent.set(token, principal);
    if (this.#recent.size < this.#knownMax / 2) return;
    this.#older = this.#recent;
    this.#recent = new Map();
  }

  /** Asked for once, by whoever comes first; a failed ask is asked again by the next. */
  #signingKey(): Promise<Uint8Array | null> {
    this.#key ??= this.#askForKey().then((key) => {
      if (key === null) this.#key = null;
      return key;
    });
    return this.#key;
  }

  async #askForKey(): Promise<Uint8Array | null> {
    const answer = await this.#edge.ask<GetSigningKey>(
      DIRECTORY,
      { kind: 'GetSigningKey' },
      LIMITS.readAskMs,
    );
    return isAskFailure(answer) ? null : Buffer.from(answer.keyBase64url, 'base64url');
  }
}

/** Null for whatever is no token of ours, or one that has expired. */
async function principalOf(
  token: string,
  key: Uint8Array,
  nowMs: number,
): Promise<Principal | null> {
  const verified = await jwtVerify(token, key, {
    algorithms: [ALGORITHM],
    issuer: ISSUER,
    requiredClaims: ['sub', 'exp', 'role'],
    currentDate: new Date(nowMs),
  }).catch(() => null); // every reason of jose's means the same to the caller: 401
  if (verified === null) return null;
  const { sub, exp, role } = verified.payload;
  if (sub === undefined || !isUserId(sub) || exp === undefined) return null;
  if (role !== 'customer' && role !== 'admin') return null;
  return { userId: sub, role, expiresAtMs: exp * 1_000 };
}
