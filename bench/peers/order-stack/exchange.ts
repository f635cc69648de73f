// The stack's connections to the exchange: orders and cancels over sockets that stay open, each
// request written once, and the two feeds line by line.
import { get } from 'node:http';
import { Pool } from 'undici';
import { decodeCancelResults, decodePlaceResults } from '../../../src/exchange/decode.ts';
import { type JsonObject, parseObject, textOf } from '../../../src/exchange/json-fields.ts';
import { LineSplitter } from '../../../src/exchange/line-splitter.ts';
import type {
  CancelRequest,
  CancelResult,
  PlaceRequest,
  PlaceResult,
} from '../../../src/exchange/port.ts';
import { type HttpOutcome, send } from '../../../src/exchange/venue-http.ts';
import { LIMITS } from '../../../src/limits.ts';

/** `not_written` proves that the exchange has nothing; `unknown` proves nothing. */
export type VenueReply<Result> =
  | { readonly outcome: 'answered'; readonly epoch: string; readonly results: readonly Result[] }
  | { readonly outcome: 'refused' | 'not_written' | 'unknown' };

export class ExchangeClient {
  readonly #orders: Pool;
  readonly #cancels: Pool;

  constructor(url: string, connections: number) {
    const options = { pipelining: 1, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 60_000 };
    this.#orders = new Pool(url, { ...options, connections });
    this.#cancels = new Pool(url, { ...options, connections: 1 });
  }

  place(orders: readonly PlaceRequest[]): Promise<VenueReply<PlaceResult>> {
    return ask(this.#orders, '/v1/orders', { orders }, (answer) =>
      decodePlaceResults(answer, orders),
    );
  }

  cancel(cancels: readonly CancelRequest[]): Promise<VenueReply<CancelResult>> {
    return ask(this.#cancels, '/v1/cancels', { cancels }, (answer) =>
      decodeCancelResults(answer, cancels),
    );
  }
}

/** Every line of a feed, for ever; the process ends with it, because it is nothing without it. */
export function followFeed(url: string, take: (lines: readonly string[]) => void): void {
  const end = (): void => process.exit(1);
  const request = get(url, (response) => {
    const splitter = new LineSplitter(LIMITS.feedLineBytesMax);
    response.on('data', (chunk: Buffer) => take(splitter.push(chunk)));
    response.on('end', end);
  });
  request.on('error', end);
}

function ask<Result>(
  pool: Pool,
  path: string,
  body: object,
  decode: (answer: JsonObject) => { readonly results: readonly Result[] },
): Promise<VenueReply<Result>> {
  const request = { method: 'POST', path, body: JSON.stringify(body) } as const;
  return new Promise((resolve) => {
    send(pool, request, LIMITS.venueRequestMs, (outcome) => resolve(replyOf(outcome, decode)));
  });
}

function replyOf<Result>(
  outcome: HttpOutcome,
  decode: (answer: JsonObject) => { readonly results: readonly Result[] },
): VenueReply<Result> {
  if (outcome.kind === 'not_written') return { outcome: 'not_written' };
  if (outcome.kind === 'no_answer') return { outcome: 'unknown' };
  if (outcome.status >= 400 && outcome.status < 500) return { outcome: 'refused' };
  if (outcome.status !== 200) return { outcome: 'unknown' };
  const answer = parseObject(outcome.body);
  return { outcome: 'answered', epoch: textOf(answer, 'epoch'), ...decode(answer) };
}
