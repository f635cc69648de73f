// From a raw request to an answer: route, caller, headers, query, path, body, in this order, and
// then the route itself. Whatever is refused has changed nothing. No socket in here: a simulated
// customer comes in this way too.
import { SANDBOX_FAULTS, type SandboxFault, sandboxFaultOf } from '../domain/sandbox-fault.ts';
import type { LogSink } from '../runtime/log-sink.ts';
import { ANONYMOUS, type Principal, tokenOf } from './auth.ts';
import { parseJsonBody } from './json-body.ts';
import { IdempotencyKeys, isIdempotencyKey, preferredWaitOf, waitOf } from './order-headers.ts';
import { problem, withOutcome } from './problem.ts';
import { decodedSegment, parseQuery } from './query.ts';
import type { RawRequest } from './request.ts';
import type { Answer, JsonAnswer, Route, RouteRequest } from './route.ts';
import { type Found, Router } from './router.ts';
import { ROUTES } from './routes/index.ts';
import type { Services } from './services.ts';
import { shape } from './shape.ts';

const NOTHING = shape({});

type Step<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly answer: JsonAnswer };

export class FrontDoor {
  readonly #services: Services;
  readonly #log: LogSink;
  readonly #router = new Router(ROUTES);
  readonly #keys: IdempotencyKeys;

  constructor(services: Services, log: LogSink) {
    this.#services = services;
    this.#log = log;
    this.#keys = new IdempotencyKeys(services.edge);
  }

  /** Never rejects: a bug in a route is a 500. */
  async answer(raw: RawRequest): Promise<Answer> {
    const found = this.#router.find(raw.method, raw.path);
    const key = this.#idempotencyKey(found, raw);
    try {
      return finished(await this.#answer(raw, found, key), raw, found, key);
    } catch (error) {
      this.#services.edge.count('http_internal_errors');
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#log('error', 'a route threw', { method: raw.method, path: raw.path, reason });
      // It may have asked an actor before it threw.
      const answer = problem('internal_error', { members: { outcome: 'unknown' } });
      return finished(answer, raw, found, key);
    }
  }

  async #answer(raw: RawRequest, found: Found, key: string | null): Promise<Answer> {
    const caller = await this.#caller(raw, found);
    if (!caller.ok) return caller.answer;
    if (found.outcome === 'not_found') return problem('not_found');
    if (found.outcome === 'method_not_allowed') {
      return problem('method_not_allowed', { headers: { allow: found.allowed.join(', ') } });
    }
    const checked = checkRequest(raw, found, caller.value, key, this.#services.demo);
    if (!checked.ok) return checked.answer;
    return await found.route.handle(checked.value, this.#services);
  }

  /**
   * The client's key, or one of ours; null when the route takes none, or the client's is not well
   * formed.
   */
  #idempotencyKey(found: Found, { headers }: RawRequest): string | null {
    if (found.outcome !== 'route' || found.route.takesIdempotencyKey !== true) return null;
    const given = headers['idempotency-key'];
    if (given === '') return this.#keys.next();
    return isIdempotencyKey(given) ? given : null;
  }

  async #caller(raw: RawRequest, found: Found): Promise<Step<Principal>> {
    const needed = authOf(raw, found);
    if (needed === 'none') return { ok: true, value: ANONYMOUS };
    const token = tokenOf(raw.headers);
    if (token === null) {
      const detail = 'This needs a token: `Authorization: Bearer ...`.';
      return { ok: false, answer: problem('unauthenticated', { detail }) };
    }
    const verdict = await this.#services.tokens.verify(token);
    if (verdict === 'no_key') return { ok: false, answer: problem('not_ready') };
    if (verdict === 'invalid') return { ok: false, answer: problem('unauthenticated') };
    if (needed === 'admin' && verdict.role !== 'admin') {
      return { ok: false, answer: problem('forbidden') };
    }
    return { ok: true, value: verdict };
  }
}

/** What lies under `/admin` is nobody's business without the role, not even whether it exists. */
function authOf({ path }: RawRequest, found: Found): Route['auth'] {
  if (path === '/admin' || path.startsWith('/admin/')) return 'admin';
  return found.outcome === 'route' ? found.route.auth : 'none';
}

function checkRequest(
  raw: RawRequest,
  { route, params: rawParams }: Extract<Found, { outcome: 'route' }>,
  principal: Principal,
  key: string | null,
  demo: boolean,
): Step<RouteRequest<unknown, unknown, unknown>> {
  if (raw.body === 'too_large') return { ok: false, answer: problem('body_too_large') };
  const waitMs = waitOf(raw.headers.prefer);
  if (waitMs === null) return badHeader('Prefer', '`wait` must be a whole number of seconds');
  if (route.takesIdempotencyKey === true && key === null) {
    return badHeader('Idempotency-Key', 'must be 1 to 64 visible ASCII characters');
  }
  const query = checkQuery(route, raw.query);
  if (!query.ok) return query;
  const params = checkParams(route, rawParams);
  if (!params.ok) return params;
  const body = checkBody(route, raw);
  if (!body.ok) return body;
  const sandbox = checkSandboxFault(route, raw, demo);
  if (!sandbox.ok) return sandbox;
  return {
    ok: true,
    value: {
      principal,
      params: params.value,
      query: query.value,
      body: body.value,
      idempotencyKey: key ?? '',
      waitMs,
      lastEventId: raw.headers['last-event-id'] === '' ? null : raw.headers['last-event-id'],
      sandboxFault: sandbox.value,
    },
  };
}

function checkSandboxFault(
  route: Route,
  { headers }: RawRequest,
  demo: boolean,
): Step<SandboxFault | null> {
  const text = headers['outcry-sandbox-fault'];
  if (route.takesSandboxFault !== true || text === '') return { ok: true, value: null };
  if (!demo) return { ok: false, answer: problem('sandbox_only') };
  const fault = sandboxFaultOf(text);
  if (fault !== null) return { ok: true, value: fault };
  return badHeader('Outcry-Sandbox-Fault', `must be one of ${SANDBOX_FAULTS.join(', ')}`);
}

function checkQuery(route: Route, text: string): Step<unknown> {
  const query = parseQuery(text);
  const checked = query.ok ? (route.query ?? NOTHING).check(query.value) : query;
  if (checked.ok) return checked;
  return { ok: false, answer: problem('invalid_query', { errors: checked.errors }) };
}

function checkParams(route: Route, raw: Readonly<Record<string, string>>): Step<unknown> {
  if (route.params === undefined) return { ok: true, value: {} };
  const entries = Object.entries(raw).map(([name, text]) => [name, decodedSegment(text)]);
  const checked = route.params.check(Object.fromEntries(entries));
  if (checked.ok) return checked;
  return { ok: false, answer: problem('invalid_id', { errors: checked.errors }) };
}

function checkBody(route: Route, raw: RawRequest): Step<unknown> {
  if (route.body === undefined) return { ok: true, value: null };
  const parsed = parseJsonBody(raw);
  if (!parsed.ok) {
    const { code, detail } = parsed;
    return { ok: false, answer: problem(code, detail === undefined ? {} : { detail }) };
  }
  const checked = route.body.check(parsed.value);
  if (checked.ok) return checked;
  return { ok: false, answer: problem('invalid_body', { errors: checked.errors }) };
}

function badHeader(field: string, message: string): { ok: false; answer: JsonAnswer } {
  return { ok: false, answer: problem('invalid_header', { errors: [{ field, message }] }) };
}

/** What every answer of such a route carries, whoever gave it. */
function finished(answer: Answer, raw: RawRequest, found: Found, key: string | null): Answer {
  if (found.outcome !== 'route') return answer;
  const { route } = found;
  const waitMs = route.takesWait === true ? preferredWaitOf(raw.headers.prefer) : null;
  const named = key === null && waitMs === null ? answer : withHeaders(answer, key, waitMs);
  return isWrite(route) ? withOutcome(named) : named;
}

function withHeaders(answer: Answer, key: string | null, waitMs: number | null): Answer {
  const headers: Record<string, string> = Object.assign({}, answer.headers);
  if (key !== null) headers['idempotency-key'] = key;
  if (waitMs !== null) headers['preference-applied'] = `wait=${waitMs / 1_000}`;
  return Object.assign({}, answer, { headers });
}

function isWrite(route: Route): boolean {
  return route.method !== 'GET' && route.isWrite !== false;
}
