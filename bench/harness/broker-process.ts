// The product, started as a user would start it, on a data directory of its own and a free port;
// stopped by a signal.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { COMMAND_LINES } from '../../src/launcher/compile.mjs';
import { childrenOf, readUsage } from './process-cpu.ts';
import type { Target } from './raw-http.ts';
import { ServerProcess } from './server-process.ts';

export interface BrokerOptions {
  readonly dataDir: string;
  /** `OUTCRY_...` variables beside the port and the data directory. */
  readonly settings: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** What else its processes find in their environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A free one when absent. */
  readonly port?: number;
}

export interface BenchUser {
  readonly userId: string;
  readonly token: string;
}

const GONE_LOOK_MS = 5;
const READY = /^outcry ready (http:\/\/\S+)$/m;

export class BrokerProcess {
  readonly url: string;
  readonly target: Target;
  /** The demo's customers. */
  readonly users: readonly BenchUser[];
  readonly admin: BenchUser;
  readonly #server: ServerProcess;

  private constructor(server: ServerProcess, dataDir: string) {
    this.#server = server;
    this.url = server.said;
    const { hostname, port } = new URL(this.url);
    this.target = { host: hostname, port: Number(port) };
    const { users, admin } = demoIn(join(dataDir, 'demo.json'));
    this.users = users.map(userOf);
    this.admin = userOf(admin);
  }

  static async start(options: BrokerOptions): Promise<BrokerProcess> {
    const { dataDir, signal } = options;
    const server = await ServerProcess.start({
      what: 'the broker',
      command: process.execPath,
      args: [join('src', 'start.mjs')],
      env: environmentFor(options),
      ready: READY,
      signal,
    });
    return new BrokerProcess(server, dataDir);
  }

  get isRunning(): boolean {
    return this.#server.isRunning;
  }

  /**
   * Process ids by part; null where /proc does not tell. A part that was restarted has another id.
   */
  parts(): { readonly broker: number | null; readonly simulator: number | null } {
    const children = childrenOf(this.#server.pid);
    const pidOf = (script: RegExp): number | null =>
      children.find(({ commandLine }) => script.test(commandLine))?.pid ?? null;
    return { broker: pidOf(COMMAND_LINES.broker), simulator: pidOf(COMMAND_LINES.exchange) };
  }

  /** The broker without a word, and before it the launcher that would start it again. */
  async kill(): Promise<void> {
    const { broker } = this.parts();
    const isGone = this.#server.kill();
    if (broker !== null) process.kill(broker, 'SIGKILL');
    await isGone;
    while (broker !== null && readUsage(broker) !== null) await sleep(GONE_LOOK_MS);
  }

  /** False when it had to be killed. */
  stop(): Promise<boolean> {
    return this.#server.stop();
  }
}

/** None of the caller's own settings: a run must not depend on the shell that began it. */
function environmentFor({
  dataDir,
  settings,
  environment,
  port = 0,
}: BrokerOptions): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('OUTCRY_'));
  return {
    ...Object.fromEntries(inherited),
    ...environment,
    // Makes the product watch this process as it would watch npm: it ends with us, even when we are
    // killed.
    npm_lifecycle_event: 'bench',
    OUTCRY_DUPLICATE_WINDOW_MS: '0', // a load is made of orders that are alike
    ...settings,
    OUTCRY_PORT: String(port),
    OUTCRY_DATA_DIR: dataDir,
  };
}

function demoIn(path: string) {
  return JSON.parse(readFileSync(path, 'utf8')) as {
    readonly users: readonly BenchUser[];
    readonly admin: BenchUser;
  };
}

function userOf({ userId, token }: BenchUser): BenchUser {
  return { userId, token };
}
