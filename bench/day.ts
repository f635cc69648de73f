// Orders, prices and streams together on one machine: what does each cost the others? Exchange,
// broker and three kinds of clients are processes of their own; each rate has new ones, and ends
// with the auditor.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { type DayRun, runDay } from './day/day-run.ts';
import { dayOutcome } from './day/report.ts';
import { daySettingsFor } from './day/settings.ts';

export const dayBench: Bench = async (options) => {
  const settings = daySettingsFor(options);
  const parent = mkdtempSync(join(tmpdir(), 'outcry-bench-'));
  try {
    const runs: DayRun[] = [];
    for (const ratePerSecond of settings.rates) {
      const directory = join(parent, `rate-${ratePerSecond}`);
      runs.push(await runDay({ settings, ratePerSecond, directory }, options));
      rmSync(directory, { recursive: true, force: true });
    }
    return dayOutcome(settings, runs);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
};
