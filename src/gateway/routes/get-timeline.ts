// GET /order/:id/timeline: every fact about an order of the caller, in words.
import { Type } from 'typebox';
import { READ_POOL } from '../../actors/addresses.ts';
import type { GetTimeline } from '../../actors/read-pool/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { timelineEntryJson } from '../json.ts';
import { rejectionProblem } from '../problem.ts';
import { json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { readFailure } from './ask-failure.ts';
import { orderIdParams, positiveNumberText } from './shapes.ts';

export const getTimeline: Route<{ id: string }, { after?: string }> = {
  method: 'GET',
  path: '/order/:id/timeline',
  auth: 'user',
  params: orderIdParams,
  query: shape({ after: Type.Optional(positiveNumberText) }),

  async handle({ principal: { userId }, params: { id: orderId }, query }, { edge }) {
    const afterSeq = Number(query.after ?? 0);
    const question = { kind: 'GetTimeline', userId, orderId, afterSeq } as const;
    const reply = await edge.ask<GetTimeline>(READ_POOL, question, LIMITS.readAskMs);
    if (isAskFailure(reply)) return readFailure(reply);
    if (reply.outcome === 'rejected') return rejectionProblem(reply);
    const { entries, nextAfterSeq } = reply;
    return json(200, {
      orderId,
      timeline: entries.map(timelineEntryJson),
      nextAfter: nextAfterSeq,
    });
  },
};
