// What does durability cost? A real order shard on a real file with every mode of `synchronous`, by
// how many orders share a turn, beside better-sqlite3 alone and beside what the disk itself takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, BenchOptions } from './bench.ts';
import { type DiskSyncs, measureSyncs } from './durability/disk-syncs.ts';
import { type DurabilitySettings, durabilityOutcome } from './durability/report.ts';
import { runShard, type ShardRun } from './durability/shard-run.ts';
import { MODES } from './durability/synced-store.ts';

const SETTINGS: DurabilitySettings = {
  ordersPerTurn: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  rounds: 3,
  warmUpSeconds: 0.3,
  seconds: 1,
  diskBytes: [4_096, 65_536, 1_048_576],
  diskWrites: 100,
};

const QUICK: DurabilitySettings = {
  ...SETTINGS,
  ordersPerTurn: [1, 16, 256],
  rounds: 1,
  warmUpSeconds: 0.1,
  seconds: 0.3,
  diskWrites: 20,
};

export const durabilityBench: Bench = async (options) => {
  const settings = options.quick ? QUICK : SETTINGS;
  const directory = mkdtempSync(join(tmpdir(), 'outcry-bench-'));
  try {
    return durabilityOutcome(settings, await measure(settings, directory, options));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

async function measure(
  settings: DurabilitySettings,
  directory: string,
  { signal, progress }: BenchOptions,
) {
  const { ordersPerTurn: sizes, rounds, warmUpSeconds, seconds } = settings;
  const { diskBytes: bytesEach, diskWrites: writes } = settings;
  const terms = { warmUpSeconds, seconds, directory, signal };
  progress('warming up');
  await runShard({ ...terms, mode: 'FULL', ordersPerTurn: 64, repeats: true });
  const runs: ShardRun[] = [];
  const disk: DiskSyncs[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}: the disk`);
    disk.push(...(await measureSyncs({ directory, bytesEach, writes, signal })));
    for (const ordersPerTurn of sizes) {
      progress(`round ${round} of ${rounds}: ${ordersPerTurn} orders per turn`);
      for (const mode of MODES) {
        runs.push(await runShard({ ...terms, mode, ordersPerTurn, repeats: mode === 'FULL' }));
      }
    }
  }
  return { runs, disk };
}
