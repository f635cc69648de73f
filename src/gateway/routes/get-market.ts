// GET /market: the exchange and its session as it says itself, and whether we take orders.
import { DIRECTORY } from '../../actors/addresses.ts';
import type { GetTradingStates } from '../../actors/directory/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { marketJson } from '../json.ts';
import { json, type Route } from '../route.ts';
import { readFailure } from './ask-failure.ts';

export const getMarket: Route = {
  method: 'GET',
  path: '/market',
  auth: 'user',

  async handle(_request, { edge, link }) {
    const question = { kind: 'GetTradingStates' } as const;
    const states = await edge.ask<GetTradingStates>(DIRECTORY, question, LIMITS.readAskMs);
    if (isAskFailure(states)) return readFailure(states);
    return json(200, marketJson(link(), states.broker.state));
  },
};
