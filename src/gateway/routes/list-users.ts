// GET /admin/users: who there is, in pages by id.
import { Type } from 'typebox';
import { DIRECTORY } from '../../actors/addresses.ts';
import type { ListUsers } from '../../actors/directory/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { userJson } from '../json.ts';
import { problem } from '../problem.ts';
import { json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { readFailure } from './ask-failure.ts';
import { positiveNumberText, userIdText } from './shapes.ts';

interface Query {
  readonly cursor?: string;
  readonly limit?: string;
}

export const listUsers: Route<unknown, Query> = {
  method: 'GET',
  path: '/admin/users',
  auth: 'admin',
  query: shape({
    /** The last user of the page before. */
    cursor: Type.Optional(userIdText),
    limit: Type.Optional(positiveNumberText),
  }),

  async handle({ query }, { edge }) {
    const max = Number(query.limit ?? LIMITS.usersPageDefault);
    if (max > LIMITS.usersPageMax) {
      const errors = [{ field: 'limit', message: `must be at most ${LIMITS.usersPageMax}` }];
      return problem('invalid_query', { errors });
    }
    const question = { kind: 'ListUsers', afterUserId: query.cursor ?? '', max } as const;
    const reply = await edge.ask<ListUsers>(DIRECTORY, question, LIMITS.readAskMs);
    if (isAskFailure(reply)) return readFailure(reply);
    const { users, hasMore } = reply;
    const nextCursor = hasMore ? (users.at(-1)?.userId ?? null) : null;
    return json(200, { users: users.map(userJson), pagination: { hasMore, nextCursor } });
  },
};
