// Reads the records in bench/results, each with the page of prose that may stand beside it. What is
// no record, or not for quoting, is refused with its name.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Goal } from '../harness/goal.ts';
import type { Commit, Machine } from '../harness/machine.ts';
import type { MachineSpeed } from '../harness/machine-speed.ts';
import type { Plot } from '../harness/plot.ts';
import type { Table } from '../harness/table.ts';

/** What the page needs of a record; the rest of the file is for programs. */
export interface ResultFile {
  /** Of its file, without `.json`; also the heading of its section. */
  readonly name: string;
  readonly bench: string;
  readonly full: boolean;
  /** The options that only this bench takes; null when the record is older than they are. */
  readonly more: Readonly<Record<string, string>> | null;
  readonly date: string;
  readonly tookMs: number;
  readonly commit: Commit | null;
  readonly machine: Machine;
  /** Null in a record that is older than it. */
  readonly speed: MachineSpeed | null;
  readonly node: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  readonly plots: readonly Plot[];
  readonly remarks: readonly string[];
  readonly failures: readonly string[];
  /** Written before records held tables, goals and plots: it has to be run again. */
  readonly isOld: boolean;
  /** `<name>.md`: what was missed, and why. */
  readonly prose: string | null;
}

export class ResultFileError extends Error {
  readonly code = 'bad_result_file';
  override readonly name = 'ResultFileError';
}

const PLOT_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const FILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*\.(json|md)$/;

export function readResultFiles(folder: string): ResultFile[] {
  const names = readdirSync(folder).filter((name) => /\.(json|md)$/.test(name));
  for (const name of names) {
    if (!FILE_NAME.test(name)) throw refused(name, 'its name is not of a-z, 0-9 and hyphens');
    const record = name.replace(/\.md$/, '.json');
    if (!names.includes(record)) throw refused(name, `there is no ${record} beside it`);
  }
  const records = names.filter((name) => name.endsWith('.json')).sort();
  return records.map((name) => {
    const prose = join(folder, name.replace(/\.json$/, '.md'));
    const text = readFileSync(join(folder, name), 'utf8');
    return resultFileOf(name, text, existsSync(prose) ? readFileSync(prose, 'utf8') : null);
  });
}

export function resultFileOf(file: string, text: string, prose: string | null): ResultFile {
  const record = parsed(file, text);
  const { bench, quick, full = false, more = null, date, tookMs, machine, node } = record;
  if (bench === undefined || date === undefined || machine === undefined || node === undefined) {
    throw refused(file, 'it is not what --json writes');
  }
  if (quick !== false)
    throw refused(file, 'it is of a --quick run, whose numbers are not to quote');
  const { tables, goals, plots, remarks = [], failures = [], packages = {} } = record;
  for (const { name } of plots ?? []) {
    if (!PLOT_NAME.test(name)) throw refused(file, `a plot is named "${name}"`);
  }
  return {
    name: file.replace(/\.json$/, ''),
    ...{ bench, full, more, date, machine, node, packages, remarks, failures, prose },
    tookMs: tookMs ?? 0,
    commit: record.commit ?? null,
    speed: record.speed ?? null,
    tables: tables ?? [],
    goals: goals ?? [],
    plots: plots ?? [],
    isOld: tables === undefined || goals === undefined || plots === undefined,
  };
}

function parsed(file: string, text: string): Partial<ResultFile> & { readonly quick?: boolean } {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (error) {
    throw refused(file, String(error));
  }
  if (typeof record !== 'object' || record === null) throw refused(file, 'it holds no object');
  return record;
}

function refused(file: string, why: string): ResultFileError {
  return new ResultFileError(`bench/results/${file} cannot be reported: ${why}.`);
}
