// Latencies in a histogram of microseconds, and the four numbers that are told of it.
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

export interface LatencySummary {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

const HIGHEST_US = 3_600_000_000;

export class Latencies {
  readonly #histogram: RecordableHistogram = createHistogram({
    lowest: 1,
    highest: HIGHEST_US,
    figures: 3,
  });

  /**
   * Below one microsecond (and below zero, when two clocks are read within one tick) counts as one.
   */
  record(latencyMs: number): void {
    const us = Math.round(latencyMs * 1_000);
    this.#histogram.record(Math.min(Math.max(us, 1), HIGHEST_US));
  }

  get count(): number {
    return this.#histogram.count;
  }

  summary(): LatencySummary {
    const count = this.count;
    const maxMs = count === 0 ? 0 : this.#histogram.max / 1_000;
    // A percentile is the upper end of its bucket, which may lie above the largest value.
    const at = (percentile: number): number =>
      count === 0 ? 0 : Math.min(this.#histogram.percentile(percentile) / 1_000, maxMs);
    return { count, p50Ms: at(50), p99Ms: at(99), p999Ms: at(99.9), maxMs };
  }
}

export const LATENCY_COLUMNS = ['what', 'count', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms'] as const;

export function latencyRow(what: string, summary: LatencySummary) {
  const { count, p50Ms, p99Ms, p999Ms, maxMs } = summary;
  return [what, count, p50Ms, p99Ms, p999Ms, maxMs] as const;
}
