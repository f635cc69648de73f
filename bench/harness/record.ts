// The file that `--json` writes: the numbers with all that is needed to judge and repeat them.
import type { BenchOutcome } from '../bench.ts';
import type { MoreOptions } from '../options.ts';
import { packageVersions, readCommit, readMachine } from './machine.ts';
import type { MachineSpeed } from './machine-speed.ts';

export interface RunIdentity {
  readonly name: string;
  readonly quick: boolean;
  readonly full: boolean;
  readonly more: MoreOptions;
  readonly startedAtMs: number;
  readonly tookMs: number;
  readonly speed: MachineSpeed;
}

export function recordOf(
  { name, quick, full, more, startedAtMs, tookMs, speed }: RunIdentity,
  outcome: BenchOutcome,
) {
  const { settings, results, tables, goals = [], plots = [], remarks, failures } = outcome;
  return {
    bench: name,
    quick,
    full,
    more,
    date: new Date(startedAtMs).toISOString(),
    tookMs,
    commit: readCommit(),
    machine: readMachine(),
    speed,
    node: process.version,
    packages: packageVersions(),
    settings,
    results,
    tables,
    goals,
    plots,
    remarks,
    failures,
  };
}
