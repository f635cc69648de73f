// A real simulator process for a test: started on a free port, ended with the test.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';

const MAIN = 'src/exchange/simulator/main.ts';

export interface ExchangeProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Resolves when it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

export async function startExchange(
  t: Pick<TestContext, 'after'>,
  args: readonly string[],
): Promise<ExchangeProcess> {
  const child = spawnExchange(['--port', '0', ...args]);
  const gone = once(child, 'exit');
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await gone;
  };
  t.after(() => kill('SIGKILL'));
  const url = await readyUrl(child);
  return { url, child, kill };
}

/** Runs it to its end, for command lines that it refuses. */
export async function runExchange(
  t: Pick<TestContext, 'after'>,
  args: readonly string[],
): Promise<{ code: number | null; stderr: string }> {
  const child = spawnExchange(args);
  t.after(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  await once(child, 'close');
  return { code: child.exitCode, stderr };
}

function spawnExchange(args: readonly string[]): ChildProcess {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  return spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], { stdio: [...stdio] });
}

async function readyUrl(child: ChildProcess): Promise<string> {
  let printed = '';
  child.stderr?.on('data', (chunk) => {
    printed += chunk;
  });
  assert(child.stdout !== null);
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    printed += chunk;
    const url = /^exchange ready (http:\S+)\n/m.exec(printed)?.[1];
    if (url !== undefined) {
      child.stdout.resume();
      return url;
    }
  }
  return assert.fail(`the exchange ended before it was ready: ${printed}`);
}
