// What `npm run bench -- all` does with the benches that there are: where the records go, what is
// printed, and the report at the end.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inRunningOrder, runAll, summaryTable } from './all.ts';
import { tableText } from './harness/table.ts';
import { RESULTS, writeReport } from './report/report-command.ts';

export interface EveryBenchOptions {
  readonly quick: boolean;
  readonly full: boolean;
  readonly signal: AbortSignal;
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** Whether each of them completed. */
export async function runEveryBench(
  benches: readonly string[],
  { quick, full, signal }: EveryBenchOptions,
): Promise<boolean> {
  const names = inRunningOrder(benches);
  // Numbers of a quick run are not for quoting, so they never come where the report reads.
  const folder = quick ? mkdtempSync(join(tmpdir(), 'outcry-bench-')) : RESULTS;
  const sizes = [...(quick ? ['--quick'] : []), ...(full ? ['--full'] : [])];
  const progress = (text: string): void => void process.stderr.write(`all: ${text}\n`);
  progress(`records go to ${folder}`);
  const runs = await runAll({
    ...{ names, folder, signal, progress },
    argumentsOf: (name, jsonFile) => ['--import', 'tsx', MAIN, name, '--json', jsonFile, ...sizes],
  });
  process.stdout.write(`${tableText(summaryTable(names, runs))}\n`);
  if (!quick && !signal.aborted) writeReport();
  return runs.length === names.length && runs.every(({ outcome }) => outcome === 'completed');
}
