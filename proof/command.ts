// A command from its beginning to its end: what it has started is ended however it ends, and what
// has gone wrong is a sentence, unless it was interrupted.
import { Scope } from './scope.ts';

export interface Command {
  /** The exit code. */
  run(args: readonly string[], scope: Scope): Promise<number>;
  sentenceOf(error: unknown): string;
  /** The exit code after an error. */
  readonly exitCannotRun: number;
}

const EXIT_INTERRUPTED = 130;

export async function runCommand({ run, sentenceOf, exitCannotRun }: Command): Promise<void> {
  const scope = new Scope();
  let isInterrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      isInterrupted = true;
      void scope.end().finally(() => process.exit(EXIT_INTERRUPTED));
    });
  }
  try {
    process.exitCode = await run(process.argv.slice(2), scope);
  } catch (error) {
    process.exitCode = exitCannotRun;
    if (!isInterrupted) process.stderr.write(`${sentenceOf(error)}\n`);
  } finally {
    await scope.end();
  }
}
