// The exchange simulator as a process of its own, with synthetic symbols at a given rate; its
// session can be closed and opened, and its last prices read.
import { join } from 'node:path';
import { nodeProgram } from './node-program.ts';
import { ServerProcess } from './server-process.ts';

export interface FeedSettings {
  readonly symbols: number;
  readonly printsPerSecond: number;
  /** Exponent: how unevenly the prints are spread over the symbols. */
  readonly zipf: number;
}

export interface ExchangePlace {
  readonly dataDir: string;
  readonly signal: AbortSignal;
  /** A free one when absent. */
  readonly port?: number;
}

interface Snapshot {
  readonly symbols: readonly {
    readonly symbol: string;
    readonly lastPriceInCents: number | null;
  }[];
}

const REQUEST_MS_MAX = 10_000;

export class ExchangeProcess {
  readonly url: string;
  readonly #server: ServerProcess;

  private constructor(server: ServerProcess) {
    this.#server = server;
    this.url = server.said;
  }

  static async start(
    { symbols, printsPerSecond, zipf }: FeedSettings,
    { dataDir, signal, port = 0 }: ExchangePlace,
  ): Promise<ExchangeProcess> {
    const settings = {
      data: dataDir,
      port,
      symbols,
      'prints-per-second': printsPerSecond,
      zipf,
    };
    const server = await ServerProcess.start({
      what: 'the exchange',
      ...nodeProgram(join('src', 'exchange', 'simulator', 'main.ts'), [
        ...['--parent', '--control', '--no-echo'],
        ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
      ]),
      env: process.env,
      ready: /^exchange ready (http:\/\/\S+)/m,
      signal,
      ipc: true,
    });
    return new ExchangeProcess(server);
  }

  get pid(): number {
    return this.#server.pid;
  }

  /** No prints until the next session. */
  async closeSession(): Promise<void> {
    await this.#control('close-session');
  }

  /** Every synthetic symbol prints at once. */
  async openSession(): Promise<void> {
    await this.#control('open-session');
  }

  /** The last print of each symbol, as the exchange itself knows it. */
  async lastPrices(): Promise<Map<string, number>> {
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(REQUEST_MS_MAX)]);
    const { body } = await fetch(`${this.url}/v1/prices`, { signal });
    const { symbols } = JSON.parse(await firstLine(body)) as Snapshot;
    abort.abort();
    return new Map(
      symbols.flatMap(({ symbol, lastPriceInCents }) =>
        lastPriceInCents === null ? [] : [[symbol, lastPriceInCents]],
      ),
    );
  }

  /** Without a word to anyone. */
  kill(): Promise<void> {
    return this.#server.kill();
  }

  stop(): Promise<boolean> {
    return this.#server.stop();
  }

  async #control(deed: string): Promise<void> {
    const response = await fetch(`${this.url}/v1/control`, {
      method: 'POST',
      body: JSON.stringify({ do: deed }),
      signal: AbortSignal.timeout(REQUEST_MS_MAX),
    });
    if (!response.ok) throw new Error(`${deed} was answered ${response.status}`);
    await response.arrayBuffer();
  }
}

async function firstLine(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    const end = text.indexOf('\n');
    if (end !== -1) return text.slice(0, end);
  }
  throw new Error('the price feed ended before its first line');
}
