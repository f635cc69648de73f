// A door that notes each write whose outcome is unknown, and how long it took until somebody was
// told what became of it.
import type { Door, DoorRequest, StreamListener, StreamRequest } from '../customers/door.ts';
import { type Answered, outcomeOf } from '../history/history.ts';

export interface Question {
  readonly request: DoorRequest;
  readonly sinceMs: number;
}

export class OpenQuestions implements Door {
  /** How long each that was answered had been open. */
  readonly answeredAfterMs: number[] = [];
  readonly #door: Door;
  readonly #nowMs: () => number;
  readonly #open = new Map<string, Question>();

  constructor(door: Door, nowMs: () => number) {
    this.#door = door;
    this.#nowMs = nowMs;
  }

  get open(): readonly Question[] {
    return [...this.#open.values()];
  }

  async request(request: DoorRequest): Promise<Answered> {
    const answered = await this.#door.request(request);
    if (request.method !== 'GET') this.#note(request, answered);
    return answered;
  }

  openStream(request: StreamRequest, listener: StreamListener): () => void {
    return this.#door.openStream(request, listener);
  }

  #note(request: DoorRequest, answered: Answered): void {
    const name = nameOf(request);
    const question = this.#open.get(name);
    if (outcomeOf(answered) === 'unknown') {
      if (question === undefined) this.#open.set(name, { request, sinceMs: this.#nowMs() });
    } else if (question !== undefined && tells(answered)) {
      this.#open.delete(name);
      this.answeredAfterMs.push(this.#nowMs() - question.sinceMs);
    }
  }
}

/** Two requests with one name ask for the same thing, which happens once. */
function nameOf({ token, method, path, idempotencyKey, body }: DoorRequest): string {
  const what = idempotencyKey ?? JSON.stringify(body);
  return [token, method, path, what].join(' ');
}

/** "Come back with the same key" says nothing about the request before. */
function tells(answered: Answered): boolean {
  if (typeof answered === 'string') return false;
  return outcomeOf(answered) === 'ok' || answered.body['retry'] !== 'same_key';
}
