// The whole product as its user starts it: parent, simulator and broker in processes of their own,
// a free port, a data directory of its own. Ends with the test.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Demo } from '../../src/demo.ts';
import { COMMAND_LINES } from '../../src/launcher/compile.mjs';
import { tempDirectory } from '../temp-directory.ts';
import { Api } from './api.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PATIENCE_MS = 30_000;

export class Outcry {
  readonly process: ChildProcess;
  readonly dataDir: string;
  stdout = '';
  stderr = '';

  constructor(
    dataDir: string,
    environment: Record<string, string>,
    command: readonly [string, ...string[]] = [process.execPath, 'src/start.mjs'],
  ) {
    this.dataDir = dataDir;
    const [file, ...args] = command;
    const inherited = Object.entries(process.env).filter(
      ([name]) => !name.startsWith('OUTCRY_') && !name.startsWith('npm_'),
    );
    this.process = spawn(file, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...Object.fromEntries(inherited),
        OUTCRY_PORT: '0',
        OUTCRY_DATA_DIR: dataDir,
        OUTCRY_DUPLICATE_WINDOW_MS: '0', // tests are faster than people
        ...environment,
      },
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
  }

  get url(): string {
    const urls = [...this.stdout.matchAll(/^outcry ready (http:\/\/\S+)$/gm)];
    const url = urls.at(-1)?.[1];
    assert(url !== undefined, `not ready:\n${this.stdout}${this.stderr}`);
    return url;
  }

  get demo(): Demo {
    return JSON.parse(readFileSync(join(this.dataDir, 'demo.json'), 'utf8')) as Demo;
  }

  /** The HTTP API as the n-th demo user. */
  user(n: number): Api {
    const user = this.demo.users[n];
    assert(user !== undefined);
    return new Api(this.url, user.token);
  }

  admin(): Api {
    return new Api(this.url, this.demo.admin.token);
  }

  /** Waits for the n-th ready line (a restarted broker prints another). */
  async ready(times = 1): Promise<void> {
    const isReady = () =>
      (this.stdout.match(/^outcry ready /gm) ?? []).length >= times || this.hasEnded;
    await until(isReady, `ready line ${times}`, () => this.stdout + this.stderr);
    assert(!this.hasEnded, `it ended instead of being ready:\n${this.stderr}`);
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** The exit code; -1 when a signal ended it. */
  async ended(): Promise<number> {
    if (!this.hasEnded) await once(this.process, 'exit');
    return this.process.exitCode ?? -1;
  }

  /** The process ids of the children of that command line. */
  children(command: RegExp): number[] {
    const { pid } = this.process;
    const path = `/proc/${pid}/task/${pid}/children`;
    if (!existsSync(path)) return [];
    const pids = readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    return pids.filter((child) => command.test(commandOf(child)));
  }

  get brokerPid(): number {
    const [pid] = this.children(COMMAND_LINES.broker);
    assert(pid !== undefined, 'the broker is not running');
    return pid;
  }

  get exchangePid(): number {
    const [pid] = this.children(COMMAND_LINES.exchange);
    assert(pid !== undefined, 'the exchange is not running');
    return pid;
  }

  /** Asks it to stop, as a terminal would. */
  protected interrupt(): void {
    this.process.kill('SIGTERM');
  }

  async stop(): Promise<number> {
    if (!this.hasEnded) this.interrupt();
    const code = await Promise.race([this.ended(), sleep(PATIENCE_MS, null, { ref: false })]);
    if (code !== null) return code;
    for (const pid of [
      ...this.children(COMMAND_LINES.broker),
      ...this.children(COMMAND_LINES.exchange),
    ]) {
      process.kill(pid, 'SIGKILL');
    }
    this.process.kill('SIGKILL');
    throw new Error(`it did not stop:\n${this.stdout}${this.stderr}`);
  }
}

/** Starts and waits until an order can be taken. */
export async function startOutcry(
  t: Pick<TestContext, 'after'>,
  environment: Record<string, string> = {},
  dataDir: string = tempDirectory(t),
): Promise<Outcry> {
  const outcry = new Outcry(dataDir, environment);
  t.after(() => outcry.stop());
  await outcry.ready();
  return outcry;
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  context: () => string = () => '',
): Promise<void> {
  const giveUpAtMs = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    assert(Date.now() < giveUpAtMs, `waited in vain for ${what}\n${context()}`);
    await sleep(20);
  }
}

export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\tZ/m.test(statusOf(pid));
}

function commandOf(pid: number): string {
  return readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

function statusOf(pid: number): string {
  return readIfThere(`/proc/${pid}/status`);
}

/** Empty for a process that has just ended. */
function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
