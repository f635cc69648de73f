// The broker under test: started on the same port again and again, killed, asked how it stands.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { abortable } from '../harness/abortable.ts';
import { BrokerProcess } from '../harness/broker-process.ts';
import { readUsage } from '../harness/process-cpu.ts';
import { freePort } from './free-port.ts';

export interface HousePlace {
  readonly dataDir: string;
  readonly exchangeUrl: string;
  readonly signal: AbortSignal;
}

export interface StartTimes {
  /** From the start of `npm start`'s process until `GET /readyz` answers 200. */
  readonly readySeconds: number;
  /** Until it answers at all: loading code, before any of the books is read to the end. */
  readonly listeningSeconds: number;
  readonly peakBytes: number;
}

export interface MatchResult {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly openHere: number;
  readonly openThere: number;
  readonly missingThere: number;
  readonly unknownHere: number;
  readonly differing: number;
}

/** What is read of `GET /admin/reconciliation`. */
export interface Standing {
  readonly unresolved: { readonly total: number };
  readonly targeted: number;
  readonly fillsWanted: number;
  readonly fullMatch: {
    readonly running: { readonly startedAt: string } | null;
    readonly lastComplete: MatchResult | null;
  };
  readonly feed: { readonly lag: number | null } | null;
  readonly parked: { readonly parked: number } | null;
}

const LOOK_EVERY_MS = 10;
const READY_MS_MAX = 300_000;
const STANDING_EVERY_MS = 250;
const REQUEST_MS_MAX = 10_000;
const OK = 200;

export class House {
  readonly broker: BrokerProcess;
  readonly times: StartTimes;
  readonly #signal: AbortSignal;

  private constructor(broker: BrokerProcess, times: StartTimes, signal: AbortSignal) {
    this.broker = broker;
    this.times = times;
    this.#signal = signal;
  }

  static async start({ dataDir, exchangeUrl, signal }: HousePlace): Promise<House> {
    const port = await freePort();
    const beganMs = performance.now();
    const settings = {
      OUTCRY_EXCHANGE_URL: exchangeUrl,
      OUTCRY_LOG_LEVEL: 'error',
      OUTCRY_ORDERS_PER_SECOND: '1000000',
    };
    const starting = BrokerProcess.start({ dataDir, settings, signal, port });
    starting.catch(() => undefined); // is awaited below, and would reject while it is not yet
    try {
      const firstMs = await untilReady(`http://127.0.0.1:${port}`, signal);
      const readySeconds = (performance.now() - beganMs) / 1_000;
      const listeningSeconds = (firstMs - beganMs) / 1_000;
      const broker = await starting;
      const peakBytes = readUsage(broker.parts().broker ?? 0)?.peakBytes ?? 0;
      return new House(broker, { readySeconds, listeningSeconds, peakBytes }, signal);
    } catch (error) {
      await starting.then(
        (broker) => broker.stop(),
        () => undefined, // it has not come up: nothing to stop
      );
      throw error;
    }
  }

  async untilReady(): Promise<void> {
    await untilReady(this.broker.url, this.#signal);
  }

  async standing(): Promise<Standing> {
    return (await this.#ask('GET')) as Standing;
  }

  /** Begins a full match at once, unless one is running. */
  async match(): Promise<void> {
    await this.#ask('POST');
  }

  /** Looks until it stands so; answers with the last look. */
  async until(stands: (standing: Standing) => boolean, msMax: number): Promise<Standing> {
    const untilMs = performance.now() + msMax;
    for (;;) {
      const standing = await this.standing();
      if (stands(standing) || performance.now() > untilMs) return standing;
      await abortable(sleep(STANDING_EVERY_MS), this.#signal);
    }
  }

  async #ask(method: 'GET' | 'POST'): Promise<unknown> {
    const { broker } = this;
    const response = await fetch(`${broker.url}/admin/reconciliation`, {
      method,
      headers: { authorization: `Bearer ${broker.admin.token}` },
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(REQUEST_MS_MAX)]),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    throw new Error(`${method} /admin/reconciliation was answered ${response.status}: ${text}`);
  }
}

/** Nothing is asked about, looked for or on its way any more. */
export function isSettled({ unresolved, targeted, fillsWanted, feed, parked }: Standing): boolean {
  const open = unresolved.total + targeted + fillsWanted + (parked?.parked ?? 1);
  return open === 0 && feed?.lag === 0;
}

/** What no start of ours can be faster than: the runtime, and nothing else. */
export async function bareStartSeconds(): Promise<number> {
  const beganMs = performance.now();
  const child = spawn(process.execPath, ['--eval', '0'], { stdio: 'ignore' });
  await new Promise((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
  return (performance.now() - beganMs) / 1_000;
}

/** When it first answered, whatever it said. */
async function untilReady(url: string, signal: AbortSignal): Promise<number> {
  const untilMs = performance.now() + READY_MS_MAX;
  let firstMs: number | null = null;
  while (performance.now() < untilMs) {
    signal.throwIfAborted();
    const status = await readiness(url);
    if (status !== null) firstMs ??= performance.now();
    if (status === OK && firstMs !== null) return firstMs;
    await abortable(sleep(LOOK_EVERY_MS), signal);
  }
  throw new Error(`the broker was not ready within ${READY_MS_MAX / 1_000} s`);
}

async function readiness(url: string): Promise<number | null> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(REQUEST_MS_MAX) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null; // nobody listens yet
  }
}
