// A user's stream of events and prices: read to its end, opened again from the last event it had,
// for as long as it is wanted. What it has delivered is dense, whatever broke in between (I18).
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { History } from '../history/history.ts';
import type { Client } from './client.ts';
import type { Outside } from './door.ts';

export interface Delivered {
  readonly seq: number;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface StreamReaderOptions {
  readonly client: Client;
  readonly outside: Outside;
  readonly history: History;
  readonly symbols: readonly string[];
}

const AGAIN_MS = 100;

export class StreamReader {
  readonly userId: string;
  readonly delivered: Delivered[] = [];
  readonly prices = new Map<string, Readonly<Record<string, unknown>>>();
  readonly problems: string[] = [];
  readonly #options: StreamReaderOptions;
  #close: (() => void) | null = null;
  #isStopped = false;
  #lastSeq = 0;

  constructor(options: StreamReaderOptions) {
    this.userId = options.client.userId;
    this.#options = options;
    this.#open();
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  stop(): void {
    this.#isStopped = true;
    this.#close?.();
  }

  #open(): void {
    const { client, outside, symbols } = this.#options;
    const parser = createParser({ onEvent: (event) => this.#hear(event) });
    let isOver = false;
    const close = outside.door.openStream(
      {
        token: client.token,
        query: symbols.length === 0 ? '?orders=true' : `?orders=true&symbols=${symbols}`,
        lastEventId: this.#lastSeq,
      },
      {
        text: (text) => parser.feed(text),
        closed: () => {
          if (!isOver) void this.#openLater();
          isOver = true;
        },
      },
    );
    this.#close = () => {
      isOver = true;
      close();
    };
  }

  async #openLater(): Promise<void> {
    await this.#options.outside.pause(AGAIN_MS);
    if (this.#isStopped) return;
    this.#open();
  }

  #hear({ event = 'message', id, data }: EventSourceMessage): void {
    const said = JSON.parse(data) as Record<string, unknown>;
    if (event === 'price') this.prices.set(String(said['symbol']), said);
    if (event === 'reset') this.problems.push(`${this.userId}: a stream was reset`);
    if (id === undefined || !['order', 'trade', 'account'].includes(event)) return;
    const seq = Number(id);
    if (seq !== this.#lastSeq + 1) {
      this.problems.push(`${this.userId}: event ${seq} came after event ${this.#lastSeq}`);
    }
    this.#lastSeq = seq;
    this.delivered.push({ seq, event, data: said });
    this.#options.history.heard(this.userId, seq);
  }
}
