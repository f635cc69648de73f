// What clients saw: each request with its beginning, its end and what came of it, in the one order
// in which a single observer saw them. An operation whose outcome is unknown may take effect until
// the end of time.

/** As Jepsen has it: done; surely not done; nobody can say. */
export type Outcome = 'ok' | 'fail' | 'unknown';

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** On whose behalf; an operator acts on a user's. */
  readonly userId: string;
  readonly idempotencyKey: string | null;
  readonly body: Readonly<Record<string, unknown>> | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** `refused`: there was nobody to connect to, so nothing was sent. `none`: the connection broke. */
export type Answered = Answer | 'refused' | 'none';

export interface Operation {
  readonly request: Request;
  /** Places in the order of all beginnings and ends. */
  readonly begunAt: number;
  /** Infinity as long as nobody has heard of it. */
  readonly endedAt: number;
  readonly outcome: Outcome;
  readonly answer: Answer | null;
}

/** An event of a user that came on a stream. */
export interface Sighting {
  readonly userId: string;
  readonly seq: number;
  readonly heardAt: number;
}

export class History {
  readonly sightings: Sighting[] = [];
  readonly #operations: Operation[] = [];
  readonly #running = new Set<Pick<Operation, 'request' | 'begunAt'>>();
  #now = 0;

  /** Also those that have no answer yet, as unknown. */
  get operations(): Operation[] {
    const running = [...this.#running].map((begun) => ended(begun, 'none', Infinity));
    return [...this.#operations, ...running];
  }

  /** The result tells the end. */
  begin(request: Request): (answered: Answered) => void {
    const begun = { request, begunAt: this.#tick() };
    this.#running.add(begun);
    return (answered) => {
      if (!this.#running.delete(begun)) return;
      this.#operations.push(ended(begun, answered, this.#tick()));
    };
  }

  heard(userId: string, seq: number): void {
    this.sightings.push({ userId, seq, heardAt: this.#tick() });
  }

  #tick(): number {
    this.#now++;
    return this.#now;
  }
}

function ended(
  begun: Pick<Operation, 'request' | 'begunAt'>,
  answered: Answered,
  endedAt: number,
): Operation {
  const answer = typeof answered === 'string' ? null : answered;
  return { ...begun, endedAt, outcome: outcomeOf(answered), answer };
}

/** By the contract: a refusal has changed nothing, unless its body says that nobody knows. */
export function outcomeOf(answered: Answered): Outcome {
  if (answered === 'refused') return 'fail';
  if (answered === 'none') return 'unknown';
  const { status, body } = answered;
  if (status < 300) return 'ok';
  if (body['outcome'] === 'unknown') return 'unknown';
  // The order was made and then failed: 422 with its id.
  return madeOrderIn(answered) === null ? 'fail' : 'ok';
}

/** The order that a refused submit has left behind; null when there is none. */
function madeOrderIn({ body }: Answer): Readonly<Record<string, unknown>> | null {
  const order = body['order'];
  return typeof order === 'object' && order !== null ? (order as Record<string, unknown>) : null;
}

/** The order as an answer to a submit shows it, however it ended. */
export function orderIn({ request, outcome, answer }: Operation) {
  if (answer === null || outcome !== 'ok') return null;
  if (answer.status >= 300) return madeOrderIn(answer);
  if (request.path !== '/order' && request.method !== 'GET') return null;
  const { outcome: _said, ...order } = answer.body;
  return order;
}

export function isReplay({ answer }: Operation): boolean {
  return answer?.headers['idempotency-replayed'] === 'true';
}
