// A run of calls that are answered: what each peer of the runtime bench tells of one.
import type { LatencySummary } from '../harness/histogram.ts';

export interface CallsRun {
  readonly seconds: number;
  readonly latency: LatencySummary;
}
