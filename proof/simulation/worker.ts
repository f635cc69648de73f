// A process that runs seeds, one after the other, for whoever has forked it.
import type { Preset } from './plan.ts';
import { runSeed, type SeedResult } from './run-seed.ts';

export interface SeedTask {
  readonly seed: string;
  readonly preset: Preset;
}

/** Of a result what a campaign keeps. */
export type SeedReport = Omit<SeedResult, 'plan'>;

process.on('message', async ({ seed, preset }: SeedTask) => {
  const { plan: _plan, ...report } = await runSeed(seed, { preset });
  process.send?.(report satisfies SeedReport);
});
process.on('disconnect', () => process.exit(0)); // the campaign is over, or has been killed
