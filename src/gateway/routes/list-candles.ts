// GET /symbol/:name/candles: what was traded, oldest first, by a cursor that new candles do not
// shift; also of symbols that only have a daily history.
import { Type } from 'typebox';
import { READ_POOL } from '../../actors/addresses.ts';
import type { ListCandles, ListCandlesReply } from '../../actors/read-pool/protocol.ts';
import { CANDLE_INTERVALS } from '../../domain/candle.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import {
  type CandleCursor,
  type CandleParameters,
  candleCursorOf,
  candleSelectionFrom,
  readCandleCursor,
} from '../candle-query.ts';
import { candleJson, gapJson } from '../json.ts';
import { type FieldError, problem } from '../problem.ts';
import { type JsonAnswer, json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { readFailure } from './ask-failure.ts';
import { positiveNumberText, symbolName } from './shapes.ts';

interface Query extends CandleParameters {
  readonly limit?: string;
  readonly cursor?: string;
}

export const listCandles: Route<{ name: string }, Query> = {
  method: 'GET',
  path: '/symbol/:name/candles',
  auth: 'user',
  params: shape({ name: symbolName }),
  query: shape({
    interval: Type.Optional(Type.Enum([...CANDLE_INTERVALS])),
    from: Type.Optional(Type.String({ maxLength: LIMITS.searchTextMax })),
    to: Type.Optional(Type.String({ maxLength: LIMITS.searchTextMax })),
    limit: Type.Optional(positiveNumberText),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: LIMITS.cursorMax })),
  }),

  async handle({ params: { name }, query }, { edge, catalogue }) {
    const limit = Number(query.limit ?? LIMITS.candlesPageDefault);
    if (limit > LIMITS.candlesPageMax) {
      return wrong('limit', `must be at most ${LIMITS.candlesPageMax}`);
    }
    const place = placeFrom(name, query);
    if ('kind' in place) return place;
    const { symbol, interval, toMs, nextMs } = place;
    const question = {
      kind: 'ListCandles',
      symbol,
      interval,
      fromMs: nextMs,
      toMs,
      limit,
    } as const;
    const reply = await edge.ask<ListCandles>(READ_POOL, question, LIMITS.readAskMs);
    if (isAskFailure(reply)) return readFailure(reply);
    if (reply.isKnown || catalogue.get(name) !== null) return pageAnswer(reply, place);
    if (!catalogue.isLoaded) return problem('not_ready');
    return problem('unknown_symbol', { members: { symbol } });
  },
};

/** Where the page begins: with the query, or where its cursor goes on. */
function placeFrom(symbol: string, query: Query): CandleCursor | JsonAnswer {
  const { interval, from, to } = query;
  if (query.cursor === undefined) {
    const selection = candleSelectionFrom(symbol, query);
    if (!selection.ok) return invalid(selection.errors);
    return { ...selection.value, nextMs: selection.value.fromMs };
  }
  const cursor = readCandleCursor(query.cursor);
  if (cursor === null) return problem('invalid_cursor');
  const { nextMs: _, ...made } = cursor;
  const isAlone = (interval ?? from ?? to) === undefined;
  const repeated = isAlone
    ? ({ ok: true, value: { ...made, symbol } } as const)
    : candleSelectionFrom(symbol, query);
  if (!repeated.ok) return invalid(repeated.errors);
  if (JSON.stringify(repeated.value) === JSON.stringify(made)) return cursor;
  return wrong('cursor', 'belongs to another query; send it alone, or with the same one');
}

function pageAnswer(reply: ListCandlesReply, place: CandleCursor): JsonAnswer {
  const { candles, hasMore, gaps } = reply;
  const last = candles.at(-1);
  const nextCursor =
    hasMore && last !== undefined ? candleCursorOf({ ...place, nextMs: last.startMs + 1 }) : null;
  return json(200, {
    symbol: place.symbol,
    interval: place.interval,
    candles: candles.map(candleJson),
    gaps: gaps.map(gapJson),
    pagination: { hasMore, nextCursor },
  });
}

function wrong(field: string, message: string): JsonAnswer {
  return invalid([{ field, message }]);
}

function invalid(errors: readonly FieldError[]): JsonAnswer {
  return problem('invalid_query', { errors });
}
