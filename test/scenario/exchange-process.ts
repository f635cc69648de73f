// The exchange simulator in a process of its own, for tests that stop it, kill it and ask it what
// it knows.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Execution, VenueOrder } from '../../src/exchange/port.ts';
import type { LogLine } from '../../src/exchange/simulator/log-record.ts';
import { until } from './outcry.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const FROM_SOURCE = ['--import', 'tsx', 'src/exchange/simulator/main.ts'];

export interface Reading {
  readonly readers: number;
  readonly subscriptions: number;
}

export class ExchangeProcess {
  readonly #dataDir: string;
  readonly #options: readonly string[];
  readonly #program: readonly string[];
  #process: ChildProcess | null = null;
  #printed = '';
  #port = 0;

  /** `program`: what node is to run in place of the sources. */
  constructor(
    dataDir: string,
    options: readonly string[] = [],
    program: readonly string[] = FROM_SOURCE,
  ) {
    this.#dataDir = dataDir;
    this.#options = options;
    this.#program = program;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** On the port it had before, if it had one. */
  async start(more: readonly string[] = []): Promise<void> {
    const where = ['--port', String(this.#port), '--data', this.#dataDir];
    const args = [...this.#program, ...where, ...this.#options, ...more];
    this.#printed = '';
    this.#process = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#printed += text;
    });
    const ready = /^exchange ready http:\/\/127\.0\.0\.1:(\d+)/m;
    await until(() => ready.test(this.#printed), 'the exchange to be ready');
    this.#port = Number(ready.exec(this.#printed)?.[1]);
  }

  /** A stop is over when it has taken hold: what runs on the other core runs on for a moment. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(signal);
    if (signal !== 'SIGSTOP') return;
    const path = `/proc/${this.#process?.pid}/status`;
    for (let looks = 0; !/^State:\tT/m.test(readFileSync(path, 'utf8')); looks++) {
      assert(looks < 100_000, 'the exchange does not stop');
    }
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Makes it do something; it must have been started with --control. */
  async control(command: { readonly do: string } & Record<string, unknown>): Promise<void> {
    const body = JSON.stringify(command);
    const response = await fetch(`${this.url}/v1/control`, { method: 'POST', body });
    assert.equal(response.status, 200, `${body}: ${await response.text()}`);
  }

  /** Who reads its feeds, now and ever, by its own count; it needs --control. */
  async readers(): Promise<Readonly<Record<'executions' | 'prices', Reading>>> {
    const body = JSON.stringify({ do: 'count-readers' });
    const response = await fetch(`${this.url}/v1/control`, { method: 'POST', body });
    assert.equal(response.status, 200);
    return (await response.json()) as Record<'executions' | 'prices', Reading>;
  }

  /** What the exchange says about orders, by our ids; null for those it does not know. */
  async ask(ids: readonly string[]): Promise<Map<string, VenueOrder | null>> {
    const known = new Map<string, VenueOrder | null>();
    for (let from = 0; from < ids.length; from += 200) {
      const orders = ids.slice(from, from + 200).map((clientOrderId) => ({ clientOrderId }));
      const response = await fetch(`${this.url}/v1/queries`, {
        method: 'POST',
        body: JSON.stringify({ orders }),
      });
      assert.equal(response.status, 200);
      const { results } = (await response.json()) as {
        results: { clientOrderId: string; outcome: string; order?: VenueOrder }[];
      };
      for (const result of results) known.set(result.clientOrderId, result.order ?? null);
    }
    return known;
  }

  /** Everything that it has written down, oldest first. */
  async log(): Promise<LogLine[]> {
    const response = await fetch(`${this.url}/v1/log?from=0`);
    assert.equal(response.status, 200);
    const lines = (await response.text()).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as LogLine);
  }

  /** The trades of one order in the exchange's own books. */
  async fills(externalOrderId: string): Promise<readonly Execution[]> {
    const response = await fetch(`${this.url}/v1/orders/${externalOrderId}/fills`);
    assert.equal(response.status, 200);
    return ((await response.json()) as { executions: Execution[] }).executions;
  }
}

export async function startExchange(
  t: Pick<TestContext, 'after'>,
  dataDir: string,
  options: readonly string[] = ['--no-echo', '--speed', '20'],
): Promise<ExchangeProcess> {
  const exchange = new ExchangeProcess(dataDir, options);
  t.after(() => exchange.kill());
  await exchange.start();
  return exchange;
}
