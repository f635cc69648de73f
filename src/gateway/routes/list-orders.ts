// GET /orders: the caller's orders, newest first, by page as the document has it or by a cursor
// that inserts do not shift.
import { Type } from 'typebox';
import { READ_POOL } from '../../actors/addresses.ts';
import type { ListOrders, ListOrdersReply } from '../../actors/read-pool/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { orderJson } from '../json.ts';
import { filterFrom, type OrderFilter, orderCursorOf, readOrderCursor } from '../order-filter.ts';
import { type FieldError, problem } from '../problem.ts';
import { type JsonAnswer, json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { readFailure } from './ask-failure.ts';
import { positiveNumberText, symbolName } from './shapes.ts';

interface ListQuery {
  readonly status?: string;
  readonly symbol?: string;
  readonly updatedSince?: string;
  readonly page?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

interface Selection {
  readonly filter: OrderFilter;
  /** Null when a cursor says where to go on. */
  readonly page: number | null;
  readonly limit: number;
  readonly beforeId: string | null;
}

export const listOrders: Route<unknown, ListQuery> = {
  method: 'GET',
  path: '/orders',
  auth: 'user',
  query: shape({
    status: Type.Optional(Type.String({ minLength: 1, maxLength: LIMITS.searchTextMax })),
    symbol: Type.Optional(symbolName),
    updatedSince: Type.Optional(Type.String({ maxLength: LIMITS.searchTextMax })),
    page: Type.Optional(positiveNumberText),
    limit: Type.Optional(positiveNumberText),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: LIMITS.cursorMax })),
  }),

  async handle({ principal: { userId }, query }, { edge }) {
    const selection = selectionFrom(query);
    if ('kind' in selection) return selection;
    const { filter, page, limit, beforeId } = selection;
    const reply = await edge.ask<ListOrders>(
      READ_POOL,
      {
        kind: 'ListOrders',
        userId,
        ...filter,
        limit,
        offset: page === null ? 0 : (page - 1) * limit,
        beforeId,
      },
      LIMITS.readAskMs,
    );
    return isAskFailure(reply) ? readFailure(reply) : listAnswer(reply, selection);
  },
};

function selectionFrom(query: ListQuery): Selection | JsonAnswer {
  const limit = Number(query.limit ?? LIMITS.ordersPageDefault);
  const page = Number(query.page ?? 1);
  if (limit > LIMITS.ordersPageMax) {
    return wrong('limit', `must be at most ${LIMITS.ordersPageMax}`);
  }
  if (page * limit > LIMITS.ordersOffsetMax) {
    return wrong('page', `page x limit must be at most ${LIMITS.ordersOffsetMax}; use the cursor`);
  }
  const filter = filterFrom(query);
  if (!filter.ok) return invalid(filter.errors);
  if (query.cursor === undefined) return { filter: filter.value, page, limit, beforeId: null };

  if (query.page !== undefined) return wrong('cursor', 'not together with page');
  const cursor = readOrderCursor(query.cursor);
  if (cursor === null) return problem('invalid_cursor');
  const isRepeated = query.status ?? query.symbol ?? query.updatedSince;
  if (isRepeated !== undefined && JSON.stringify(filter.value) !== JSON.stringify(cursor.filter)) {
    return wrong('cursor', 'belongs to other filters; send it alone, or with the same ones');
  }
  return { ...cursor, page: null, limit };
}

function listAnswer({ orders, hasMore }: ListOrdersReply, { filter, page }: Selection): JsonAnswer {
  const last = orders.at(-1);
  const nextCursor =
    hasMore && last !== undefined ? orderCursorOf({ filter, beforeId: last.id }) : null;
  return json(200, {
    orders: orders.map(orderJson),
    pagination: { page, hasMore, nextCursor },
  });
}

function wrong(field: string, message: string): JsonAnswer {
  return invalid([{ field, message }]);
}

function invalid(errors: readonly FieldError[]): JsonAnswer {
  return problem('invalid_query', { errors });
}
