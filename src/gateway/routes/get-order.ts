// GET /order/:id: one order of the caller. Always asked of the caller's own shard, so that
// another's order is not found.
import { shardOf } from '../../actors/addresses.ts';
import type { GetOrder } from '../../actors/order-shard/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { orderJson } from '../json.ts';
import { rejectionProblem } from '../problem.ts';
import { json, type Route } from '../route.ts';
import { readFailure } from './ask-failure.ts';
import { orderIdParams } from './shapes.ts';

export const getOrder: Route<{ id: string }> = {
  method: 'GET',
  path: '/order/:id',
  auth: 'user',
  params: orderIdParams,

  async handle({ principal: { userId }, params }, { edge, shards }) {
    const reply = await edge.ask<GetOrder>(
      shardOf(userId, shards),
      { kind: 'GetOrder', userId, orderId: params.id },
      LIMITS.readAskMs,
    );
    if (isAskFailure(reply)) return readFailure(reply);
    if (reply.outcome === 'rejected') return rejectionProblem(reply);
    return json(200, orderJson(reply.order));
  },
};
