// Answers of an exchange, checked field by field before anything of ours believes them.

import { executionOf } from './decode-frame.ts';
import { DecodeError } from './errors.ts';
import {
  booleanOf,
  integerOf,
  type JsonObject,
  listOf,
  nullableTextOf,
  objectOf,
  oneOf,
  textOf,
  timeOfDayOf,
  timeZoneOf,
} from './json-fields.ts';
import type {
  CancelRequest,
  CancelResult,
  Capabilities,
  Execution,
  PlaceRefusal,
  PlaceRequest,
  PlaceResult,
  QueryRequest,
  QueryResult,
  SessionCalendar,
  VenueOrder,
} from './port.ts';

const PLACE_OUTCOMES = ['accepted', 'refused', 'duplicate_client_order_id'] as const;
const PLACE_REFUSALS: readonly PlaceRefusal[] = [
  'unknown_symbol',
  'invalid_price',
  'invalid_quantity',
  'market_closed',
  'too_late',
  'symbol_halted',
  'exchange_option',
];
const CANCEL_REFUSALS = ['too_late', 'unknown_order'] as const;
const STATUSES = ['open', 'filled', 'cancelled', 'expired', 'rejected'] as const;
const FILLS_MAX = 1_000_000;

export function decodeCapabilities(answer: JsonObject): { readonly capabilities: Capabilities } {
  return {
    capabilities: {
      venue: textOf(answer, 'venue'),
      epoch: textOf(answer, 'epoch'),
      batchOrdersMax: integerOf(answer, 'batchOrdersMax'),
      notAfter: booleanOf(answer, 'notAfter'),
      queryByClientOrderId: booleanOf(answer, 'queryByClientOrderId'),
      echo: booleanOf(answer, 'echo'),
      replay: booleanOf(answer, 'replay'),
      execIds: booleanOf(answer, 'execIds'),
      sequence: booleanOf(answer, 'sequence'),
      calendar: calendarOf(objectOf(answer['calendar'], 'calendar')),
    },
  };
}

function calendarOf(calendar: JsonObject): SessionCalendar {
  return {
    timeZone: timeZoneOf(calendar, 'timeZone'),
    opensAt: timeOfDayOf(calendar, 'opensAt'),
    closesAt: timeOfDayOf(calendar, 'closesAt'),
    currency: oneOf(calendar, 'currency', ['USD'] as const),
  };
}

/**
 * One result per order, in the order of the request: anything else says nothing about any of them.
 */
export function decodePlaceResults(
  answer: JsonObject,
  orders: readonly PlaceRequest[],
): { readonly results: readonly PlaceResult[] } {
  const results = listOf(answer, 'results', orders.length, readPlaceResult);
  assertSameIds(results, orders, 'clientOrderId');
  return { results };
}

export function decodeCancelResults(
  answer: JsonObject,
  cancels: readonly CancelRequest[],
): { readonly results: readonly CancelResult[] } {
  const results = listOf(answer, 'results', cancels.length, readCancelResult);
  assertSameIds(results, cancels, 'cancelId');
  return { results };
}

export function decodeQueryResults(
  answer: JsonObject,
  orders: readonly QueryRequest[],
): { readonly results: readonly QueryResult[] } {
  const results = listOf(answer, 'results', orders.length, readQueryResult);
  assertSameIds(results, orders, 'clientOrderId');
  assertSameIds(results, orders, 'externalOrderId');
  return { results };
}

export function decodeOpenOrders(
  answer: JsonObject,
  limit: number,
): { readonly orders: readonly VenueOrder[]; readonly hasMore: boolean } {
  const orders = listOf(answer, 'orders', limit, readVenueOrder);
  return { orders, hasMore: booleanOf(answer, 'hasMore') };
}

export function decodeFills(answer: JsonObject): { readonly executions: readonly Execution[] } {
  return { executions: listOf(answer, 'executions', FILLS_MAX, executionOf) };
}

function readPlaceResult(result: JsonObject): PlaceResult {
  const outcome = oneOf(result, 'outcome', PLACE_OUTCOMES);
  const clientOrderId = textOf(result, 'clientOrderId');
  switch (outcome) {
    case 'accepted':
      return { outcome, clientOrderId, externalOrderId: textOf(result, 'externalOrderId') };
    case 'refused':
      return { outcome, clientOrderId, reason: oneOf(result, 'reason', PLACE_REFUSALS) };
    case 'duplicate_client_order_id':
      return { outcome, clientOrderId };
  }
}

function readCancelResult(result: JsonObject): CancelResult {
  const outcome = oneOf(result, 'outcome', ['cancelled', 'refused'] as const);
  const cancelId = textOf(result, 'cancelId');
  if (outcome === 'cancelled') return { outcome, cancelId, cumQty: integerOf(result, 'cumQty') };
  const reason = oneOf(result, 'reason', CANCEL_REFUSALS);
  const cumQty = result['cumQty'] === null ? null : integerOf(result, 'cumQty');
  return { outcome, cancelId, reason, cumQty };
}

function readQueryResult(result: JsonObject): QueryResult {
  const outcome = oneOf(result, 'outcome', ['found', 'not_found'] as const);
  const clientOrderId = nullableTextOf(result, 'clientOrderId');
  const externalOrderId = nullableTextOf(result, 'externalOrderId');
  if (outcome === 'not_found') return { outcome, clientOrderId, externalOrderId };
  const order = readVenueOrder(objectOf(result['order'], 'order'));
  const isAsked =
    order.clientOrderId === (clientOrderId ?? order.clientOrderId) &&
    order.externalOrderId === (externalOrderId ?? order.externalOrderId);
  if (isAsked) return { outcome, clientOrderId, externalOrderId, order };
  const asked = clientOrderId ?? externalOrderId;
  throw new DecodeError(`a query for ${asked} was answered with another order`);
}

function readVenueOrder(order: JsonObject): VenueOrder {
  return {
    externalOrderId: textOf(order, 'externalOrderId'),
    clientOrderId: textOf(order, 'clientOrderId'),
    symbol: textOf(order, 'symbol'),
    side: oneOf(order, 'side', ['buy', 'sell'] as const),
    numShares: integerOf(order, 'numShares'),
    priceInCents: integerOf(order, 'priceInCents'),
    status: oneOf(order, 'status', STATUSES),
    cumQty: integerOf(order, 'cumQty'),
    reason: nullableTextOf(order, 'reason'),
  };
}

function assertSameIds<Key extends 'clientOrderId' | 'externalOrderId' | 'cancelId'>(
  results: readonly { readonly [key in Key]: string | null }[],
  requests: readonly { readonly [key in Key]: string | null }[],
  key: Key,
): void {
  const same =
    results.length === requests.length &&
    results.every((result, i) => result[key] === requests[i]?.[key]);
  if (!same) throw new DecodeError('the results were not those of the request, in its order');
}
