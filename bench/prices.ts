// What does it cost to keep many clients current, and how old are prices when they come? Feed,
// server and clients are processes of their own; load is open-loop; ages are taken at the client.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Bench, BenchOptions, BenchOutcome } from './bench.ts';
import { profileTable } from './harness/profile-table.ts';
import type { Table } from './harness/table.ts';
import { runIdle } from './prices/idle.ts';
import { startOutcry } from './prices/outcry.ts';
import { runPeers } from './prices/peers.ts';
import { crowdReport, idleReport, type SceneReport } from './prices/report.ts';
import { type CrowdRun, type RunPlace, runCrowd } from './prices/run.ts';
import { type Scene, scenesFor } from './prices/scenes.ts';

export const pricesBench: Bench = async (options) => {
  const scenes = scenesFor(options);
  const directory = mkdtempSync(join(tmpdir(), 'outcry-bench-'));
  try {
    const reports: SceneReport[] = [];
    const alone = scenes.filter(({ name }) => name !== 'peers');
    for (const scene of alone) reports.push(await runScene(scene, directory, options));
    const beside = scenes.filter(({ name }) => name === 'peers');
    if (beside.length > 0) reports.push(await runPeers(beside, directory, options));
    return outcomeOf(scenes, reports);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

async function runScene(
  scene: Scene,
  directory: string,
  options: BenchOptions,
): Promise<SceneReport> {
  const place = (run: number): RunPlace => {
    options.progress(`${scene.name}, ${scene.clients} clients, run ${run + 1} of ${scene.runs}`);
    const { profile } = options.more;
    return {
      start: startOutcry,
      settings: scene,
      directory: join(directory, `${scene.name}-${scene.clients}-${run}`),
      profileDirectory: profile === undefined ? null : resolve(profile),
    };
  };
  if (scene.name === 'idle') return idleReport(scene, await runIdle(place(0), options));
  const runs: CrowdRun[] = [];
  for (let run = 0; run < scene.runs; run++) runs.push(await runCrowd(place(run), options));
  const report = crowdReport(scene, runs);
  return { ...report, tables: [...report.tables, ...profilesOf(scene, options)] };
}

/** Of the gateway and the market in the last run; the other threads are beside them. */
function profilesOf({ name, clients }: Scene, { more: { profile } }: BenchOptions): Table[] {
  if (profile === undefined) return [];
  return ['gateway-0', 'market-0'].map((thread) =>
    profileTable(
      `${name}, ${clients} clients: ${thread}, time of its own`,
      join(resolve(profile), `${thread}.cpuprofile`),
    ),
  );
}

function outcomeOf(scenes: readonly Scene[], reports: readonly SceneReport[]): BenchOutcome {
  return {
    settings: { scenes },
    results: { scenes: reports.map(({ result }) => result) },
    tables: reports.flatMap(({ tables }) => tables),
    goals: reports.flatMap(({ goals }) => goals),
    remarks: reports.flatMap(({ remarks }) => remarks),
    failures: reports.flatMap(({ failures }) => failures),
  };
}
