// POST /admin/users: a new user, who can sign in at once and owns nothing yet.
import { type Static, Type } from 'typebox';
import { DIRECTORY } from '../../actors/addresses.ts';
import type { CreateUser } from '../../actors/directory/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { userJson } from '../json.ts';
import { problem } from '../problem.ts';
import { json, type Route } from '../route.ts';
import { patterned, shape } from '../shape.ts';
import { commandFailure } from './ask-failure.ts';

const MEMBERS = {
  email: patterned('^[^\\s@]+@[^\\s@]+$', 'an e-mail address', { maxLength: LIMITS.emailMax }),
  name: Type.String({ minLength: 1, maxLength: LIMITS.nameMax }),
  role: Type.Enum(['customer', 'admin']),
  password: Type.String({ minLength: LIMITS.passwordMin, maxLength: LIMITS.passwordMax }),
};
type Body = Static<ReturnType<typeof Type.Object<typeof MEMBERS>>>;

export const createUser: Route<unknown, unknown, Body> = {
  method: 'POST',
  path: '/admin/users',
  auth: 'admin',
  body: shape(MEMBERS),

  async handle({ body: { email, name, role, password } }, { edge, passwords }) {
    const passwordHash = await passwords.hash(password);
    if (passwordHash === 'busy') return problem('too_many_logins');
    const command = { kind: 'CreateUser', email, name, role, passwordHash } as const;
    const reply = await edge.ask<CreateUser>(DIRECTORY, command, LIMITS.readAskMs);
    if (isAskFailure(reply)) return commandFailure(reply);
    if (reply.outcome === 'email_taken') return problem('email_taken', { members: { email } });
    return json(201, { ...userJson(reply.user), outcome: 'accepted' });
  },
};
