// GET and PUT /admin/users/:id/limits: what one user's orders may be, where that is not the
// broker's default.
import { type Static, Type } from 'typebox';
import { shardOf } from '../../actors/addresses.ts';
import type {
  GetUserLimits,
  SetUserLimits,
  UserLimitsReply,
} from '../../actors/order-shard/protocol.ts';
import { NO_USER_LIMITS } from '../../domain/user-limits.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { commandFailure, readFailure } from './ask-failure.ts';
import { refuseUnknownUser } from './known-user.ts';
import { userIdParams } from './shapes.ts';

const MEMBERS = {
  orderSharesMax: limit(1, LIMITS.numSharesMax),
  orderValueMaxInCents: limit(1, LIMITS.orderValueMaxInCents),
  ordersPerSecondMax: limit(1, LIMITS.ordersPerSecondPerUserMax),
  duplicateWindowMs: limit(0, LIMITS.duplicateWindowMsMax),
};
type Body = Static<ReturnType<typeof Type.Object<typeof MEMBERS>>>;
type Params = { readonly id: string };

const PATH = '/admin/users/:id/limits';

export const getUserLimits: Route<Params> = {
  method: 'GET',
  path: PATH,
  auth: 'admin',
  params: userIdParams,

  async handle({ params: { id: userId } }, services) {
    const refusal = await refuseUnknownUser(userId, services);
    if (refusal !== null) return refusal;
    const { edge, shards } = services;
    const question = { kind: 'GetUserLimits', userId } as const;
    const reply = await edge.ask<GetUserLimits>(
      shardOf(userId, shards),
      question,
      LIMITS.readAskMs,
    );
    return isAskFailure(reply) ? readFailure(reply) : json(200, limitsJson(userId, reply));
  },
};

/** Replaces all of them: what is left out or null is the default again. */
export const setUserLimits: Route<Params, unknown, Body> = {
  method: 'PUT',
  path: PATH,
  auth: 'admin',
  params: userIdParams,
  body: shape(MEMBERS),

  async handle({ params: { id: userId }, body, principal }, services) {
    const refusal = await refuseUnknownUser(userId, services);
    if (refusal !== null) return refusal;
    const { edge, shards } = services;
    const limits = { ...NO_USER_LIMITS, ...body };
    const command = { kind: 'SetUserLimits', userId, limits, by: principal.userId } as const;
    const reply = await edge.ask<SetUserLimits>(shardOf(userId, shards), command, LIMITS.readAskMs);
    if (isAskFailure(reply)) return commandFailure(reply);
    return json(200, { ...limitsJson(userId, reply), outcome: 'accepted' });
  },
};

function limit(minimum: number, maximum: number) {
  const schema = { type: ['integer', 'null'], minimum, maximum };
  return Type.Optional(Type.Unsafe<number | null>(schema));
}

function limitsJson(userId: string, { own, inForce }: UserLimitsReply) {
  return { userId, limits: own, inForce };
}
