// GET /portfolio/history: what the caller's portfolio was worth at the close of each session,
// newest first, by a cursor that new closes do not shift.
import { Type } from 'typebox';
import { READ_POOL } from '../../actors/addresses.ts';
import type { ListPortfolioValues } from '../../actors/read-pool/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { portfolioValueJson } from '../json.ts';
import {
  type PortfolioCursor,
  portfolioCursorOf,
  rangeFrom,
  readPortfolioCursor,
} from '../portfolio-range.ts';
import { type FieldError, problem } from '../problem.ts';
import { type JsonAnswer, json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { readFailure } from './ask-failure.ts';
import { positiveNumberText } from './shapes.ts';

interface Query {
  readonly from?: string;
  readonly to?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

const time = Type.Optional(Type.String({ maxLength: LIMITS.searchTextMax }));

export const listPortfolioHistory: Route<unknown, Query> = {
  method: 'GET',
  path: '/portfolio/history',
  auth: 'user',
  query: shape({
    from: time,
    to: time,
    limit: Type.Optional(positiveNumberText),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: LIMITS.cursorMax })),
  }),

  async handle({ principal: { userId }, query }, { edge }) {
    const limit = Number(query.limit ?? LIMITS.portfolioPageDefault);
    if (limit > LIMITS.portfolioPageMax) {
      return invalid([{ field: 'limit', message: `must be at most ${LIMITS.portfolioPageMax}` }]);
    }
    const place = placeFrom(query);
    if ('kind' in place) return place;
    const { range, beforeSessionNo } = place;
    const question = {
      kind: 'ListPortfolioValues',
      userId,
      fromMs: range.fromMs ?? 0,
      toMs: range.toMs ?? Number.MAX_SAFE_INTEGER,
      beforeSessionNo,
      limit,
    } as const;
    const reply = await edge.ask<ListPortfolioValues>(READ_POOL, question, LIMITS.readAskMs);
    if (isAskFailure(reply)) return readFailure(reply);
    const { values, hasMore } = reply;
    const last = values.at(-1);
    const nextCursor =
      hasMore && last !== undefined
        ? portfolioCursorOf({ range, beforeSessionNo: last.sessionNo })
        : null;
    return json(200, {
      values: values.map(portfolioValueJson),
      pagination: { hasMore, nextCursor },
    });
  },
};

function placeFrom(query: Query): PortfolioCursor | JsonAnswer {
  const range = rangeFrom(query);
  if (!range.ok) return invalid(range.errors);
  if (query.cursor === undefined) {
    return { range: range.value, beforeSessionNo: Number.MAX_SAFE_INTEGER };
  }
  const cursor = readPortfolioCursor(query.cursor);
  if (cursor === null) return problem('invalid_cursor');
  const isRepeated = query.from !== undefined || query.to !== undefined;
  if (isRepeated && JSON.stringify(range.value) !== JSON.stringify(cursor.range)) {
    const message = 'belongs to another range; send it alone, or with the same from and to';
    return invalid([{ field: 'cursor', message }]);
  }
  return cursor;
}

function invalid(errors: readonly FieldError[]): JsonAnswer {
  return problem('invalid_query', { errors });
}
