// The test's side of a process of readers.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Goal, Group, Order, Report } from './crowd-protocol.ts';

export class Crowd {
  readonly #child: ChildProcess;
  readonly #ended: Promise<null>;

  /** Ends with the test. */
  constructor(t: Pick<TestContext, 'after'>) {
    this.#child = fork(fileURLToPath(new URL('./crowd-child.ts', import.meta.url)), [], {
      execArgv: ['--import', 'tsx'],
    });
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve(null)));
    t.after(() => this.kill());
  }

  /** Resolves when all that read have been greeted. */
  async open(port: number, groups: readonly Group[]): Promise<void> {
    await this.#ask({ do: 'open', port, groups });
  }

  async storm(): Promise<void> {
    await this.#ask({ do: 'storm' });
  }

  async recover(): Promise<void> {
    await this.#ask({ do: 'recover' });
  }

  report(goal: Goal): Promise<Report> {
    return this.#ask({ do: 'report', goal });
  }

  /** From now on it does nothing; its sockets stay as they are, and nobody says goodbye. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async #ask(order: Order): Promise<Report> {
    const answered = once(this.#child, 'message') as Promise<[Report]>;
    this.#child.send(order);
    const answer = await Promise.race([answered, this.#ended]);
    if (answer === null) throw new Error(`the readers ended while they were to ${order.do}`);
    return answer[0];
  }
}
