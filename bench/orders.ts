// What does an order cost from the client to the disk, to the exchange and back, and how many of
// them does one machine carry? Exchange, broker and clients are processes of their own; load is
// open-loop; each run ends with the auditor.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse, resolve } from 'node:path';
import type { Bench, BenchOptions } from './bench.ts';
import { profileTable } from './harness/profile-table.ts';
import { spreadOf } from './harness/rounds.ts';
import type { Table } from './harness/table.ts';
import { type PeersRun, runPeers } from './orders/peers.ts';
import { kneeOf, ordersOutcome, type SceneRuns } from './orders/report.ts';
import { runScene, type SceneRun } from './orders/run.ts';
import { type Scene, scenesFor } from './orders/scenes.ts';

const PROFILED = /^(gateway|order|exchange)-\d+\.cpuprofile$/;

export const ordersBench: Bench = async (options) => {
  const scenes = scenesFor(options);
  const directory = mkdtempSync(join(tmpdir(), 'outcry-bench-'));
  try {
    const measured: SceneRuns[] = [];
    let peers: PeersRun | null = null;
    for (const planned of scenes) {
      const scene = atItsRate(planned, measured);
      if (scene.name === 'peers') peers = await runPeers(scene, directory, options);
      else measured.push({ scene, runs: await repeated(scene, directory, options) });
    }
    const outcome = ordersOutcome(measured, peers);
    return { ...outcome, tables: [...outcome.tables, ...profilesOf(options)] };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/** `sustained` holds what the ramp has found, if there was one. */
function atItsRate(scene: Scene, measured: readonly SceneRuns[]): Scene {
  const ramp = measured.find((one) => one.scene.name === 'ramp');
  if (scene.name !== 'sustained' || ramp === undefined) return scene;
  const knee = spreadOf(ramp.runs.map(({ steps }) => kneeOf(steps))).median;
  return knee === 0 ? scene : { ...scene, rates: [knee] };
}

async function repeated(scene: Scene, parent: string, options: BenchOptions): Promise<SceneRun[]> {
  const runs: SceneRun[] = [];
  for (let run = 0; run < scene.runs; run++) {
    options.progress(`${scene.name}, run ${run + 1} of ${scene.runs}`);
    const directory = join(parent, `${scene.name}-${run}`);
    const { profile } = options.more;
    const profileDirectory = profile === undefined ? null : resolve(profile);
    const measuresStorage = scene.name === 'steady' && run === scene.runs - 1;
    runs.push(await runScene(scene, { directory, profileDirectory, measuresStorage }, options));
    rmSync(directory, { recursive: true, force: true });
  }
  return runs;
}

/** Of the last run. */
function profilesOf({ more: { profile } }: BenchOptions): Table[] {
  if (profile === undefined) return [];
  const files = readdirSync(resolve(profile)).filter((file) => PROFILED.test(file));
  return files.map((file) =>
    profileTable(`${parse(file).name}, time of its own`, join(resolve(profile), file)),
  );
}
