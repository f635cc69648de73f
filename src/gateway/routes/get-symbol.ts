// GET /symbol/:name: the last print of one symbol, read from the shared table.
import { symbolJson } from '../json.ts';
import { problem } from '../problem.ts';
import { json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { symbolName } from './shapes.ts';

export const getSymbol: Route<{ name: string }> = {
  method: 'GET',
  path: '/symbol/:name',
  auth: 'user',
  params: shape({ name: symbolName }),

  handle({ params: { name } }, { catalogue, prices, isPriceFeedStale }) {
    if (!catalogue.isLoaded) return problem('not_ready');
    const entry = catalogue.get(name);
    if (entry === null) return problem('unknown_symbol', { members: { symbol: name } });
    return json(200, symbolJson(entry, prices(name), isPriceFeedStale()));
  },
};
