// What do 20 million daily users need? The arithmetic from the figures in bench/results, and a
// seeded model of a trading day that checks it. It measures nothing itself.
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';
import { assumed } from './scaling/assumptions.ts';
import { readMeasuredFigures } from './scaling/measured-figures.ts';
import { scalingOutcome } from './scaling/run.ts';

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));
const SEED = 'scaling-1';

export const scalingBench: Bench = async ({ progress }) =>
  scalingOutcome({
    seed: SEED,
    assumed: assumed(),
    figures: readMeasuredFigures(RESULTS),
    progress,
  });
