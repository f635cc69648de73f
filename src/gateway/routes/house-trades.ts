// The operators' queue of trades that no order of a customer claims (E22): seen, given to the user
// whose they are, or contested with the exchange.
import { type Static, Type } from 'typebox';
import { shardOf } from '../../actors/addresses.ts';
import type {
  AssignTrade,
  HouseTrade,
  HouseTradeReply,
  ListHouseTrades,
  RefuseTrade,
} from '../../actors/order-shard/protocol.ts';
import { HOUSE_USER_ID } from '../../domain/ids.ts';
import { LIMITS } from '../../limits.ts';
import { type AskFailure, isAskFailure } from '../../runtime/actor.ts';
import { isoOf } from '../json.ts';
import { problem } from '../problem.ts';
import { type JsonAnswer, json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { commandFailure, readFailure } from './ask-failure.ts';
import { refuseUnknownUser } from './known-user.ts';
import { userIdText, venueIdText } from './shapes.ts';

const TRADE = { epoch: venueIdText, execId: venueIdText };
const ASSIGN = { ...TRADE, userId: userIdText };
const REFUSE = { ...TRADE, reason: Type.String({ minLength: 1, maxLength: LIMITS.reasonMax }) };

type Assign = Static<ReturnType<typeof Type.Object<typeof ASSIGN>>>;
type Refuse = Static<ReturnType<typeof Type.Object<typeof REFUSE>>>;

export const listHouseTrades: Route = {
  method: 'GET',
  path: '/admin/house-trades',
  auth: 'admin',

  async handle(_request, { edge, shards }) {
    const question = { kind: 'ListHouseTrades', max: LIMITS.houseTradesPageMax } as const;
    const house = shardOf(HOUSE_USER_ID, shards);
    const reply = await edge.ask<ListHouseTrades>(house, question, LIMITS.readAskMs);
    if (isAskFailure(reply)) return readFailure(reply);
    return json(200, { trades: reply.trades.map(houseTradeJson) });
  },
};

export const assignHouseTrade: Route<unknown, unknown, Assign> = {
  method: 'POST',
  path: '/admin/house-trades/assign',
  auth: 'admin',
  body: shape(ASSIGN),

  async handle({ body }, services) {
    const { userId } = body;
    if (userId === HOUSE_USER_ID) {
      const errors = [{ field: 'userId', message: 'must be a user, not the house' }];
      return problem('invalid_body', { errors });
    }
    const refusal = await refuseUnknownUser(userId, services);
    if (refusal !== null) return refusal;
    const { edge, shards } = services;
    const house = shardOf(HOUSE_USER_ID, shards);
    const command = { kind: 'AssignTrade', ...body } as const;
    return decided(await edge.ask<AssignTrade>(house, command, LIMITS.readAskMs));
  },
};

export const refuseHouseTrade: Route<unknown, unknown, Refuse> = {
  method: 'POST',
  path: '/admin/house-trades/refuse',
  auth: 'admin',
  body: shape(REFUSE),

  async handle({ body }, { edge, shards }) {
    const house = shardOf(HOUSE_USER_ID, shards);
    const command = { kind: 'RefuseTrade', ...body } as const;
    return decided(await edge.ask<RefuseTrade>(house, command, LIMITS.readAskMs));
  },
};

function decided(reply: HouseTradeReply | AskFailure): JsonAnswer {
  if (isAskFailure(reply)) return commandFailure(reply);
  switch (reply.outcome) {
    case 'house_trade':
      return json(200, { ...houseTradeJson(reply.trade), outcome: 'accepted' });
    case 'no_such_trade':
      return problem('house_trade_not_found');
    case 'settled_otherwise':
      return problem('house_trade_decided', { members: { trade: houseTradeJson(reply.trade) } });
  }
}

function houseTradeJson({ exchangeAtMs, side, ...trade }: HouseTrade) {
  return { ...trade, position: side, exchangeAt: isoOf(exchangeAtMs) };
}
