// GET /order/:id/trades: the trades of an order of the caller, with what became of each.
import { READ_POOL } from '../../actors/addresses.ts';
import type { ListTrades } from '../../actors/read-pool/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { tradeJson } from '../json.ts';
import { rejectionProblem } from '../problem.ts';
import { json, type Route } from '../route.ts';
import { readFailure } from './ask-failure.ts';
import { orderIdParams } from './shapes.ts';

export const listTrades: Route<{ id: string }> = {
  method: 'GET',
  path: '/order/:id/trades',
  auth: 'user',
  params: orderIdParams,

  async handle({ principal: { userId }, params: { id: orderId } }, { edge }) {
    const question = { kind: 'ListTrades', userId, orderId } as const;
    const reply = await edge.ask<ListTrades>(READ_POOL, question, LIMITS.readAskMs);
    if (isAskFailure(reply)) return readFailure(reply);
    if (reply.outcome === 'rejected') return rejectionProblem(reply);
    return json(200, { orderId, trades: reply.trades.map(tradeJson), hasMore: reply.hasMore });
  },
};
