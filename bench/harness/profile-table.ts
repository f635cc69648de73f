// Where a V8 CPU profile says that a thread was: the functions with the most time of their own.
import { readFileSync } from 'node:fs';
import type { Table } from './table.ts';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
      readonly columnNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

const FUNCTIONS_SHOWN = 20;

export function profileTable(title: string, path: string): Table {
  const profile = JSON.parse(readFileSync(path, 'utf8')) as Profile;
  const own = ownTimes(profile);
  const totalUs = profile.timeDeltas.reduce((sum, us) => sum + us, 0);
  const sorted = [...own].sort(([, a], [, b]) => b - a).slice(0, FUNCTIONS_SHOWN);
  return {
    title,
    columns: ['function', 'own ms', 'per cent'],
    rows: sorted.map(([name, us]) => [name, us / 1_000, (100 * us) / totalUs]),
  };
}

export function ownTimes({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const own = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? 'unknown';
    own.set(name, (own.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  return own;
}

/** The loader leaves a module on one line, so only the column tells two functions apart. */
function nameOf(frame: Profile['nodes'][number]['callFrame']): string {
  const { functionName, url, lineNumber, columnNumber } = frame;
  const name = functionName === '' ? 'anonymous' : functionName;
  if (url === '') return name;
  return `${name} ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}:${columnNumber + 1}`;
}
