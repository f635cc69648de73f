// GET /positions: the caller's shares, what of them open sell orders hold back, what they cost and
// what has been earned on them.
import { READ_POOL } from '../../actors/addresses.ts';
import type { ListPositions } from '../../actors/read-pool/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { positionJson } from '../json.ts';
import { json, type Route } from '../route.ts';
import { readFailure } from './ask-failure.ts';

export const listPositions: Route = {
  method: 'GET',
  path: '/positions',
  auth: 'user',

  async handle({ principal: { userId } }, { edge }) {
    const question = { kind: 'ListPositions', userId } as const;
    const reply = await edge.ask<ListPositions>(READ_POOL, question, LIMITS.readAskMs);
    if (isAskFailure(reply)) return readFailure(reply);
    return json(200, { positions: reply.positions.map(positionJson) });
  },
};
