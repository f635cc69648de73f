// Runs one command in a scratch tree as a process group of its own, which is killed as a whole when
// its time is up or we are interrupted.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from './command.ts';
import { environmentWith } from './environment.ts';
import { readResults } from './test-result.ts';
import type { Ended } from './verdict.ts';

const OUTPUT_KEPT = 20_000;
const REPORTER = fileURLToPath(new URL('test-reporter.mjs', import.meta.url));

export interface RunOptions {
  /** Where it runs. */
  readonly tree: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export async function runCommand(command: Command, options: RunOptions): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'outcry-verdict-'));
  try {
    const file = join(folder, 'tests.ndjson');
    const { exitCode, isOverdue, output } = await run(command, argsOf(command, file), options);
    const lines = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const isWhole = command.isTest && !isOverdue; // a line may be half written
    return { exitCode, isOverdue, output, tests: isWhole ? readResults(lines) : null };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The test runner's own words go on to the output, for whoever wants to know why. */
function argsOf({ args, isTest }: Command, file: string): string[] {
  if (!isTest) return [...args];
  const reporters = [REPORTER, file, 'spec', 'stdout'].map((value, index) => {
    return `--test-reporter${index % 2 === 0 ? '' : '-destination'}=${value}`;
  });
  return args.flatMap((arg) => (arg === '--test' ? [arg, ...reporters] : [arg]));
}

function run(
  { variables }: Command,
  args: readonly string[],
  { tree, timeoutMs, signal }: RunOptions,
): Promise<Omit<Ended, 'tests'>> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const env = environmentWith(variables);
    const child = spawn(process.execPath, args, { cwd: tree, env, detached: true });
    let output = '';
    let isOverdue = false;
    const keep = (text: string): void => {
      output = (output + text).slice(-OUTPUT_KEPT);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const kill = (): void => killGroup(child.pid);
    const timer = setTimeout(() => {
      isOverdue = true;
      kill();
    }, timeoutMs);
    signal.addEventListener('abort', kill);
    child.once('error', reject);
    child.once('exit', kill); // and whatever it has left behind, which may hold our pipes open
    child.once('close', (exitCode) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      if (signal.aborted) reject(signal.reason);
      else resolve({ exitCode, isOverdue, output });
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error; // gone already, or about to be (macOS)
  }
}
