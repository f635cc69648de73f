// Who is calling: HS256 bearer tokens, verified once and then remembered, as Outcry does.
import { jwtVerify } from 'jose';

const TOKENS_MAX = 10_000;

interface Known {
  readonly userId: string;
  readonly expiresAtMs: number;
}

export class TokenCache {
  readonly #key: Uint8Array;
  readonly #known = new Map<string, Known>();

  constructor(keyBase64url: string) {
    this.#key = Buffer.from(keyBase64url, 'base64url');
  }

  /** Null: verified before, or not at all; then ask `verify`. */
  known(authorization: string, nowMs: number): string | null {
    const known = this.#known.get(authorization);
    if (known === undefined || known.expiresAtMs <= nowMs) return null;
    return known.userId;
  }

  async verify(authorization: string): Promise<string | null> {
    const token = /^bearer (\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) return null;
    const options = { algorithms: ['HS256'], issuer: 'outcry', requiredClaims: ['sub', 'exp'] };
    const verified = await jwtVerify(token, this.#key, options).catch(() => null); // all are 401
    const { sub, exp } = verified?.payload ?? {};
    if (sub === undefined || exp === undefined) return null;
    this.#remember(authorization, { userId: sub, expiresAtMs: exp * 1_000 });
    return sub;
  }

  #remember(authorization: string, known: Known): void {
    if (this.#known.size >= TOKENS_MAX) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(authorization, known);
  }
}
