// One child process: started again when it dies, with a growing pause, until it has died too often;
// told to stop by a signal. Its end of the channel to us closes when we die, whatever killed us.
import { type ChildProcess, spawn } from 'node:child_process';
import { EXIT_BAD_START } from './exit-codes.ts';

const RESTARTS_MAX = 5;
const RESTART_WINDOW_MS = 30_000;
const PAUSE_MIN_MS = 100;
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export interface ChildOptions {
  /** Of node. */
  readonly args: readonly string[];
  /** Where it runs. */
  readonly root: string;
  /** Beside our own. */
  readonly environment: Readonly<Record<string, string>>;
}

export class Child {
  /** True: with exit code 0, or by the very signal that told it to stop. */
  readonly ended: Promise<boolean>;
  readonly #name: string;
  readonly #options: ChildOptions;
  #args: readonly string[];
  #process: ChildProcess | null = null;
  #stopping = false;
  #diedAtMs: number[] = [];
  #settleEnded: (well: boolean) => void = () => undefined;
  #givenUp: (exitCode: number) => void = () => undefined;
  #printed = '';
  #awaited: { pattern: RegExp; found: (match: RegExpExecArray) => void } | null = null;

  constructor(name: string, options: ChildOptions) {
    this.#name = name;
    this.#options = options;
    this.#args = options.args;
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
  }

  start(): void {
    const listens = this.#awaited !== null;
    const { root, environment } = this.#options;
    const child = spawn(process.execPath, this.#args, {
      cwd: root,
      stdio: ['ignore', listens ? 'pipe' : 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...environment },
    });
    this.#process = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#onOutput(text));
    child.once('exit', (code, signal) => this.#onExit(code, signal));
  }

  /** Calls `found` with the first match in its standard output. To be called before `start`. */
  onPrinted(pattern: RegExp, found: (match: RegExpExecArray) => void): void {
    this.#awaited = { pattern, found };
  }

  restartWith(args: readonly string[]): void {
    this.#args = args;
  }

  /** Called with an exit code when the child is not started again. */
  onGivenUp(listener: (exitCode: number) => void): void {
    this.#givenUp = listener;
  }

  /** From now on an end is an end, whoever brought it about (Ctrl-C reaches all of us). */
  noMoreStarts(): void {
    this.#stopping = true;
  }

  stop(): void {
    this.noMoreStarts();
    if (this.#process === null) return this.#settleEnded(true);
    this.#process.kill('SIGTERM');
    this.#process.kill('SIGCONT'); // a suspended process takes no signal but this one
  }

  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  #onOutput(text: string): void {
    if (this.#awaited === null) return;
    this.#printed += text;
    const match = this.#awaited.pattern.exec(this.#printed);
    if (match === null) return;
    this.#awaited.found(match);
    this.#awaited = null;
    this.#printed = '';
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#process = null;
    // A child that was told to stop before it could listen to signals is ended by them.
    const endedAsTold = code === 0 || STOP_SIGNALS.some((name) => name === signal);
    if (this.#stopping) return this.#settleEnded(endedAsTold);
    const now = Date.now();
    this.#diedAtMs = [...this.#diedAtMs.filter((at) => now - at < RESTART_WINDOW_MS), now];
    if (code === EXIT_BAD_START || this.#diedAtMs.length > RESTARTS_MAX) {
      this.#settleEnded(false);
      return this.#givenUp(code ?? EXIT_BAD_START);
    }
    const cause = signal === null ? `with code ${code}` : `by ${signal}`;
    process.stderr.write(`the ${this.#name} process ended ${cause}; it is started again\n`);
    const pauseMs = PAUSE_MIN_MS * 2 ** (this.#diedAtMs.length - 1);
    setTimeout(() => {
      if (!this.#stopping) this.start();
    }, pauseMs);
  }
}
