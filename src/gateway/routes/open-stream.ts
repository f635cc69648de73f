// GET /stream: one SSE stream with the prices of some symbols, the caller's own events, or both.
import { Type } from 'typebox';
import { LIMITS } from '../../limits.ts';
import { problem } from '../problem.ts';
import type { JsonAnswer, Route } from '../route.ts';
import { shape } from '../shape.ts';
import { positiveNumberText } from './shapes.ts';
import { unknownSymbols } from './unknown-symbols.ts';

interface StreamQuery {
  readonly symbols?: string;
  readonly orders?: 'true' | 'false';
  readonly interval?: string;
}

export const openStream: Route<unknown, StreamQuery> = {
  method: 'GET',
  path: '/stream',
  auth: 'user',
  query: shape({
    symbols: Type.Optional(Type.String({ minLength: 1 })),
    orders: Type.Optional(Type.Enum(['true', 'false'])),
    interval: Type.Optional(positiveNumberText),
  }),

  handle({ principal, query, lastEventId }, { hub, catalogue }) {
    const { userId, expiresAtMs } = principal;
    const symbols = [...new Set(query.symbols?.split(',') ?? [])];
    const wantsEvents = query.orders === 'true';
    if (symbols.length === 0 && !wantsEvents) {
      return badQuery('symbols', 'name at least one symbol, or ask for orders=true');
    }
    if (symbols.length > LIMITS.symbolsPerStreamMax) {
      return badQuery('symbols', `a stream takes at most ${LIMITS.symbolsPerStreamMax} symbols`);
    }
    const intervalMs = Number(query.interval ?? 0);
    if (intervalMs > LIMITS.streamIntervalMsMax) {
      return badQuery('interval', `at most ${LIMITS.streamIntervalMsMax} ms`);
    }
    if (symbols.length > 0 && !catalogue.isLoaded) return problem('not_ready');
    const unknown = catalogue.unknownAmong(symbols);
    if (unknown.length > 0) return unknownSymbols(unknown);
    const refusal = hub.refusal(userId);
    if (refusal !== null) return problem(refusal);
    const options = { userId, symbols, wantsEvents, intervalMs, lastEventId, expiresAtMs };
    return { kind: 'stream', headers: {}, open: (sink) => hub.open(options, sink) };
  },
};

function badQuery(field: string, message: string): JsonAnswer {
  return problem('invalid_query', { errors: [{ field, message }] });
}
