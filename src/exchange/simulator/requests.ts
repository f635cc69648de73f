// The exchange's side of the protocol's requests: HTTP in, a checked request out. Everything odd is
// refused here, as a whole, before anything has happened.
import { SANDBOX_FAULTS } from '../../domain/sandbox-fault.ts';
import { LIMITS } from '../../limits.ts';
import { DecodeError } from '../errors.ts';
import {
  type JsonObject,
  listOf,
  nullableTextOf,
  numberOf,
  oneOf,
  optionalTextOf,
  parseObject,
  textOf,
} from '../json-fields.ts';
import type { CancelRequest, PlaceRequest, QueryRequest } from '../port.ts';

export type ExchangeRequest =
  | { readonly kind: 'Capabilities' }
  | { readonly kind: 'Place'; readonly orders: readonly PlaceRequest[] }
  | { readonly kind: 'Cancel'; readonly cancels: readonly CancelRequest[] }
  | { readonly kind: 'Query'; readonly orders: readonly QueryRequest[] }
  | { readonly kind: 'OpenOrders'; readonly after: string | null; readonly limit: number }
  | { readonly kind: 'Fills'; readonly externalOrderId: string };

export type StreamRequest =
  | { readonly kind: 'Executions' | 'Prices'; readonly from: FeedPosition | null }
  | { readonly kind: 'Log'; readonly afterSeq: number };

export interface FeedPosition {
  readonly epoch: string;
  readonly seq: number;
}

const SIDES = ['buy', 'sell'] as const;
const TIMES_IN_FORCE = ['day', 'gtc', 'ioc', 'fok'] as const;
const OPEN_ORDERS_MAX = 1_000;
const FILLS_PATH = /^\/v1\/orders\/([^/]{1,64})\/fills$/;

/**
 * Null for a path and method that the protocol does not have. Throws DecodeError for a request that
 * is malformed.
 */
export function readRequest(method: string, url: URL, body: string): ExchangeRequest | null {
  switch (`${method} ${url.pathname}`) {
    case 'GET /v1/capabilities':
      return { kind: 'Capabilities' };
    case 'POST /v1/orders':
      return { kind: 'Place', orders: readBatch(body, 'orders', LIMITS.batchOrdersMax, readOrder) };
    case 'POST /v1/cancels': {
      const cancels = readBatch(body, 'cancels', LIMITS.batchOrdersMax, readCancel);
      return { kind: 'Cancel', cancels };
    }
    case 'POST /v1/queries':
      return { kind: 'Query', orders: readBatch(body, 'orders', LIMITS.queryOrdersMax, readQuery) };
    case 'GET /v1/open-orders': {
      const limit = wholeNumber(url.searchParams.get('limit') ?? String(OPEN_ORDERS_MAX), 'limit');
      const after = url.searchParams.get('after');
      return { kind: 'OpenOrders', after, limit: Math.min(limit, OPEN_ORDERS_MAX) };
    }
    default: {
      const externalOrderId = method === 'GET' ? FILLS_PATH.exec(url.pathname)?.[1] : undefined;
      return externalOrderId === undefined ? null : { kind: 'Fills', externalOrderId };
    }
  }
}

export function readStreamRequest(method: string, url: URL): StreamRequest | null {
  const from = url.searchParams.get('from');
  switch (`${method} ${url.pathname}`) {
    case 'GET /v1/executions':
      return { kind: 'Executions', from: from === null ? null : readPosition(from) };
    case 'GET /v1/prices':
      return { kind: 'Prices', from: from === null ? null : readPosition(from) };
    case 'GET /v1/log':
      return { kind: 'Log', afterSeq: wholeNumber(from ?? '0', 'from') };
    default:
      return null;
  }
}

function readBatch<T>(body: string, key: string, max: number, read: (item: JsonObject) => T): T[] {
  return listOf(parseObject(body), key, max, read);
}

/**
 * Shapes only: a price or quantity that is a number but not a good one is refused order by order.
 */
function readOrder(order: JsonObject): PlaceRequest {
  return {
    clientOrderId: idOf(order, 'clientOrderId'),
    symbol: textOf(order, 'symbol'),
    side: oneOf(order, 'side', SIDES),
    timeInForce: oneOf(order, 'timeInForce', TIMES_IN_FORCE),
    priceInCents: numberOf(order, 'priceInCents'),
    numShares: numberOf(order, 'numShares'),
    notAfterMs: numberOf(order, 'notAfterMs'),
    sandboxFault: faultOf(order),
  };
}

function faultOf(order: JsonObject): string | null {
  return optionalTextOf(order, 'sandboxFault') && oneOf(order, 'sandboxFault', SANDBOX_FAULTS);
}

function readCancel(cancel: JsonObject): CancelRequest {
  return {
    cancelId: idOf(cancel, 'cancelId'),
    clientOrderId: idOf(cancel, 'clientOrderId'),
    externalOrderId: nullableTextOf(cancel, 'externalOrderId'),
  };
}

function readQuery(query: JsonObject): QueryRequest {
  const clientOrderId = optionalTextOf(query, 'clientOrderId');
  const externalOrderId = optionalTextOf(query, 'externalOrderId');
  if ((clientOrderId === null) !== (externalOrderId === null)) {
    return { clientOrderId, externalOrderId };
  }
  throw new DecodeError('a query was not by one id, clientOrderId or externalOrderId');
}

function idOf(from: JsonObject, key: string): string {
  const id = textOf(from, key);
  if (/^[\x21-\x7e]{1,64}$/.test(id)) return id;
  throw new DecodeError(`${key} was not 1 to 64 visible ASCII characters`);
}

function readPosition(from: string): FeedPosition {
  const [, epoch, seq] = /^([^:]{1,64}):(\d{1,15})$/.exec(from) ?? [];
  if (epoch === undefined || seq === undefined) {
    throw new DecodeError(`from was not <epoch>:<seq>, but ${from}`);
  }
  return { epoch, seq: Number(seq) };
}

function wholeNumber(text: string, name: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new DecodeError(`${name} was not a whole number, but ${text}`);
}
