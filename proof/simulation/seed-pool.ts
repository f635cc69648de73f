// Runs many seeds side by side, each process one at a time, and hands on every report as it comes.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { compile } from '../../src/launcher/compile.mjs';
import { tempDirectory } from '../../test/temp-directory.ts';
import { Scope } from '../scope.ts';
import type { SeedReport, SeedTask } from './worker.ts';

export interface SeedPoolOptions {
  readonly jobs: number;
  onReport(report: SeedReport): void;
}

/** Two collectors of two processes on two cores would only be in each other's way. */
const EXEC_ARGV = ['--single-threaded-gc'];

const WORKER = 'seed-worker';

/** Resolves when all tasks are done; rejects when a worker dies, naming its seed. */
export async function runSeeds(
  tasks: readonly SeedTask[],
  { jobs, onReport }: SeedPoolOptions,
): Promise<void> {
  const scope = new Scope();
  const directory = join(tempDirectory(scope), 'compiled');
  const compiled = await compile(directory, { [WORKER]: 'proof/simulation/worker.ts' });
  const waiting = tasks.values();
  const workers: ChildProcess[] = [];
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const worker = fork(compiled.at(WORKER), { execArgv: EXEC_ARGV });
      workers.push(worker);
      let task: SeedTask | null = null;
      const next = (): void => {
        const { value, done } = waiting.next();
        task = done === true ? null : value;
        if (task !== null) return void worker.send(task);
        worker.disconnect();
        resolve();
      };
      worker.on('message', (report: SeedReport) => {
        onReport(report);
        next();
      });
      worker.on('error', reject);
      worker.on('exit', (code, signal) => {
        if (task !== null)
          reject(new Error(`seed ${task.seed} ended its process: ${code ?? signal}`));
      });
      next();
    });
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, work));
  } finally {
    for (const worker of workers) if (worker.connected) worker.disconnect();
    await scope.end();
  }
}
