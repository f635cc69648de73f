// PATCH /stream/:id: what an open stream watches, without a reconnect. The stream may be held by
// another gateway thread, which its id names. Repeating it changes nothing.
import { Type } from 'typebox';
import { gatewayAddress } from '../../actors/addresses.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { problem } from '../problem.ts';
import { type JsonAnswer, json, type Route } from '../route.ts';
import { patterned, shape } from '../shape.ts';
import type { ChangeStream, StreamChanged } from '../stream-change.ts';
import { gatewayOfStream, STREAM_ID_PATTERN } from '../stream-id.ts';
import { readFailure } from './ask-failure.ts';
import { symbolName } from './shapes.ts';
import { unknownSymbols } from './unknown-symbols.ts';

interface Body {
  readonly subscribe?: readonly string[];
  readonly unsubscribe?: readonly string[];
}

const symbolNames = Type.Array(symbolName, { minItems: 1, maxItems: LIMITS.symbolsPerStreamMax });

export const changeStream: Route<{ id: string }, unknown, Body> = {
  method: 'PATCH',
  path: '/stream/:id',
  auth: 'user',
  isWrite: false,
  params: shape({
    id: patterned(STREAM_ID_PATTERN, 'a stream id, such as str_0_3kq9x2m7ab'),
  }),
  body: shape({
    subscribe: Type.Optional(symbolNames),
    unsubscribe: Type.Optional(symbolNames),
  }),

  async handle({ principal: { userId }, params: { id: streamId }, body }, services) {
    const { edge, catalogue } = services;
    const { subscribe = [], unsubscribe = [] } = body;
    const refusal = refusalOf(subscribe, unsubscribe);
    if (refusal !== null) return refusal;
    if (!catalogue.isLoaded) return problem('not_ready');
    const unknown = catalogue.unknownAmong(subscribe);
    if (unknown.length > 0) return unknownSymbols(unknown);
    const changed = await edge.ask<ChangeStream>(
      gatewayAddress(gatewayOfStream(streamId) ?? 0),
      { kind: 'ChangeStream', streamId, userId, subscribe, unsubscribe },
      LIMITS.readAskMs,
    );
    if (!isAskFailure(changed)) return answerOf(streamId, changed);
    const isNowhere = changed.outcome === 'not_delivered' && changed.reason === 'unknown_address';
    return isNowhere ? problem('stream_not_found') : readFailure(changed);
  },
};

function refusalOf(
  subscribe: readonly string[],
  unsubscribe: readonly string[],
): JsonAnswer | null {
  if (subscribe.length + unsubscribe.length === 0) {
    return badBody('subscribe', 'name at least one symbol to subscribe or unsubscribe');
  }
  const both = subscribe.find((symbol) => unsubscribe.includes(symbol));
  return both === undefined ? null : badBody('unsubscribe', `${both} is to be subscribed, too`);
}

function answerOf(streamId: string, changed: StreamChanged): JsonAnswer {
  switch (changed.outcome) {
    case 'changed':
      return json(200, { streamId, symbols: changed.symbols });
    case 'unknown_stream':
      return problem('stream_not_found');
    case 'too_many_symbols':
      return badBody('subscribe', `a stream takes at most ${LIMITS.symbolsPerStreamMax} symbols`);
  }
}

function badBody(field: string, message: string): JsonAnswer {
  return problem('invalid_body', { errors: [{ field, message }] });
}
