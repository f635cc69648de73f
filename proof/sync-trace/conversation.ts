// The HTTP requests that the broker read and the answers that it wrote, as the calls on their
// sockets show them. One request at a time per connection, which is how the load asks.
import type { Call } from './call.ts';

export interface HttpMessage {
  /** `POST /order HTTP/1.1`, or `HTTP/1.1 201 Created`. */
  readonly firstLine: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface Asked {
  readonly request: HttpMessage;
  /** Its last byte had been read here. */
  readonly readLine: number;
  /** Null when no answer to it was written. */
  readonly answer: HttpMessage | null;
  /** Its first byte began to be written here. */
  readonly answerLine: number;
  readonly answerMs: number;
}

const HEAD_END = '\r\n\r\n';

/** All that was said on one socket. */
export class Conversation {
  readonly asked: Asked[] = [];
  #heard: Buffer = Buffer.alloc(0);
  #open: Pick<Asked, 'request' | 'readLine'> | null = null;
  #said: Buffer = Buffer.alloc(0);
  #saidFrom: Call | null = null;

  get hasRequests(): boolean {
    return this.asked.length > 0 || this.#open !== null;
  }

  received({ bytes, endLine }: Call): void {
    this.#heard = Buffer.concat([this.#heard, bytes]);
    const message = messageIn(this.#heard);
    if (message === null) return;
    this.end(); // an answer that is still open never came whole
    this.#open = { request: message, readLine: endLine };
    this.#heard = Buffer.alloc(0);
  }

  sent(call: Call): void {
    if (this.#open === null) return;
    this.#saidFrom ??= call;
    this.#said = Buffer.concat([this.#said, call.bytes]);
    const answer = messageIn(this.#said);
    if (answer !== null) this.#close(answer);
  }

  /** Nothing more is said: a request without a whole answer stays without. */
  end(): void {
    if (this.#open !== null) this.#close(null);
  }

  #close(answer: HttpMessage | null): void {
    const from = this.#saidFrom;
    if (this.#open !== null) {
      const answerLine = from?.startLine ?? Infinity;
      const answerMs = from?.startMs ?? Infinity;
      this.asked.push({ ...this.#open, answer, answerLine, answerMs });
    }
    this.#open = null;
    this.#said = Buffer.alloc(0);
    this.#saidFrom = null;
  }
}

export function statusOf({ firstLine }: HttpMessage): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(firstLine)?.[1] ?? 0);
}

/** Null until it is whole. Bodies have a length, or there is none. */
function messageIn(bytes: Buffer): HttpMessage | null {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) return null;
  const [firstLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const bodyAt = headEnd + HEAD_END.length;
  const length = Number(headers.get('content-length') ?? 0);
  if (bytes.length < bodyAt + length) return null;
  return { firstLine, headers, body: bytes.toString('utf8', bodyAt, bodyAt + length) };
}
