// The port's effects over HTTP: orders on connections of their own, everything else on the control
// connections, one socket for each feed. Tells apart what is definite from what is not, and never
// writes a request twice.
import { Pool } from 'undici';
import type { Effect } from '../runtime/actor.ts';
import type { CancelEffect, Drivers, EffectDriver } from '../runtime/system.ts';
import {
  decodeCancelResults,
  decodeCapabilities,
  decodeFills,
  decodeOpenOrders,
  decodePlaceResults,
  decodeQueryResults,
} from './decode.ts';
import { decodeExecutionFrame, decodePriceFrame } from './decode-frame.ts';
import type {
  AskOrders,
  CancelOrders,
  CloseFeed,
  FeedName,
  OpenFeed,
  PlaceOrders,
  ReadFeed,
  ReadFills,
  ReadOpenOrders,
  VenueAnswer,
  VenueEffect,
} from './effects.ts';
import { DecodeError } from './errors.ts';
import { FeedConnection } from './feed-connection.ts';
import type { FrameLog } from './frame-log.ts';
import { type JsonObject, parseObject, textOf } from './json-fields.ts';
import { type HttpOutcome, type HttpRequest, send } from './venue-http.ts';

export interface VenueDriverOptions {
  readonly baseUrl: string;
  readonly orderConnections: number;
  readonly controlConnections: number;
  /** After this a request is given up and its socket destroyed. */
  readonly requestMs: number;
  /** Keeps the lines of the execution feed as they came; null: they are not kept. */
  readonly executionLog: FrameLog | null;
}

export interface VenueConnections {
  readonly orders: number;
  readonly control: number;
  readonly tradeFeed: number;
  readonly priceFeed: number;
}

export interface VenueDrivers {
  readonly drivers: Drivers;
  /** Sockets held now. */
  connections(): VenueConnections;
  close(): Promise<void>;
}

/**
 * Shorter than the exchange keeps an idle connection, so that a submit never meets one that is just
 * closing.
 */
const KEEP_ALIVE_MS = 60_000;

export function createVenueDrivers(options: VenueDriverOptions): VenueDrivers {
  const orders = openPool(options, options.orderConnections);
  const control = openPool(options, options.controlConnections);
  const feeds = new Map<FeedName, FeedConnection>();
  return {
    drivers: {
      ...requestDrivers(orders, control, options.requestMs),
      ...feedDrivers(feeds, options),
    },
    connections: () => ({
      orders: orders.stats.connected,
      control: control.stats.connected,
      tradeFeed: feeds.get('executions')?.isOpen === true ? 1 : 0,
      priceFeed: feeds.get('prices')?.isOpen === true ? 1 : 0,
    }),
    close: async () => {
      for (const feed of feeds.values()) feed.close();
      options.executionLog?.close();
      await Promise.all([orders.destroy(), control.destroy()]);
    },
  };
}

function openPool({ baseUrl, requestMs }: VenueDriverOptions, connections: number): Pool {
  return new Pool(baseUrl, {
    connections,
    pipelining: 1,
    headersTimeout: 0, // the deadline of `send` covers all of it
    bodyTimeout: 0,
    connect: { timeout: requestMs },
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
  });
}

type RequestKind = Exclude<VenueEffect['kind'], 'OpenFeed' | 'ReadFeed' | 'CloseFeed'>;

function requestDrivers(
  orders: Pool,
  control: Pool,
  requestMs: number,
): Record<RequestKind, EffectDriver> {
  const over =
    (pool: Pool) =>
    <E extends Effect, Answer>(
      requestOf: (effect: E) => HttpRequest,
      decode: (answer: JsonObject, effect: E) => Answer,
    ): EffectDriver =>
      driver((effect: E, answer) =>
        send(pool, requestOf(effect), requestMs, (outcome) => {
          answer(venueAnswer(outcome, (body) => decode(body, effect)));
        }),
      );
  const onControl = over(control);
  return {
    ReadCapabilities: onControl(() => get('/v1/capabilities'), decodeCapabilities),
    PlaceOrders: over(orders)(
      (effect: PlaceOrders) => post('/v1/orders', { orders: effect.orders }),
      (answer, effect) => decodePlaceResults(answer, effect.orders),
    ),
    CancelOrders: onControl(
      (effect: CancelOrders) => post('/v1/cancels', { cancels: effect.cancels }),
      (answer, effect) => decodeCancelResults(answer, effect.cancels),
    ),
    AskOrders: onControl(
      (effect: AskOrders) => post('/v1/queries', { orders: effect.orders }),
      (answer, effect) => decodeQueryResults(answer, effect.orders),
    ),
    ReadOpenOrders: onControl(
      ({ after, limit }: ReadOpenOrders) => get(`/v1/open-orders?${searchOf({ after, limit })}`),
      (answer, effect) => decodeOpenOrders(answer, effect.limit),
    ),
    ReadFills: onControl(
      (effect: ReadFills) => get(`/v1/orders/${encodeURIComponent(effect.externalOrderId)}/fills`),
      decodeFills,
    ),
  };
}

function feedDrivers(
  feeds: Map<FeedName, FeedConnection>,
  { baseUrl, requestMs, executionLog }: VenueDriverOptions,
): Record<'OpenFeed' | 'ReadFeed' | 'CloseFeed', EffectDriver> {
  return {
    OpenFeed: driver(({ feed, from }: OpenFeed, answer) => {
      feeds.get(feed)?.close();
      const position = from === null ? '' : `?${searchOf({ from: `${from.epoch}:${from.seq}` })}`;
      const connection = new FeedConnection({
        baseUrl,
        path: `/v1/${feed}${position}`,
        openMs: requestMs,
        keep: feed === 'executions' ? (lines) => executionLog?.append(lines) : null,
        decode: feed === 'executions' ? decodeExecutionFrame : decodePriceFrame,
        onOpened: answer,
      });
      feeds.set(feed, connection);
      return () => connection.close();
    }),
    ReadFeed: driver(({ feed, framesMax }: ReadFeed, answer) => {
      const connection = feeds.get(feed);
      if (connection !== undefined) return connection.read(framesMax, answer);
      answer({ outcome: 'closed', error: `the feed of ${feed} was never opened` });
      return () => {};
    }),
    CloseFeed: driver(({ feed }: CloseFeed, answer) => {
      feeds.get(feed)?.close();
      answer({ outcome: 'closed', error: 'as asked' });
      return () => {};
    }),
  };
}

/**
 * What an outcome proves. 4xx is all or nothing with this exchange; 408 and 429 say only that it
 * cannot tell (E10).
 */
function venueAnswer<Answer>(
  outcome: HttpOutcome,
  decode: (body: JsonObject) => Answer,
): VenueAnswer<Answer> {
  if (outcome.kind === 'not_written') return { outcome: 'not_written', error: outcome.error };
  if (outcome.kind === 'no_answer') return noAnswer(outcome.error);
  const { status, body } = outcome;
  const isDefiniteNo = status >= 400 && status < 500 && status !== 408 && status !== 429;
  try {
    if (isDefiniteNo) return { outcome: 'refused', refusal: refusalOf(status, body) };
    if (status !== 200) return noAnswer(`the exchange answered ${status}`);
    const answer = parseObject(body);
    return { outcome: 'answered', epoch: textOf(answer, 'epoch'), ...decode(answer) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return noAnswer(error.message);
  }
}

function noAnswer(error: string): VenueAnswer<never> {
  return { outcome: 'unknown', reason: 'no_answer', error };
}

/** The status alone is the definite word; its explanation may be missing. */
function refusalOf(status: number, body: string): { code: string; detail: string } {
  try {
    const refusal = parseObject(body);
    return { code: textOf(refusal, 'code'), detail: textOf(refusal, 'detail') };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { code: `http_${status}`, detail: error.message };
  }
}

function get(path: string): HttpRequest {
  return { method: 'GET', path, body: null };
}

function post(path: string, body: object): HttpRequest {
  return { method: 'POST', path, body: JSON.stringify(body) };
}

function searchOf(parameters: Readonly<Record<string, string | number | null>>): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) search.set(name, String(value));
  }
  return search;
}

/**
 * The runtime starts a driver only with effects of the kind it is bound to. An answer never comes
 * before `start` has returned, and never after a cancel.
 */
function driver<E extends Effect>(
  start: (effect: E, answer: (result: unknown) => void) => CancelEffect,
): EffectDriver {
  return {
    start: (effect, answer) => {
      let isCancelled = false;
      const cancel = start(effect as E, (result) => {
        queueMicrotask(() => {
          if (!isCancelled) answer(result);
        });
      });
      return () => {
        isCancelled = true;
        cancel();
      };
    },
  };
}
