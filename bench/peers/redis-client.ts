// As much of Redis as the peer needs: pipelined commands and their replies, in order, on one socket
// that stays open. RESP 2 is simple enough that no package is needed.
import { connect, type Socket } from 'node:net';

export type Reply = string | number | null | readonly Reply[];

export class RedisClient {
  readonly #socket: Socket;
  readonly #onReply: (reply: Reply) => void;
  #rest = '';
  #at = 0;
  #isClosed = false;

  /** Latin 1, so that one character is one byte; our JSON is ASCII. */
  private constructor(socket: Socket, onReply: (reply: Reply) => void) {
    this.#socket = socket;
    this.#onReply = onReply;
    socket.setEncoding('latin1').on('data', (text: string) => this.#take(text));
    socket.on('close', () => this.#isClosed || process.exit(1)); // a peer is nothing without it
  }

  static connect(port: number, onReply: (reply: Reply) => void): Promise<RedisClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      socket.once('connect', () => resolve(new RedisClient(socket, onReply)));
      socket.once('error', reject);
    });
  }

  send(commands: readonly (readonly string[])[]): void {
    if (commands.length > 0) this.#socket.write(commands.map(commandText).join(''), 'latin1');
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#rest += text;
    this.#at = 0;
    for (let start = 0; ; start = this.#at) {
      const reply = this.#read();
      if (reply === undefined) {
        this.#rest = this.#rest.slice(start);
        return;
      }
      this.#onReply(reply);
    }
  }

  /** Undefined: the rest has not come yet. */
  #read(): Reply | undefined {
    const end = this.#rest.indexOf('\r\n', this.#at);
    if (end === -1) return undefined;
    const [kind, value] = [this.#rest[this.#at], this.#rest.slice(this.#at + 1, end)];
    this.#at = end + 2;
    switch (kind) {
      case '$':
        return this.#readBulk(Number(value));
      case '*':
        return this.#readArray(Number(value));
      case ':':
        return Number(value);
      case '-':
        throw new Error(`Redis answered: ${value}`);
      default:
        return value;
    }
  }

  #readBulk(length: number): Reply | undefined {
    if (length < 0) return null;
    const end = this.#at + length;
    if (this.#rest.length < end + 2) return undefined;
    const bulk = this.#rest.slice(this.#at, end);
    this.#at = end + 2;
    return bulk;
  }

  #readArray(length: number): Reply | undefined {
    const replies: Reply[] = [];
    for (let i = 0; i < length; i++) {
      const reply = this.#read();
      if (reply === undefined) return undefined;
      replies.push(reply);
    }
    return replies;
  }
}

export function commandText(command: readonly string[]): string {
  const parts = command.map((part) => `$${part.length}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join('')}`;
}
