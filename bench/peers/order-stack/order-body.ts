// The body of POST /order, checked by hand: the fastest validation there is, and short enough.
import { LIMITS } from '../../../src/limits.ts';
import type { ProblemCode } from './problem.ts';

export interface OrderBody {
  readonly position: 'buy' | 'sell';
  readonly symbol: string;
  readonly type: 'limit' | 'market';
  readonly numShares: number;
  readonly priceInCents: number | null;
  readonly timeInForce: 'day' | 'gtc' | 'ioc' | 'fok';
}

const TIMES_IN_FORCE = new Set(['day', 'gtc', 'ioc', 'fok']);

export function readOrderBody(text: string): OrderBody | ProblemCode {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return 'malformed_json';
  }
  if (typeof body !== 'object' || body === null) return 'invalid_body';
  const { position, symbol, type, numShares, ...more } = body as Record<string, unknown>;
  const { priceInCents = null, timeInForce = 'day' } = more;
  if (position !== 'buy' && position !== 'sell') return 'invalid_body';
  if (type !== 'limit' && type !== 'market') return 'invalid_body';
  if (typeof symbol !== 'string' || symbol.length > LIMITS.symbolNameMax) return 'invalid_body';
  if (!isWhole(numShares, LIMITS.numSharesMax)) return 'invalid_body';
  if (type === 'limit' && !isWhole(priceInCents, LIMITS.priceInCentsMax)) return 'invalid_body';
  if (type === 'market' && priceInCents !== null) return 'invalid_body';
  if (typeof timeInForce !== 'string' || !TIMES_IN_FORCE.has(timeInForce)) return 'invalid_body';
  if (type === 'market' && timeInForce !== 'day' && timeInForce !== 'ioc') return 'invalid_body';
  return {
    position,
    symbol,
    type,
    numShares,
    priceInCents: priceInCents as number | null,
    timeInForce: timeInForce as OrderBody['timeInForce'],
  };
}

function isWhole(value: unknown, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max;
}
