// POST /order: JSON in, one PlaceOrder out, its reply back as JSON.
import { type Static, Type } from 'typebox';
import { shardOf } from '../../actors/addresses.ts';
import type { OrderReply, PlaceOrder } from '../../actors/order-shard/protocol.ts';
import { isAnswered, type Order, type TimeInForce } from '../../domain/order.ts';
import { LIMITS } from '../../limits.ts';
import { type Asked, isAskFailure } from '../../runtime/actor.ts';
import { orderJson, placedJson } from '../json.ts';
import { type FieldError, PROBLEMS, problem, rejectionProblem } from '../problem.ts';
import { type JsonAnswer, json, type Route, type RouteRequest } from '../route.ts';
import { shape } from '../shape.ts';
import { commandFailure } from './ask-failure.ts';
import { symbolName } from './shapes.ts';

const MEMBERS = {
  position: Type.Enum(['buy', 'sell']),
  symbol: symbolName,
  type: Type.Enum(['market', 'limit']),
  numShares: Type.Integer({ minimum: 1, maximum: LIMITS.numSharesMax }),
  /** Null says the same as leaving it out. */
  priceInCents: Type.Optional(
    Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      minimum: 1,
      maximum: LIMITS.priceInCentsMax,
    }),
  ),
  timeInForce: Type.Optional(Type.Enum(['day', 'gtc', 'ioc', 'fok'])),
};

const body = shape(MEMBERS);
type Body = Static<ReturnType<typeof Type.Object<typeof MEMBERS>>>;

export const createOrder: Route<unknown, unknown, Body> = {
  method: 'POST',
  path: '/order',
  auth: 'user',
  takesIdempotencyKey: true,
  takesWait: true,
  takesSandboxFault: true,
  body,

  async handle(request, { edge, shards }) {
    const errors = contradictionsIn(request.body);
    if (errors.length > 0) return problem('invalid_body', { errors });

    const { principal, waitMs } = request;
    const shard = shardOf(principal.userId, shards);
    const command = placeOrderFrom(request);
    const reply = await edge.ask<PlaceOrder>(shard, command, waitMs + LIMITS.askMarginMs);
    if (isAskFailure(reply)) return commandFailure(reply);
    if (reply.outcome === 'order') return placedAnswer(reply);
    // An unknown symbol is 404 where it is the resource; here it is one check among others.
    return rejectionProblem(reply, PROBLEMS[reply.code].status === 404 ? 422 : undefined);
  },
};

/** What a schema per member cannot say. */
function contradictionsIn({ type, priceInCents = null, timeInForce }: Body): FieldError[] {
  const errors: FieldError[] = [];
  if (type === 'limit' && priceInCents === null) {
    errors.push({ field: 'priceInCents', message: 'is required for a limit order' });
  }
  if (type === 'market' && priceInCents !== null) {
    errors.push({ field: 'priceInCents', message: 'must be left out of a market order' });
  }
  if (type === 'market' && timeInForce !== undefined && !MARKET_TIMES.has(timeInForce)) {
    errors.push({ field: 'timeInForce', message: 'must be day or ioc for a market order' });
  }
  return errors;
}

const MARKET_TIMES: ReadonlySet<TimeInForce> = new Set(['day', 'ioc']);

function placeOrderFrom({
  principal,
  idempotencyKey,
  waitMs,
  sandboxFault,
  body: order,
}: RouteRequest<unknown, unknown, Body>): Asked<PlaceOrder> {
  return {
    kind: 'PlaceOrder',
    userId: principal.userId,
    idempotencyKey,
    symbol: order.symbol,
    side: order.position,
    orderType: order.type,
    timeInForce: order.timeInForce ?? 'day',
    priceInCents: order.priceInCents ?? null,
    numShares: order.numShares,
    waitMs,
    sandboxFault,
  };
}

function placedAnswer({ order, replayed }: OrderReply): JsonAnswer {
  const location = `/order/${order.id}`;
  if (replayed) {
    return json(200, placedJson(order), { location, 'idempotency-replayed': 'true' });
  }
  if (order.status === 'failed') return failedAnswer(order, location);
  return json(isTaken(order) ? 201 : 202, placedJson(order), { location });
}

/**
 * The exchange accepted it; an order withdrawn before it was sent has an answer too, but was never
 * accepted.
 */
function isTaken(order: Order): boolean {
  return isAnswered(order) && (order.externalOrderId !== null || order.cumQty > 0);
}

function failedAnswer(order: Order, instance: string): JsonAnswer {
  const code = order.failCode ?? 'rejected_by_exchange';
  const reason = order.venueRejected ?? order.ourVerdict;
  const members = { orderId: order.id, reason, order: orderJson(order) };
  return problem(code, { instance, members });
}
