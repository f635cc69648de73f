// DELETE /order/:id: asks for a cancel and answers with what is known of it. Repeating it changes
// nothing.
import { shardOf } from '../../actors/addresses.ts';
import type { CancelOrder } from '../../actors/order-shard/protocol.ts';
import type { Order } from '../../domain/order.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { problem, rejectionProblem } from '../problem.ts';
import { type JsonAnswer, json, type Route } from '../route.ts';
import { commandFailure } from './ask-failure.ts';
import { cancelOutcomeOf } from './cancel-result.ts';
import { orderIdParams } from './shapes.ts';

export const cancelOrder: Route<{ id: string }> = {
  method: 'DELETE',
  path: '/order/:id',
  auth: 'user',
  takesWait: true,
  params: orderIdParams,

  async handle({ principal: { userId }, params, waitMs }, { edge, shards }) {
    const reply = await edge.ask<CancelOrder>(
      shardOf(userId, shards),
      { kind: 'CancelOrder', userId, orderId: params.id, waitMs },
      waitMs + LIMITS.askMarginMs,
    );
    if (isAskFailure(reply)) return commandFailure(reply);
    return reply.outcome === 'rejected' ? rejectionProblem(reply) : cancelAnswer(reply.order);
  },
};

function cancelAnswer(order: Order): JsonAnswer {
  const came = cancelOutcomeOf(order);
  switch (came.outcome) {
    case 'accepted':
      return json(200, { ok: true, ...came });
    case 'unknown':
      return json(202, { ok: true, ...came });
    case 'rejected': {
      const { id: orderId, status: orderStatus, cancelRefusal: reason } = came.order;
      const members = { orderId, orderStatus };
      return problem(came.code, {
        members: came.code === 'cancel_rejected' ? { ...members, reason } : members,
      });
    }
  }
}
