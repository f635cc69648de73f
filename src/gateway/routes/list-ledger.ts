// GET /account/ledger: the caller's postings with what caused them, newest first, by a cursor that
// new ones do not shift.
import { Type } from 'typebox';
import { READ_POOL } from '../../actors/addresses.ts';
import type { ListLedger } from '../../actors/read-pool/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { ledgerEntryJson } from '../json.ts';
import { ledgerCursorOf, readLedgerCursor } from '../ledger-cursor.ts';
import { problem } from '../problem.ts';
import { json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { readFailure } from './ask-failure.ts';
import { positiveNumberText } from './shapes.ts';

interface Page {
  readonly limit?: string;
  readonly cursor?: string;
}

export const listLedger: Route<unknown, Page> = {
  method: 'GET',
  path: '/account/ledger',
  auth: 'user',
  query: shape({
    limit: Type.Optional(positiveNumberText),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: LIMITS.cursorMax })),
  }),

  async handle({ principal: { userId }, query }, { edge }) {
    const limit = Number(query.limit ?? LIMITS.ledgerPageDefault);
    if (limit > LIMITS.ledgerPageMax) {
      const message = `must be at most ${LIMITS.ledgerPageMax}`;
      return problem('invalid_query', { errors: [{ field: 'limit', message }] });
    }
    const before = query.cursor === undefined ? null : readLedgerCursor(query.cursor);
    if (query.cursor !== undefined && before === null) return problem('invalid_cursor');
    const question = { kind: 'ListLedger', userId, before, limit } as const;
    const reply = await edge.ask<ListLedger>(READ_POOL, question, LIMITS.readAskMs);
    if (isAskFailure(reply)) return readFailure(reply);
    const { entries, hasMore } = reply;
    const last = entries.at(-1);
    const nextCursor = hasMore && last !== undefined ? ledgerCursorOf(last) : null;
    return json(200, {
      entries: entries.map(ledgerEntryJson),
      pagination: { hasMore, nextCursor },
    });
  },
};
