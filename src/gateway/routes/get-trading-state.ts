// GET /admin/trading-state: everything that is not simply active, with who decided it and why.
import { DIRECTORY, shardAddress } from '../../actors/addresses.ts';
import type { Decided, GetTradingStates } from '../../actors/directory/protocol.ts';
import type { ListRestricted } from '../../actors/order-shard/protocol.ts';
import type { StateInForce } from '../../domain/trading-states.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { isoOf } from '../json.ts';
import { json, type Route } from '../route.ts';
import { readFailure } from './ask-failure.ts';

export const getTradingState: Route = {
  method: 'GET',
  path: '/admin/trading-state',
  auth: 'admin',

  async handle(_request, { edge, shards }) {
    const question = { kind: 'GetTradingStates' } as const;
    const addresses = [...new Set(shards)].sort((a, b) => a - b).map(shardAddress);
    const [states, ...restricted] = await Promise.all([
      edge.ask<GetTradingStates>(DIRECTORY, question, LIMITS.readAskMs),
      ...addresses.map((to) => edge.ask<ListRestricted>(to, listRestricted(), LIMITS.readAskMs)),
    ]);
    if (isAskFailure(states)) return readFailure(states);
    const users = [];
    for (const reply of restricted) {
      if (isAskFailure(reply)) return readFailure(reply);
      users.push(...reply.users);
    }
    return json(200, {
      version: states.version,
      broker: decidedJson(states.broker),
      symbols: states.symbols.map(({ symbol, ...decided }) => ({
        symbol,
        ...decidedJson(decided),
      })),
      users,
    });
  },
};

function decidedJson({ state, reason, by, atMs }: Decided & StateInForce) {
  return { state, reason, by, at: atMs === null ? null : isoOf(atMs) };
}

function listRestricted() {
  return { kind: 'ListRestricted', max: LIMITS.restrictedUsersMax } as const;
}
