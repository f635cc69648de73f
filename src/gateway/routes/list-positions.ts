// GET /positions: the caller's shares, and how many of them open sell orders hold back.
import { shardOf } from '../../actors/addresses.ts';
import type { GetPositions } from '../../actors/order-shard/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { positionJson } from '../json.ts';
import { json, type Route } from '../route.ts';
import { readFailure } from './ask-failure.ts';

export const listPositions: Route = {
  method: 'GET',
  path: '/positions',
  auth: 'user',

  async handle({ principal: { userId } }, { edge, shards }) {
    const reply = await edge.ask<GetPositions>(
      shardOf(userId, shards),
      { kind: 'GetPositions', userId },
      LIMITS.readAskMs,
    );
    if (isAskFailure(reply)) return readFailure(reply);
    return json(200, { positions: reply.holdings.map(positionJson) });
  },
};
