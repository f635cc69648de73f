// A record for the tests of the report, and a plot with no more in it than a plot needs.
import type { Plot } from '../../../bench/harness/plot.ts';
import type { ResultFile } from '../../../bench/report/result-files.ts';

export const RECORD: ResultFile = {
  name: 'smoke',
  bench: 'smoke',
  full: false,
  more: {},
  date: '2026-11-29T05:20:12.345Z',
  tookMs: 1_124_476,
  commit: { id: '0123456789abcdef', modified: false },
  machine: { cpuModel: 'A CPU', cores: 2, memoryBytes: 16e9, kernel: 'linux 6.18 x64' },
  speed: { before: 4_987.6, after: 3_501.2 },
  node: 'v20.20.2',
  packages: { undici: '7.30.2' },
  tables: [{ title: 'a table', columns: ['what', 'ms'], rows: [['first', 1.5]] }],
  goals: [],
  plots: [],
  remarks: [],
  failures: [],
  isOld: false,
  prose: null,
};

export function plotNamed(name: string): Plot {
  return {
    name,
    title: `Plot ${name}`,
    x: { label: 'orders per second', scale: 'linear' },
    y: { label: 'latency, ms', scale: 'log' },
    series: [{ name: 'outcry', points: [[1, 2]] }],
  };
}
