// Where a scenario plays: an exchange in a process of its own that outlives everything, a data
// directory, and one broker process after the other on it. A life that was killed is followed by
// the next; one that ends by itself is a failure.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Files } from '../../src/launcher/compile.mjs';
import { type Answer, Api } from '../../test/scenario/api.ts';
import type { ExchangeProcess } from '../../test/scenario/exchange-process.ts';
import { Outcry } from '../../test/scenario/outcry.ts';
import { ORDERS_VARIABLE, type Orders, type Target } from './target.ts';

/** Of a broker: watched and killed, watched only, or the product as it is. */
export type Life =
  | { readonly kind: 'killed'; readonly target: Target }
  | { readonly kind: 'listed' }
  | { readonly kind: 'product' };

export interface StageOptions {
  readonly compiled: Files;
  /** For the hits; not the data directory. */
  readonly directory: string;
  readonly dataDir: string;
  readonly exchange: ExchangeProcess;
  readonly environment: Readonly<Record<string, string>>;
  /** In their order; after the last of them the product. */
  readonly lives: readonly Life[];
  /** The hits of the first life count from its start, and not from `begin`. */
  readonly countsFromStart: boolean;
}

const PATIENCE_MS = 40_000;
const RETRY_MS = 15;

/** A repetition after this is a new attempt; the key stays. */
const ASK_AGAIN: ReadonlySet<number> = new Set([503, 504]);

export class Stage {
  /** How each life that is over ended: a signal, or its exit code. */
  readonly endings: string[] = [];
  readonly #options: StageOptions;
  readonly #tokens = new Map<string, string>();
  #lives = 0;
  #isOver = false;
  #broker: Outcry | null = null;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  get exchange(): ExchangeProcess {
    return this.#options.exchange;
  }

  get dataDir(): string {
    return this.#options.dataDir;
  }

  /** From here on the hits of the first life count. */
  begin(): void {
    writeFileSync(this.#file('begin'), '');
  }

  /** The points that a life has hit, in their order. */
  hits(life: number): string[] {
    const file = this.#file(`hits-${life}`);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  }

  /** The broker, ready; a dead one is followed by the next. */
  async up(): Promise<Outcry> {
    const giveUpAtMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const broker = this.#broker ?? this.#start();
      if (broker.hasEnded) this.#over(broker, 'SIGKILL');
      else if (/^outcry ready /m.test(broker.stdout)) return broker;
      else await sleep(RETRY_MS);
      assert(Date.now() < giveUpAtMs, `the broker is not ready:\n${broker.stderr}`);
    }
  }

  /** Repeats it, with its key, until somebody has answered it. */
  async request(
    who: string,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const giveUpAtMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const api = this.#apiOf(who, await this.up());
      const answer = await answerOf(api.request(method, path, body, headers));
      if (answer !== null && !ASK_AGAIN.has(answer.status)) return answer;
      const last = JSON.stringify(answer?.body ?? 'the connection broke');
      assert(Date.now() < giveUpAtMs, `${method} ${path} was not answered: ${last}`);
      await sleep(RETRY_MS);
    }
  }

  async api(who: string): Promise<Api> {
    return this.#apiOf(who, await this.up());
  }

  /** Somebody beside the demo's customers and its admin. */
  knows(who: string, token: string): void {
    this.#tokens.set(who, token);
  }

  /** Told to stop, and stopped in order; one that is killed on the way is followed by another. */
  async stopped(): Promise<void> {
    for (;;) {
      const broker = await this.up();
      broker.process.kill('SIGTERM');
      if (!broker.hasEnded) await once(broker.process, 'exit');
      if (endingOf(broker) === '0') return this.#over(broker, '0');
      this.#over(broker, 'SIGKILL');
    }
  }

  /** Whatever it is doing; no life follows. */
  async end(): Promise<void> {
    this.#isOver = true;
    const broker = this.#broker;
    if (broker === null || broker.hasEnded) return;
    broker.process.kill('SIGKILL');
    await once(broker.process, 'exit');
  }

  #over(broker: Outcry, expected: string): void {
    const ending = endingOf(broker);
    this.endings.push(ending);
    this.#broker = null;
    assert.equal(ending, expected, `life ${this.#lives} ended by ${ending}:\n${broker.stderr}`);
  }

  #start(): Outcry {
    assert(!this.#isOver, 'the run is over');
    const { compiled, lives, dataDir, environment, exchange } = this.#options;
    const life = lives[this.#lives] ?? { kind: 'product' };
    const number = this.#lives++;
    const isProduct = life.kind === 'product';
    const orders: Orders = {
      hitsFile: this.#file(`hits-${number}`),
      beginFile: number > 0 || this.#options.countsFromStart ? null : this.#file('begin'),
      target: life.kind === 'killed' ? life.target : null,
    };
    const told = isProduct ? {} : { [ORDERS_VARIABLE]: JSON.stringify(orders) };
    const program = isProduct ? compiled.broker : compiled.at('crash-broker');
    const where = { OUTCRY_EXCHANGE_URL: exchange.url };
    const broker = new Outcry(dataDir, { ...environment, ...where, ...told }, [
      process.execPath,
      program,
    ]);
    this.#broker = broker;
    return broker;
  }

  #apiOf(who: string, broker: Outcry): Api {
    const token = this.#tokens.get(who);
    if (token !== undefined) return new Api(broker.url, token);
    if (who === 'admin') return broker.admin();
    return broker.user(who === 'alice' ? 0 : 1);
  }

  #file(name: string): string {
    return join(this.#options.directory, name);
  }
}

function endingOf({ process: { exitCode, signalCode } }: Outcry): string {
  return signalCode ?? String(exitCode);
}

/** Null when the connection broke before all of it was there. */
async function answerOf(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return null;
    throw error;
  }
}
