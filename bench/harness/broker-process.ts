// The product, started as a user would start it, on a data directory of its own and a free port;
// stopped by a signal.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childrenOf } from './process-cpu.ts';
import type { Target } from './raw-http.ts';

export interface BrokerOptions {
  readonly dataDir: string;
  /** `OUTCRY_...` variables beside the port and the data directory. */
  readonly settings: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface BenchUser {
  readonly userId: string;
  readonly token: string;
}

export class BrokerError extends Error {
  readonly code = 'broker_failed';
  override readonly name = 'BrokerError';
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const READY = /^outcry ready (http:\/\/\S+)$/m;
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 20_000;
const OUTPUT_KEPT = 8_192;

export class BrokerProcess {
  readonly url: string;
  readonly target: Target;
  /** The demo's customers. */
  readonly users: readonly BenchUser[];
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess, ended: Promise<void>, url: string, dataDir: string) {
    this.#child = child;
    this.#ended = ended;
    this.url = url;
    const { hostname, port } = new URL(url);
    this.target = { host: hostname, port: Number(port) };
    this.users = usersIn(join(dataDir, 'demo.json'));
  }

  static async start({ dataDir, settings, signal }: BrokerOptions): Promise<BrokerProcess> {
    const child = spawn(process.execPath, [join('src', 'start.mjs')], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environmentFor(dataDir, settings),
    });
    const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
    const output = new Output(child);
    const url = await Promise.race([
      output.until(READY),
      ended.then(() => null),
      aborted(signal).then(() => null),
      sleep(START_MS_MAX, null, { ref: false }),
    ]);
    if (url !== null) return new BrokerProcess(child, ended, url, dataDir);
    await stopChild(child, ended);
    throw new BrokerError(`the broker did not become ready; it said:\n${output.text}`);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /**
   * Process ids by part; null where /proc does not tell. A part that was restarted has another id.
   */
  parts(): { readonly broker: number | null; readonly simulator: number | null } {
    const children = this.#child.pid === undefined ? [] : childrenOf(this.#child.pid);
    const pidOf = (script: RegExp): number | null =>
      children.find(({ commandLine }) => script.test(commandLine))?.pid ?? null;
    return { broker: pidOf(/src\/main\.ts/), simulator: pidOf(/simulator\/main\.ts/) };
  }

  /** False when it had to be killed. */
  stop(): Promise<boolean> {
    return stopChild(this.#child, this.#ended);
  }
}

/**
 * What the product says: the first match is waited for, the last of it is kept for an error. Reads
 * on for ever.
 */
class Output {
  text = '';
  readonly #stdout: NodeJS.ReadableStream | null;

  constructor(child: ChildProcess) {
    this.#stdout = child.stdout;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.text = `${this.text}${text}`.slice(-OUTPUT_KEPT);
      });
    }
  }

  until(pattern: RegExp): Promise<string> {
    let printed = '';
    return new Promise((resolve) => {
      this.#stdout?.on('data', (text: string) => {
        if (printed.length > OUTPUT_KEPT) return;
        printed += text;
        const match = pattern.exec(printed);
        if (match?.[1] !== undefined) resolve(match[1]);
      });
    });
  }
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return true;
  child.kill('SIGTERM');
  const isClean = await Promise.race([
    ended.then(() => true),
    sleep(STOP_MS_MAX, false, { ref: false }),
  ]);
  if (!isClean) child.kill('SIGKILL');
  await ended;
  return isClean;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** None of the caller's own settings: a run must not depend on the shell that began it. */
function environmentFor(dataDir: string, settings: BrokerOptions['settings']) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('OUTCRY_'));
  return {
    ...Object.fromEntries(inherited),
    // Makes the product watch this process as it would watch npm: it ends with us, even when we are
    // killed.
    npm_lifecycle_event: 'bench',
    OUTCRY_DUPLICATE_WINDOW_MS: '0', // a load is made of orders that are alike
    ...settings,
    OUTCRY_PORT: '0',
    OUTCRY_DATA_DIR: dataDir,
  };
}

function usersIn(path: string): BenchUser[] {
  const { users } = JSON.parse(readFileSync(path, 'utf8')) as { readonly users: BenchUser[] };
  return users.map(({ userId, token }) => ({ userId, token }));
}
