// One caller of the API. Everything it asks for, and what came of it, goes into the history.
import { type Answered, type History, type Outcome, outcomeOf } from '../history/history.ts';
import type { Door, Outside } from './door.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly idempotencyKey?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** On whose behalf, when that is not the caller. */
  readonly userId?: string;
}

export interface Reply {
  readonly outcome: Outcome;
  readonly answered: Answered;
  /** Empty without an answer. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The same request may be sent again, and has to be for anybody to know. */
  readonly mayRepeat: boolean;
}

export class Client {
  readonly userId: string;
  readonly token: string;
  readonly #door: Door;
  readonly #history: History;
  readonly #outside: Outside;

  constructor(
    user: { readonly userId: string; readonly token: string },
    outside: Outside,
    history: History,
  ) {
    this.userId = user.userId;
    this.token = user.token;
    this.#door = outside.door;
    this.#history = history;
    this.#outside = outside;
  }

  async call({ method, path, idempotencyKey, body, userId = this.userId }: Call): Promise<Reply> {
    const asked = { method, path, idempotencyKey: idempotencyKey ?? null, body: body ?? null };
    const ended = this.#history.begin({ ...asked, userId });
    const answered = await this.#door.request({ ...asked, token: this.token });
    ended(answered);
    return replyOf(answered);
  }

  /** Again and again until nobody needs to ask any more; at most `times`. */
  async insist(call: Call, times: number): Promise<Reply> {
    let reply = await this.call(call);
    for (let tried = 1; tried < times && reply.mayRepeat; tried++) {
      await this.#outside.pause(200 + Math.floor(this.#outside.random() * 600));
      reply = await this.call(call);
    }
    return reply;
  }
}

function replyOf(answered: Answered): Reply {
  const outcome = outcomeOf(answered);
  if (typeof answered === 'string') return { outcome, answered, body: {}, mayRepeat: true };
  const { body } = answered;
  const mayRepeat = outcome === 'unknown' ? answered.status >= 500 : body['retry'] === 'same_key';
  return { outcome, answered, body, mayRepeat: outcome !== 'ok' && mayRepeat };
}
