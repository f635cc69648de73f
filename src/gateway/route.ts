// What a route is: a method and path, who may call it, the shapes of what it takes, and one
// function from request to answer. No socket in here: a route is tested by calling it.
import type { SandboxFault } from '../domain/sandbox-fault.ts';
import type { Principal } from './auth.ts';
import type { Services } from './services.ts';
import type { Shape } from './shape.ts';
import type { Sink, SinkListener } from './sink.ts';

export type Headers = Readonly<Record<string, string>>;

/** Beside those that every answer has, which stand once. */
export type OwnHeaders = Headers & {
  readonly 'content-type'?: never;
  readonly 'cache-control'?: never;
  readonly 'x-content-type-options'?: never;
};

export interface JsonAnswer {
  readonly kind: 'json';
  readonly status: number;
  readonly contentType: 'application/json' | 'application/problem+json';
  readonly headers: OwnHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Answers 200 with `text/event-stream`; `open` is called once the head has been written. */
export interface StreamAnswer {
  readonly kind: 'stream';
  readonly headers: Headers;
  open(sink: Sink): SinkListener;
}

export interface TextAnswer {
  readonly kind: 'text';
  readonly status: number;
  readonly contentType: string;
  readonly headers: OwnHeaders;
  readonly body: string;
}

export type Answer = JsonAnswer | TextAnswer | StreamAnswer;

export interface RouteRequest<Params, Query, Body> {
  /** `ANONYMOUS` on a route that needs no token. */
  readonly principal: Principal;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The client's, or made by the gateway. */
  readonly idempotencyKey: string;
  /** `Prefer: wait`, in milliseconds. */
  readonly waitMs: number;
  readonly lastEventId: string | null;
  /** What the customer asks the simulator to do wrong with this order; demo mode only. */
  readonly sandboxFault: SandboxFault | null;
}

export interface Route<Params = unknown, Query = unknown, Body = unknown> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Segments that begin with `:` are parameters. */
  readonly path: string;
  readonly auth: 'none' | 'user' | 'admin';
  /** The key is validated, and echoed on every answer. */
  readonly takesIdempotencyKey?: true;
  readonly takesSandboxFault?: true;
  /** `Prefer: wait` means something to it, and is acknowledged. */
  readonly takesWait?: true;
  /**
   * What is no GET is a write, whose every answer has an `outcome`; a login is none, nor is a
   * change of what a stream watches.
   */
  readonly isWrite?: false;
  readonly params?: Shape<Params>;
  /** Absent: no query parameter is known. */
  readonly query?: Shape<Query>;
  /** Absent: a body is not read. */
  readonly body?: Shape<Body>;
  handle(
    request: RouteRequest<Params, Query, Body>,
    services: Services,
  ): JsonAnswer | StreamAnswer | Promise<Answer>;
}

export function json(
  status: number,
  body: Readonly<Record<string, unknown>>,
  headers: OwnHeaders = {},
): JsonAnswer {
  return { kind: 'json', status, contentType: 'application/json', headers, body };
}

/** A command that was carried out, now (201) or at its first attempt (200). */
export function written(
  body: Readonly<Record<string, unknown>>,
  { replayed }: { readonly replayed: boolean },
): JsonAnswer {
  const headers: OwnHeaders = replayed ? { 'idempotency-replayed': 'true' } : {};
  return json(replayed ? 200 : 201, { ...body, outcome: 'accepted' }, headers);
}
