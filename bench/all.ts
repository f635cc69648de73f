// `npm run bench -- all`: every bench after the other, each in a process of its own, so that one
// that fails or leaves something behind takes nothing from the next. Ctrl-C stops all.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Table } from './harness/table.ts';

export interface AllOptions {
  readonly names: readonly string[];
  /** Each bench writes `<name>.json` there. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** The arguments of Node that run a bench and write its record. */
  argumentsOf(name: string, jsonFile: string): readonly string[];
  progress(text: string): void;
}

export interface BenchRun {
  readonly name: string;
  readonly outcome: 'completed' | 'failed' | 'interrupted';
  readonly how: string;
  readonly tookMs: number;
  /** Null when this run wrote none; an older one may still be there. */
  readonly jsonFile: string | null;
}

/** What is not among them runs at the end. */
const ORDER = [
  'runtime',
  'orders',
  'prices',
  'day',
  'recovery',
  'growth',
  'durability',
  'smoke',
  'lookup',
];

export function inRunningOrder(names: readonly string[]): string[] {
  const known = ORDER.filter((name) => names.includes(name));
  return [...known, ...names.filter((name) => !ORDER.includes(name))];
}

export async function runAll(options: AllOptions): Promise<BenchRun[]> {
  const { names, folder, signal, progress } = options;
  mkdirSync(folder, { recursive: true });
  const runs: BenchRun[] = [];
  for (const [index, name] of names.entries()) {
    if (signal.aborted) break;
    progress(`${index + 1} of ${names.length}: ${name}`);
    const run = await runOne(name, options);
    progress(`${name} ${run.outcome}, ${run.how}, after ${(run.tookMs / 1_000).toFixed(0)} s`);
    runs.push(run);
  }
  return runs;
}

export function summaryTable(names: readonly string[], runs: readonly BenchRun[]): Table {
  return {
    title: 'all benches',
    columns: ['bench', 'outcome', 'how', 'seconds', 'record'],
    rows: names.map((name) => {
      const run = runs.find((candidate) => candidate.name === name);
      if (run === undefined) return [name, 'not run', '', null, ''];
      const { outcome, how, tookMs, jsonFile } = run;
      return [name, outcome, how, Math.round(tookMs / 1_000), jsonFile ?? 'none was written'];
    }),
  };
}

async function runOne(name: string, options: AllOptions): Promise<BenchRun> {
  const { folder, signal, argumentsOf } = options;
  const jsonFile = join(folder, `${name}.json`);
  const changedBefore = changedAtMs(jsonFile);
  const startedAtMs = Date.now();
  const child = spawn(process.execPath, [...argumentsOf(name, jsonFile)], { stdio: 'inherit' });
  // Ctrl-C in a terminal reaches the child by itself, as SIGINT. A second SIGINT would end it
  // before it has stopped what it started, so it is told by the other signal.
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const { how, isWell } = await endOf(child);
  signal.removeEventListener('abort', stop);
  const isWritten = changedAtMs(jsonFile) !== changedBefore;
  return {
    name,
    outcome: signal.aborted ? 'interrupted' : isWell ? 'completed' : 'failed',
    how,
    tookMs: Date.now() - startedAtMs,
    jsonFile: isWritten ? jsonFile : null,
  };
}

function endOf(child: ChildProcess): Promise<{ how: string; isWell: boolean }> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ how: error.message, isWell: false }));
    child.once('exit', (code, signal) =>
      resolve({ how: signal ?? `exit code ${code}`, isWell: code === 0 }),
    );
  });
}

function changedAtMs(path: string): number | null {
  return existsSync(path) ? statSync(path).mtimeMs : null;
}
