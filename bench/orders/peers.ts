// Outcry and the PostgreSQL + Redis stack in one run, each to its knee with the same flow: first
// one, then the other, so that neither is measured while the other takes CPU.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchOptions } from '../bench.ts';
import { StackUnavailable } from '../peers/order-stack/programs.ts';
import { breakIn, isCarried, type LoadRun, runLoad } from './load-run.ts';
import { runScene, type SceneRun } from './run.ts';
import { FLOW, type Scene } from './scenes.ts';
import { StackServer } from './stack-server.ts';

export interface StackRun {
  readonly workers: number;
  readonly steps: readonly LoadRun[];
  readonly findings: readonly string[];
}

export interface PeersRun {
  readonly outcry: SceneRun;
  /** One per number of workers. */
  readonly stacks: readonly StackRun[];
  /** Why the stack was not measured; null when it was. */
  readonly skipped: string | null;
}

const WORKERS = [1, 2] as const;

export async function runPeers(
  scene: Scene,
  directory: string,
  options: BenchOptions,
): Promise<PeersRun> {
  const stacks: StackRun[] = [];
  let skipped: string | null = null;
  try {
    for (const workers of WORKERS) {
      const own = join(directory, `stack-${workers}`);
      stacks.push(await runStack(scene, own, workers, options));
    }
  } catch (error) {
    if (!(error instanceof StackUnavailable)) throw error;
    skipped = error.message;
    options.progress(`skipped: ${skipped}`);
  }
  const terms = { profileDirectory: null, measuresStorage: false };
  const outcry = await runScene(scene, { ...terms, directory: join(directory, 'outcry') }, options);
  return { outcry, stacks, skipped };
}

async function runStack(
  scene: Scene,
  directory: string,
  workers: number,
  options: BenchOptions,
): Promise<StackRun> {
  mkdirSync(directory, { recursive: true });
  const server = await StackServer.start(directory, workers, options);
  const place = { server, exchangeCost: () => server.exchangeCost(), directory };
  const steps: LoadRun[] = [];
  try {
    await breakIn(place, scene, null, options);
    for (const [index, ratePerSecond] of scene.rates.entries()) {
      options.progress(`PostgreSQL + Redis, ${workers} workers: ${ratePerSecond} requests/s`);
      const { mix, warmUpSeconds, seconds } = scene;
      const load = { mix, ratePerSecond, warmUpSeconds, seconds, outcomesFile: null };
      const step = await runLoad(place, { ...load, seed: FLOW.seed + index }, options);
      steps.push(step);
      if (!isCarried(step)) break;
    }
    return { workers, steps, findings: await server.audit() };
  } finally {
    await server.close();
  }
}
