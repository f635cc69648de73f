// What a run of the lookup bench has measured, in tables. A wrong answer is a failure, a slow one
// is not.
import type { BenchOutcome } from './bench.ts';
import { LATENCY_COLUMNS, type LatencySummary, latencyRow } from './harness/histogram.ts';
import type { Table } from './harness/table.ts';
import type { LookupSettings } from './lookup.ts';
import type { FillResult } from './mappings.ts';

type LookUps = LatencySummary & { readonly wrong: number };

export interface LookupRow {
  readonly what: string;
  /** The first look-ups after opening, with nothing of the file in memory. */
  readonly cold: LookUps;
  readonly warm: LookUps;
}

export interface LookupMeasured {
  readonly filled: FillResult;
  /** Whether the file could be taken out of the system's memory. */
  readonly isCold: boolean;
  readonly rows: readonly LookupRow[];
}

const TARGET_P99_MS = 1;

export function lookupOutcome(settings: LookupSettings, measured: LookupMeasured): BenchOutcome {
  const all = measured.rows.flatMap(({ cold, warm }) => [cold, warm]);
  const wrong = all.reduce((sum, lookUps) => sum + lookUps.wrong, 0);
  const worstP99Ms = Math.max(...all.map(({ p99Ms }) => p99Ms));
  return {
    settings: { ...settings, targetP99Ms: TARGET_P99_MS },
    results: { ...measured, worstP99Ms, isWithinTarget: worstP99Ms < TARGET_P99_MS },
    tables: [lookupTable(settings, measured), fillTable(measured)],
    remarks: measured.isCold
      ? []
      : ['the file could not be taken out of memory: nothing here is cold'],
    failures: wrong === 0 ? [] : [`${wrong} look-ups were answered wrongly`],
  };
}

function lookupTable({ mappings }: LookupSettings, { rows }: LookupMeasured): Table {
  const count = mappings.toLocaleString('en-US');
  return {
    title: `lookup: one of ${count} external ids (target: p99 below ${TARGET_P99_MS} ms)`,
    columns: LATENCY_COLUMNS,
    rows: rows.flatMap(({ what, cold, warm }) => [
      latencyRow(`${what}, cold`, cold),
      latencyRow(`${what}, warm`, warm),
    ]),
  };
}

function fillTable({ filled }: LookupMeasured): Table {
  const { perSecond, fileBytes, bytesPerMapping } = filled;
  return {
    title: 'the file',
    columns: ['MB', 'bytes per mapping', 'mappings written per second'],
    rows: [[fileBytes / 1_000_000, bytesPerMapping, Math.round(perSecond)]],
  };
}
