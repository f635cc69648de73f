// `npm run bench -- report`: from bench/results to docs/benchmarks.md and its plots.
import { fileURLToPath } from 'node:url';
import { reportFilesOf, writeReportFiles } from './report-files.ts';
import { readResultFiles } from './result-files.ts';

export const RESULTS = fileURLToPath(new URL('../results', import.meta.url));
export const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));

/** The exit code, which is 0: what cannot be reported is thrown. */
export function writeReport(): number {
  const records = readResultFiles(RESULTS);
  const files = reportFilesOf(records);
  writeReportFiles(DOCS, files);
  const plots = files.size - 1;
  process.stdout.write(`docs/benchmarks.md: ${records.length} records, ${plots} plots\n`);
  return 0;
}
