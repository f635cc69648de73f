// What changes as the product grows: orders on disk, streams, shards, threads. Rates, latencies,
// bytes and memory at each size; each ends with the auditor.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, BenchOptions } from './bench.ts';
import { type GrowthPoint, type PointTerms, runPoint } from './growth/point.ts';
import { growthOutcome } from './growth/report.ts';
import { type GrowthSettings, ORDER_THREADS, SHARDS, settingsFor } from './growth/settings.ts';
import { type IdleRun, runIdle } from './prices/idle.ts';
import { startOutcry } from './prices/outcry.ts';
import { scenesFor } from './prices/scenes.ts';

export const growthBench: Bench = async (options) => {
  const settings = settingsFor(options);
  const directory = mkdtempSync(join(tmpdir(), 'outcry-bench-'));
  try {
    const points: GrowthPoint[] = [];
    for (const terms of pointsOf(settings)) {
      options.progress(terms.name);
      points.push(await runPoint(terms, settings, { directory }, options));
    }
    const streams: IdleRun[] = [];
    for (const count of settings.parts.includes('streams') ? settings.streams : []) {
      options.progress(`${count} streams`);
      streams.push(await holdStreams(count, directory, options));
    }
    return growthOutcome(settings, points, streams);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

function pointsOf(settings: GrowthSettings): PointTerms[] {
  const { parts, rates } = settings;
  const point = { orders: 0, shards: SHARDS, threads: ORDER_THREADS, rates: [] };
  const sizes = settings.sizes.map((orders) => {
    return { ...point, name: `${orders.toLocaleString('en-US')} orders`, orders, rates };
  });
  const shards = settings.shards.map((count) => {
    return { ...point, name: `shards: ${count}`, shards: count, threads: 1 };
  });
  const threads = settings.threads.map((count) => {
    return { ...point, name: `order threads: ${count}`, threads: count };
  });
  return [
    ...(parts.includes('orders') ? sizes : []),
    ...(parts.includes('shards') ? shards : []),
    ...(parts.includes('threads') ? threads : []),
  ];
}

function holdStreams(clients: number, parent: string, options: BenchOptions): Promise<IdleRun> {
  const [idle] = scenesFor({ ...options, more: { scene: 'idle' } });
  if (idle === undefined) throw new Error('the price bench has no idle scene');
  const settings = { ...idle, clients };
  const directory = join(parent, `streams-${clients}`);
  return runIdle({ start: startOutcry, settings, directory, profileDirectory: null }, options);
}
