// GET /symbols: search by the beginning of the symbol or a part of the company's name; without a
// query, all of them.
import { Type } from 'typebox';
import { LIMITS } from '../../limits.ts';
import { symbolJson } from '../json.ts';
import { problem } from '../problem.ts';
import { json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { positiveNumberText } from './shapes.ts';

interface Search {
  readonly query?: string;
  readonly limit?: string;
}

export const listSymbols: Route<unknown, Search> = {
  method: 'GET',
  path: '/symbols',
  auth: 'user',
  query: shape({
    query: Type.Optional(Type.String({ maxLength: LIMITS.searchTextMax })),
    limit: Type.Optional(positiveNumberText),
  }),

  handle({ query: { query = '', limit } }, { catalogue, prices, isPriceFeedStale }) {
    const wanted = limit === undefined ? LIMITS.symbolsPageMax : Number(limit);
    if (wanted > LIMITS.symbolsPageMax) {
      const message = `must be at most ${LIMITS.symbolsPageMax}`;
      return problem('invalid_query', { errors: [{ field: 'limit', message }] });
    }
    const stale = isPriceFeedStale();
    const found = catalogue.search(query, wanted);
    const symbols = found.map((entry) => symbolJson(entry, prices(entry.symbol), stale));
    return json(200, { symbols });
  },
};
