// POST /session: e-mail and password in, a token out, also as the cookie that the page and its
// EventSource send.
import { Type } from 'typebox';
import { DIRECTORY } from '../../actors/addresses.ts';
import type { GetCredentials } from '../../actors/directory/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { SESSION_COOKIE } from '../auth.ts';
import { isoOf } from '../json.ts';
import { problem } from '../problem.ts';
import { json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { readFailure } from './ask-failure.ts';

interface Credentials {
  readonly email: string;
  readonly password: string;
}

export const createSession: Route<unknown, unknown, Credentials> = {
  method: 'POST',
  path: '/session',
  auth: 'none',
  isWrite: false,
  body: shape({
    email: Type.String({ minLength: 1, maxLength: LIMITS.emailMax }),
    password: Type.String({ minLength: 1, maxLength: LIMITS.passwordMax }),
  }),

  async handle({ body: { email, password } }, { edge, passwords, tokens }) {
    const found = await edge.ask<GetCredentials>(
      DIRECTORY,
      { kind: 'GetCredentials', email },
      LIMITS.readAskMs,
    );
    if (isAskFailure(found)) return readFailure(found);
    const user = found.outcome === 'credentials' ? found : null;
    const verdict = await passwords.check(password, user === null ? null : user.passwordHash);
    if (verdict === 'busy') return problem('too_many_logins');
    if (verdict === 'wrong' || user === null) return problem('invalid_credentials');

    const session = await tokens.issue(user, LIMITS.tokenLifeMs);
    if (session === null) return problem('busy');
    const { token, expiresAtMs } = session;
    const headers = { 'set-cookie': cookieWith(token) };
    return json(200, { token, expiresAt: isoOf(expiresAtMs) }, headers);
  },
};

function cookieWith(token: string): string {
  const maxAgeS = Math.floor(LIMITS.tokenLifeMs / 1_000);
  return `${SESSION_COOKIE}=${token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${maxAgeS}`;
}
