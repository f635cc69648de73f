// PUT /admin/trading-state: the kill switch, and the states of a symbol or a user. 200 only when
// everyone who must has applied it; 504 when it is in force but someone has not said so in time.
import { type Static, Type } from 'typebox';
import { DIRECTORY, shardOf } from '../../actors/addresses.ts';
import type { SetTradingState } from '../../actors/directory/protocol.ts';
import type { SetUserTradingState } from '../../actors/order-shard/protocol.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { type FieldError, problem } from '../problem.ts';
import { type JsonAnswer, json, type Route } from '../route.ts';
import type { Services } from '../services.ts';
import { shape } from '../shape.ts';
import { commandFailure } from './ask-failure.ts';
import { refuseUnknownUser } from './known-user.ts';
import { symbolName, userIdText } from './shapes.ts';

const MEMBERS = {
  scope: Type.Enum(['broker', 'symbol', 'user']),
  symbol: Type.Optional(symbolName),
  userId: Type.Optional(userIdText),
  state: Type.Enum(['active', 'reducing', 'halted']),
  reason: Type.String({ minLength: 1, maxLength: LIMITS.reasonMax }),
};
type Body = Static<ReturnType<typeof Type.Object<typeof MEMBERS>>>;

const ASK_MS = LIMITS.tradingStateMs + LIMITS.askMarginMs;

export const setTradingState: Route<unknown, unknown, Body> = {
  method: 'PUT',
  path: '/admin/trading-state',
  auth: 'admin',
  body: shape(MEMBERS),

  handle({ body, principal: { userId: by } }, services) {
    const errors = contradictionsIn(body);
    if (errors.length > 0) return problem('invalid_body', { errors });
    return body.userId === undefined
      ? setForAll(body, by, services)
      : setForUser(body, body.userId, by, services);
  },
};

/** The scope says which of the two names it. */
function contradictionsIn({ scope, symbol, userId }: Body): FieldError[] {
  const given = { symbol, userId };
  const wanted = { broker: null, symbol: 'symbol', user: 'userId' }[scope];
  return (['symbol', 'userId'] as const).flatMap((field) => {
    const isWanted = field === wanted;
    if (isWanted === (given[field] !== undefined)) return [];
    const message = isWanted ? 'is required' : 'must be left out';
    return [{ field, message: `${message} for the scope ${scope}` }];
  });
}

async function setForAll(body: Body, by: string, { edge }: Services): Promise<JsonAnswer> {
  const { symbol = null, state, reason } = body;
  const reply = await edge.ask<SetTradingState>(
    DIRECTORY,
    { kind: 'SetTradingState', symbol, state, reason, by },
    ASK_MS,
  );
  if (isAskFailure(reply)) return commandFailure(reply);
  switch (reply.outcome) {
    case 'in_force':
      return inForce(body, reply);
    case 'not_applied':
      return notApplied(body, reply.version, reply.missing);
    case 'unknown_symbol':
      return problem('unknown_symbol', { status: 422, members: { symbol: symbol ?? '' } });
    case 'busy':
      return problem('busy');
  }
}

async function setForUser(
  body: Body,
  userId: string,
  by: string,
  services: Services,
): Promise<JsonAnswer> {
  const refusal = await refuseUnknownUser(userId, services);
  if (refusal !== null) return refusal;
  const { edge, shards } = services;
  const { state, reason } = body;
  const shard = shardOf(userId, shards);
  const reply = await edge.ask<SetUserTradingState>(
    shard,
    { kind: 'SetUserTradingState', userId, state, reason, by },
    ASK_MS,
  );
  if (isAskFailure(reply)) return commandFailure(reply);
  return reply.outcome === 'in_force'
    ? inForce(body, reply)
    : notApplied(body, reply.version, [shard]);
}

function inForce(
  body: Body,
  reply: {
    readonly version: number;
    readonly appliedInMs: number;
    readonly notSent: number;
    readonly onTheWire: readonly string[];
  },
): JsonAnswer {
  const { version, appliedInMs, notSent, onTheWire } = reply;
  return json(200, { ...body, version, appliedInMs, notSent, onTheWire, outcome: 'accepted' });
}

function notApplied(body: Body, version: number, missing: readonly string[]): JsonAnswer {
  return problem('outcome_unknown', {
    detail: 'It is in force and will be applied, but not everybody has said so yet: ask again.',
    members: { ...body, version, missing, outcome: 'unknown' },
  });
}
