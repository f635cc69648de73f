// Small histories: operations with their places in time and what was answered.
import {
  type Answer,
  type Answered,
  type Operation,
  outcomeOf,
  type Request,
} from '../../../proof/history/history.ts';

/** Its beginning and its end. */
export type Span = readonly [begunAt: number, endedAt: number];

export function operation(
  [begunAt, endedAt]: Span,
  request: Pick<Request, 'method' | 'path'> & Partial<Request>,
  answered: Answered,
): Operation {
  return {
    request: { userId: 'usr_1', idempotencyKey: null, body: null, ...request },
    begunAt,
    endedAt,
    outcome: outcomeOf(answered),
    answer: typeof answered === 'string' ? null : answered,
  };
}

export function answer(
  status: number,
  body: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers, body };
}

export function refusal(
  status: number,
  code: string,
  members: Readonly<Record<string, unknown>> = {},
): Answer {
  return answer(status, { outcome: 'rejected', code, ...members });
}

export const REPLAYED = { 'idempotency-replayed': 'true' };
