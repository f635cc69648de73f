// An HTTP/1.1 client for load: raw sockets kept alive, requests as bytes that were made before, one
// request per connection at a time. Who finds no free connection waits in line, and its latency
// with it.
import { connect, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { ResponseError, type ResponseHead, ResponseParser } from './response-parser.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface HttpReply {
  readonly outcome: 'reply';
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** No answer. Whether the server has acted is not known once the bytes were written. */
export interface HttpFailure {
  readonly outcome: 'failure';
  readonly error: string;
}

export type Answered = (answer: HttpReply | HttpFailure) => void;

interface Waiting {
  readonly bytes: string;
  readonly answered: Answered;
}

export interface RequestParts {
  readonly method: string;
  readonly path: string;
  readonly target: Target;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The body must be ASCII, or the length would be wrong; the load's bodies are. */
export function requestText({ body, ...head }: RequestParts): string {
  return withBody(headText(head), body);
}

/** All lines of the head that do not depend on the body. */
export function headText({ method, path, target, headers }: Omit<RequestParts, 'body'>): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${target.host}:${target.port}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

export function withBody(head: string, body?: string): string {
  if (body === undefined) return `${head}\r\n`;
  return `${head}content-length: ${body.length}\r\n\r\n${body}`;
}

export class HttpPool {
  readonly #idle: HttpConnection[];
  readonly #connections: readonly HttpConnection[];
  readonly #waitingMax: number;
  #waiting: Waiting[] = [];
  #nextWaiting = 0;

  constructor(target: Target, connections: number, waitingMax: number) {
    this.#waitingMax = waitingMax;
    this.#connections = Array.from({ length: connections }, () => new HttpConnection(target));
    this.#idle = [...this.#connections];
  }

  /** Resolves when every connection stands; rejects when one is refused. */
  async open(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.open()));
  }

  send(bytes: string, answered: Answered): void {
    // The one that has rested longest: none rests so long that the server closes it.
    const connection = this.#idle.shift();
    if (connection !== undefined) return this.#carry(connection, { bytes, answered });
    if (this.#waiting.length - this.#nextWaiting >= this.#waitingMax) {
      return answered({ outcome: 'failure', error: 'not sent: too many requests in line' });
    }
    this.#waiting.push({ bytes, answered });
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #carry(connection: HttpConnection, { bytes, answered }: Waiting): void {
    connection.send(bytes, (answer) => {
      const next = this.#takeWaiting();
      if (next === undefined) this.#idle.push(connection);
      else this.#carry(connection, next);
      answered(answer);
    });
  }

  /** The line is a list with a moving head, cleared when it has been served. */
  #takeWaiting(): Waiting | undefined {
    const next = this.#waiting[this.#nextWaiting];
    if (next === undefined) return undefined;
    this.#nextWaiting++;
    if (this.#nextWaiting === this.#waiting.length) {
      this.#waiting = [];
      this.#nextWaiting = 0;
    }
    return next;
  }
}

/**
 * What a socket has brought is read before the next brings anything, so one buffer serves all: a
 * stream would make a new one of 64 KB for each read.
 */
const READ = Buffer.allocUnsafeSlow(64 * 1024);

class HttpConnection {
  readonly #target: Target;
  #socket: Socket | null = null;
  #answered: Answered | null = null;
  #head: ResponseHead | null = null;
  #body = '';

  constructor(target: Target) {
    this.#target = target;
  }

  open(): Promise<void> {
    const socket = this.#connect();
    return new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  }

  /** Opens the connection again when the server has closed it. */
  send(bytes: string, answered: Answered): void {
    this.#answered = answered;
    (this.#socket ?? this.#connect()).write(bytes, 'latin1');
  }

  close(): void {
    this.#socket?.destroy();
  }

  #connect(): Socket {
    let error = 'connection closed without an answer';
    const decoder = new StringDecoder('utf8');
    const parser = new ResponseParser({
      onHead: (head) => {
        this.#head = head;
        this.#body = '';
      },
      onBody: (bytes) => {
        this.#body += decoder.write(bytes);
      },
      onEnd: () => this.#onEnd(),
    });
    const callback = (length: number): boolean => {
      try {
        parser.push(READ.subarray(0, length));
      } catch (cause) {
        if (!(cause instanceof ResponseError)) throw cause;
        socket.destroy(cause);
      }
      return true;
    };
    const onread = { buffer: READ, callback };
    const socket = connect({ ...this.#target, noDelay: true, onread });
    socket.resume(); // or it would not end
    socket.on('error', (cause) => {
      error = 'code' in cause ? `${cause.code}: ${cause.message}` : cause.message;
    });
    socket.on('close', () => {
      this.#socket = null;
      parser.end();
      this.#answer({ outcome: 'failure', error });
    });
    this.#socket = socket;
    return socket;
  }

  #onEnd(): void {
    const head = this.#head;
    if (head === null) return;
    // The server ends the connection with this answer: the next request needs another.
    if (head.headers.get('connection')?.toLowerCase() === 'close') this.#abandon();
    const { status, headers } = head;
    this.#answer({ outcome: 'reply', status, headers, body: this.#body });
  }

  #abandon(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.removeAllListeners('close');
    socket?.destroy();
  }

  #answer(answer: HttpReply | HttpFailure): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(answer);
  }
}
