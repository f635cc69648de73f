// How soon is the broker ready after a kill, what does it cost to compare all open orders with the
// exchange, and how soon is all well after the exchange was away? On books of a million orders;
// ends with the auditor.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, BenchOptions } from './bench.ts';
import { loadBooks } from './bulk/bulk-load.ts';
import { abortable } from './harness/abortable.ts';
import type { BenchUser } from './harness/broker-process.ts';
import { judgeBooks } from './orders/books.ts';
import { syntheticSymbols } from './orders/trading-floor.ts';
import { bareStartSeconds, House, isSettled } from './recovery/house.ts';
import { type RecoveryRun, recoveryOutcome } from './recovery/report.ts';
import { killedStarts, matchRounds, outage, type Rig } from './recovery/rounds.ts';
import { type RecoverySettings, settingsFor } from './recovery/settings.ts';
import { Venue } from './recovery/venue.ts';

const SETTLED_MS_MAX = 120_000;

export const recoveryBench: Bench = async (options) => {
  const settings = settingsFor(options);
  const directory = mkdtempSync(join(tmpdir(), 'outcry-bench-'));
  const { signal, progress } = options;
  try {
    const paths = { dataDir: join(directory, 'data'), exchangeDir: join(directory, 'exchange') };
    progress(`makes books of ${settings.orders.toLocaleString('en-US')} orders`);
    const { users } = await loadBooks({ ...paths, ...settings }, options);
    progress('the exchange reads its log');
    const { exchangeDir: dataDir } = paths;
    const venue = await Venue.start({ dataDir, symbols: settings.symbols, signal });
    try {
      const houseOf = { dataDir: paths.dataDir, exchangeUrl: venue.url, signal };
      const rig = { settings, venue, houseOf, directory, outcomesFiles: [], signal, progress };
      return recoveryOutcome(settings, await withVenue(rig, users, options));
    } finally {
      await venue.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

async function withVenue(
  rig: Rig,
  users: readonly BenchUser[],
  { progress, signal }: BenchOptions,
): Promise<RecoveryRun> {
  const { settings, venue, houseOf } = rig;
  const has = (part: RecoverySettings['parts'][number]) => settings.parts.includes(part);
  const bareSeconds = await bareStartSeconds();
  progress('the first start, which makes the demo users');
  let house = await House.start(houseOf);
  const firstStart = house.times;
  try {
    const symbols = await syntheticSymbols(house.broker);
    const killed = has('start') ? await killedStarts(house, { users, symbols }, rig) : null;
    if (killed !== null) house = killed.house;
    const place = { target: house.broker.target, users, symbols };
    const rounds = has('match') ? await matchRounds(house, place, rig) : [];
    const away = has('outage') ? await outage(house, place, rig) : null;
    await house.until(isSettled, SETTLED_MS_MAX);
    const stoppedInTime = await house.broker.stop();
    progress('the auditor reads the books');
    const judged = judgeBooks(houseOf.dataDir, venue.url, rig.outcomesFiles, { settled: true });
    const books = await abortable(judged, signal);
    const starts = killed?.starts ?? [];
    return { bareSeconds, firstStart, starts, rounds, outage: away, books, stoppedInTime };
  } finally {
    await house.broker.stop();
  }
}
