// The Erlang peer: two processes on two schedulers of a VM of its own, asked line by line. Null
// where Erlang is not installed.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CallsRun } from './calls.ts';

const SOURCE = fileURLToPath(new URL('./erlang/messages.erl', import.meta.url));
/** As many schedulers as a pair of threads has. */
const SCHEDULERS = '2:2';

export class ErlangPeer {
  /** The release of OTP. */
  readonly release: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, release: string) {
    this.#child = child;
    this.#lines = lines;
    this.release = release;
  }

  /** `directory` takes what the compiler makes. */
  static async start(directory: string): Promise<ErlangPeer | null> {
    try {
      await promisify(execFile)('erlc', ['-o', directory, SOURCE]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    const args = ['+S', SCHEDULERS, '-noshell', '-pa', directory, '-s', 'messages', 'main'];
    const child = spawn('erl', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const [, release = ''] = (await nextOf(lines)).split(' ');
    return new ErlangPeer(child, lines, release);
  }

  /** Messages per second. */
  async tell(messages: number): Promise<number> {
    const { seconds } = await this.#run<{ readonly seconds: number }>(`tell ${messages}`);
    return messages / seconds;
  }

  calls(count: number, atOnce: number): Promise<CallsRun> {
    return this.#run<CallsRun>(`ask ${count} ${atOnce}`);
  }

  /** It ends with its input. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), 2_000);
    await ended;
    clearTimeout(killing);
  }

  async #run<Answer>(command: string): Promise<Answer> {
    this.#child.stdin?.write(`${command}\n`);
    return JSON.parse(await nextOf(this.#lines)) as Answer;
  }
}

async function nextOf(lines: AsyncIterator<string>): Promise<string> {
  const { done, value } = await lines.next();
  if (done === true) throw new Error('the Erlang peer ended before it had answered');
  return value;
}
