// The report as files: docs/benchmarks.md and a plot each in docs/benchmarks. Made in memory first,
// so that a record that is refused leaves everything as it was.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchmarksPage, plotFileOf } from './benchmarks-page.ts';
import { type ResultFile, ResultFileError } from './result-files.ts';
import { svgPlot } from './svg-plot.ts';

export type ReportFiles = ReadonlyMap<string, string>;

const PLOTS = 'benchmarks';

/** Paths are below docs/. */
export function reportFilesOf(records: readonly ResultFile[]): ReportFiles {
  const files = new Map([['benchmarks.md', benchmarksPage(records)]]);
  for (const { name, plots } of records) {
    for (const plot of plots) {
      const path = plotFileOf(name, plot.name);
      if (files.has(path)) throw new ResultFileError(`Two plots would be docs/${path}.`);
      files.set(path, svgPlot(plot));
    }
  }
  return files;
}

/** Plots that no record has any more are removed. */
export function writeReportFiles(docs: string, files: ReportFiles): void {
  mkdirSync(join(docs, PLOTS), { recursive: true });
  for (const path of plotsIn(docs)) if (!files.has(path)) rmSync(join(docs, path));
  for (const [path, text] of files) writeFileSync(join(docs, path), text);
}

export function plotsIn(docs: string): string[] {
  if (!existsSync(join(docs, PLOTS))) return []; // git keeps no empty folder
  const names = readdirSync(join(docs, PLOTS));
  return names.map((name) => `${PLOTS}/${name}`).sort();
}
