// Debian's Chromium without a window, driven over its debugging pipe: one page that runs what a
// test gives it.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { until } from '../scenario/outcry.ts';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-pipe',
];

/** Null where there is none: a test of browsers is skipped then. */
export function chromiumPath(): string | null {
  return PATHS.find((path) => existsSync(path)) ?? null;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class Page {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #session: string | null = null;
  #sent = 0;
  #rest = '';

  private constructor(process: ChildProcess) {
    this.#process = process;
    const incoming = process.stdio[4];
    assert(incoming !== null && incoming !== undefined && 'on' in incoming);
    incoming.on('data', (chunk) => this.#hear(String(chunk)));
  }

  /** Ends with the test. */
  static async open(t: Pick<TestContext, 'after'>, path: string, url: string): Promise<Page> {
    const profile = mkdtempSync(join(tmpdir(), 'outcry-chromium-'));
    const process = spawn(path, [...FLAGS, `--user-data-dir=${profile}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    t.after(async () => {
      if (process.exitCode === null && process.signalCode === null) {
        process.kill('SIGTERM');
        await once(process, 'exit');
      }
      // Its helpers end after it, and write until then: on a busy machine that takes seconds.
      rmSync(profile, { recursive: true, force: true, maxRetries: 20 });
    });
    const page = new Page(process);
    const made = await page.#ask<{ targetId: string }>('Target.createTarget', {
      url: 'about:blank',
    });
    const attached = await page.#ask<{ sessionId: string }>('Target.attachToTarget', {
      targetId: made.targetId,
      flatten: true,
    });
    page.#session = attached.sessionId;
    await page.#ask('Page.navigate', { url });
    await until(async () => (await page.run('location.href')) === url, `the page at ${url}`);
    return page;
  }

  /** The value of an expression in the page, of a promise what it comes to. */
  async run<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.#ask<{
      readonly result: { readonly value: Value };
      readonly exceptionDetails?: object;
    }>('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    assert.equal(exceptionDetails, undefined, JSON.stringify(exceptionDetails));
    return result.value;
  }

  async #ask<Result>(method: string, params: object): Promise<Result> {
    const id = ++this.#sent;
    const outgoing = this.#process.stdio[3];
    assert(outgoing !== null && outgoing !== undefined && 'write' in outgoing);
    const session = this.#session === null ? {} : { sessionId: this.#session };
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    outgoing.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    const { result, error } = await answered;
    assert.equal(error, undefined, `${method}: ${error?.message}`);
    return result as Result;
  }

  /** Messages end with NUL. */
  #hear(chunk: string): void {
    const [first = '', ...more] = (this.#rest + chunk).split('\0');
    const whole = [first, ...more];
    this.#rest = whole.pop() ?? '';
    for (const text of whole) {
      const answer = JSON.parse(text) as Answer;
      if (answer.id === undefined) continue; // an event of the browser's own
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    }
  }
}
