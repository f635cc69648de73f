// GET /account: the caller's cash, what of it is reserved, and what can still be spent.
import { shardOf } from '../../actors/addresses.ts';
import type { GetAccount } from '../../actors/order-shard/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { accountJson } from '../json.ts';
import { json, type Route } from '../route.ts';
import { readFailure } from './ask-failure.ts';

export const getAccount: Route = {
  method: 'GET',
  path: '/account',
  auth: 'user',

  async handle({ principal: { userId } }, { edge, shards }) {
    const reply = await edge.ask<GetAccount>(
      shardOf(userId, shards),
      { kind: 'GetAccount', userId },
      LIMITS.readAskMs,
    );
    return isAskFailure(reply) ? readFailure(reply) : json(200, accountJson(reply.account));
  },
};
