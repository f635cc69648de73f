// The PostgreSQL + Redis stack as a server of orders, on an exchange of its own that prints as
// Outcry's does.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from '../bench.ts';
import type { PricedSymbol } from '../harness/api.ts';
import { ExchangeProcess } from '../harness/exchange-process.ts';
import { readUsage } from '../harness/process-cpu.ts';
import { type CpuTime, readProcess } from '../harness/thread-cpu.ts';
import { StackProcess } from '../peers/order-stack/stack-process.ts';
import type { OrderServer, ServerCost } from './order-server.ts';
import { FLOOR } from './scenes.ts';

const CASH_IN_CENTS = 1_000_000_000;
const SHARES = 10_000;
const PRINTED_MS = 500;

export class StackServer implements OrderServer {
  readonly symbols: readonly PricedSymbol[];
  readonly toggleProfile = null;
  readonly #stack: StackProcess;
  readonly #exchange: ExchangeProcess;

  private constructor(stack: StackProcess, exchange: ExchangeProcess, symbols: PricedSymbol[]) {
    this.#stack = stack;
    this.#exchange = exchange;
    this.symbols = symbols;
  }

  /** Throws `StackUnavailable` where PostgreSQL or Redis is not installed. */
  static async start(directory: string, workers: number, { signal }: BenchOptions) {
    mkdirSync(directory, { recursive: true });
    const exchangeDir = join(directory, 'exchange');
    const exchange = await ExchangeProcess.start(FLOOR.feed, { dataDir: exchangeDir, signal });
    try {
      await sleep(PRINTED_MS);
      const symbols = await syntheticPrices(exchange);
      const names = symbols.map(({ name }) => name);
      const stack = await StackProcess.start({
        directory: join(directory, 'stack'),
        exchangeUrl: exchange.url,
        signal,
        tuning: { workers },
        users: {
          count: FLOOR.customers,
          cashInCents: CASH_IN_CENTS,
          shares: SHARES,
          symbols: names,
        },
      });
      return new StackServer(stack, exchange, symbols);
    } catch (error) {
      await exchange.stop();
      throw error;
    }
  }

  get target() {
    return this.#stack.target;
  }

  get users() {
    return this.#stack.users;
  }

  cost(): ServerCost {
    const parts = Object.entries(this.#stack.cpuSeconds()).map(
      ([part, seconds]) => [part, cpuOf(seconds)] as const,
    );
    const all = parts.reduce((sum, [, { userSeconds }]) => sum + userSeconds, 0);
    const pids = Object.values(this.#stack.parts()).flat();
    const peakBytes = pids.reduce((sum, pid) => sum + (readUsage(pid)?.peakBytes ?? 0), 0);
    return { parts: Object.fromEntries(parts), all: cpuOf(all), peakBytes };
  }

  exchangeCost(): CpuTime {
    return readProcess(this.#exchange.pid);
  }

  /** What breaks its books; empty when they hold. */
  async audit(): Promise<readonly string[]> {
    return (await this.#stack.audit()).findings;
  }

  stop(): Promise<boolean> {
    return this.#stack.stop();
  }

  async close(): Promise<void> {
    await this.#stack.stop();
    await this.#exchange.stop();
  }
}

/** User and system time together: PostgreSQL's ended processes are not told apart. */
function cpuOf(seconds: number): CpuTime {
  return { userSeconds: seconds, systemSeconds: 0 };
}

async function syntheticPrices(exchange: ExchangeProcess): Promise<PricedSymbol[]> {
  return [...(await exchange.lastPrices())]
    .map(([name, priceInCents]) => ({ name, priceInCents }))
    .filter(({ name }) => name.startsWith('SYN'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
