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
import { orderIdParams } from './shapes.ts';

export const cancelOrder: Route<{ id: string }> = {
  method: 'DELETE',
  path: '/order/:id',
  auth: 'user',
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
  const { status } = order;
  switch (status) {
    case 'cancelled':
    case 'expired':
      return json(200, { ok: true, status, outcome: 'accepted' });
    case 'pending_cancel':
      return json(202, { ok: true, status, outcome: 'unknown' });
    case 'filled':
    case 'failed':
      return problem('order_closed', { members: { orderId: order.id, orderStatus: status } });
    case 'pending':
    case 'submitted':
    case 'partially_filled':
      return problem('cancel_rejected', {
        members: { orderId: order.id, orderStatus: status, reason: order.cancelRefusal },
      });
  }
}
