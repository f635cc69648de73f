// A server that a bench starts as a process of its own: waited for until it says that it is ready,
// stopped by a signal, killed when it does not stop.
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { abortable } from './abortable.ts';

export interface ServerOptions {
  readonly what: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** What it prints when it is ready; its first group is kept. */
  readonly ready: RegExp;
  readonly signal: AbortSignal;
  /** With a channel to us, so that it can end when we do. */
  readonly ipc?: boolean;
}

export class ServerError extends Error {
  readonly code = 'server_failed';
  override readonly name = 'ServerError';
}

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Long enough to read the log of millions of orders. */
const START_MS_MAX = 300_000;
const STOP_MS_MAX = 20_000;
const OUTPUT_KEPT = 8_192;

export class ServerProcess {
  /** The first group of what it said when it was ready. */
  readonly said: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess, ended: Promise<void>, said: string) {
    this.#child = child;
    this.#ended = ended;
    this.said = said;
  }

  static async start(options: ServerOptions): Promise<ServerProcess> {
    const { what, command, args, env, ready, signal, ipc = false } = options;
    const child = spawn(command, [...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
      env,
    });
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve()); // it could not be started at all
    });
    const output = new Output(child);
    const starting = Promise.race([
      output.until(ready),
      ended.then(() => null),
      sleep(START_MS_MAX, null, { ref: false }),
    ]);
    const said = await abortable(starting, signal).catch(() => null);
    if (said !== null) return new ServerProcess(child, ended, said);
    await stopChild(child, ended);
    throw new ServerError(`${what} did not become ready; it said:\n${output.text}`);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** False when it had to be killed. */
  stop(): Promise<boolean> {
    return stopChild(this.#child, this.#ended);
  }

  /** As a loss of power would end it; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/**
 * What a server says: the first match is waited for, the last of it is kept for an error. Reads on
 * for ever.
 */
class Output {
  text = '';
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.text = `${this.text}${text}`.slice(-OUTPUT_KEPT);
      });
    }
  }

  until(pattern: RegExp): Promise<string> {
    let printed = '';
    return new Promise((resolve) => {
      const look = (text: string): void => {
        if (printed.length > OUTPUT_KEPT) return;
        printed += text;
        const match = pattern.exec(printed);
        if (match !== null) resolve(match[1] ?? '');
      };
      this.#child.stdout?.on('data', look);
      this.#child.stderr?.on('data', look); // nginx has no other place
    });
  }
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<boolean> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return true;
  child.kill('SIGTERM');
  const isClean = await Promise.race([
    ended.then(() => true),
    sleep(STOP_MS_MAX, false, { ref: false }),
  ]);
  if (!isClean) child.kill('SIGKILL');
  await ended;
  return isClean;
}
