// The broker's HTTP API as a customer's program uses it.
import assert from 'node:assert/strict';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { until } from './outcry.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are what the tests are about
  readonly body: any;
}

export class Api {
  readonly #url: string;
  readonly token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.token = token;
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const hasBody = body !== undefined;
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(hasBody ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    const { status } = response;
    return { status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  }

  get(path: string): Promise<Answer> {
    return this.request('GET', path);
  }

  place(order: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Answer> {
    return this.request('POST', '/order', order, headers);
  }

  cancel(id: string): Promise<Answer> {
    return this.request('DELETE', `/order/${id}`);
  }

  /** Waits until the order stands at one of these. */
  async orderAt(id: string, ...statuses: string[]): Promise<Answer['body']> {
    let order: Answer['body'] = null;
    await until(
      async () => {
        order = (await this.get(`/order/${id}`)).body;
        return statuses.includes(order?.status);
      },
      `order ${id} at ${statuses}`,
      () => JSON.stringify(order),
    );
    return order;
  }

  async stream(query: string, lastEventId?: string): Promise<EventStream> {
    const ended = new AbortController();
    const response = await fetch(`${this.#url}/stream?${query}`, {
      signal: ended.signal,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
    });
    assert.equal(response.status, 200, await (response.ok ? '' : response.text()));
    assert(response.body !== null);
    return new EventStream(response.body, ended);
  }
}

/** One open stream: everything it was sent, in order. */
export class EventStream {
  readonly events: EventSourceMessage[] = [];
  hasEnded = false;
  readonly #ended: AbortController;

  constructor(body: ReadableStream<Uint8Array>, ended: AbortController) {
    this.#ended = ended;
    void this.#read(body);
  }

  close(): void {
    this.#ended.abort();
  }

  named(...names: string[]): EventSourceMessage[] {
    return this.events.filter(({ event }) => names.includes(event ?? 'message'));
  }

  /** Order, trade and account events. */
  get own(): EventSourceMessage[] {
    return this.named('order', 'trade', 'account');
  }

  get kinds(): string[] {
    return this.own.map(({ data }) => JSON.parse(data).kind);
  }

  async until(condition: (stream: EventStream) => boolean, what: string): Promise<void> {
    await until(
      () => condition(this),
      what,
      () => JSON.stringify(this.events.slice(-10)),
    );
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const parser = createParser({ onEvent: (event) => this.events.push(event) });
    const decoder = new TextDecoder();
    try {
      for await (const chunk of body) parser.feed(decoder.decode(chunk, { stream: true }));
    } catch {
      // a connection that broke has ended, which is what the tests ask about
    }
    this.hasEnded = true;
  }
}
