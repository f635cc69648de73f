// How long does the trade-processor take to find the order of an external id? Random look-ups in a
// real external-ids.db, of ids that are there and ids that are not, cold and warm (S136).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';
import { Prng } from '../src/runtime/simulation/prng.ts';
import type { Bench, BenchOptions } from './bench.ts';
import { Latencies } from './harness/histogram.ts';
import { dropFromMemory } from './harness/page-cache.ts';
import { type LookupMeasured, type LookupRow, lookupOutcome } from './lookup-report.ts';
import { Mappings } from './mappings.ts';

/** Few of them are cold: each brings pages into memory that a later one finds there. */
const FULL = { mappings: 1_000_000, coldLookUps: 1_000, warmLookUps: 500_000 };
const QUICK: LookupSettings = { mappings: 10_000, coldLookUps: 20, warmLookUps: 10_000 };
const PER_BREATH = 10_000;

export type LookupSettings = typeof FULL;

export const lookupBench: Bench = async (options) => {
  const settings = options.quick ? QUICK : FULL;
  const directory = mkdtempSync(join(tmpdir(), 'outcry-bench-'));
  try {
    const path = join(directory, 'external-ids.db');
    return lookupOutcome(settings, await measure(path, settings, options));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

async function measure(
  path: string,
  settings: LookupSettings,
  { signal, progress }: BenchOptions,
): Promise<LookupMeasured> {
  const breathe = async () => {
    await nextTick();
    if (signal.aborted) throw new Error('the bench was interrupted');
  };
  progress(`${settings.mappings} mappings are written`);
  const mappings = new Mappings(path, settings.mappings);
  const filled = await mappings.write(breathe);
  const rows: LookupRow[] = [];
  let isCold = true;
  for (const known of [true, false]) {
    const what = known ? 'an id that is there' : 'an id that is not there';
    progress(what);
    isCold = dropFromMemory(path) && isCold;
    const run = new Run(mappings, known);
    const cold = await run.lookUps(settings.coldLookUps, breathe);
    await run.lookUps(settings.warmLookUps, breathe); // brings the pages in
    const warm = await run.lookUps(settings.warmLookUps, breathe);
    run.close();
    rows.push({ what, cold, warm });
  }
  return { filled, isCold, rows };
}

/** Look-ups through one opened store, whose cache is empty at first. */
class Run {
  readonly #mappings: Mappings;
  readonly #store: ReturnType<Mappings['open']>;
  readonly #chance: Prng;
  readonly #from: number;

  constructor(mappings: Mappings, known: boolean) {
    this.#mappings = mappings;
    this.#store = mappings.open();
    this.#chance = new Prng('lookup').stream(known ? 'known' : 'unknown');
    this.#from = known ? 0 : mappings.count;
  }

  async lookUps(count: number, breathe: () => Promise<void>) {
    const latencies = new Latencies();
    let wrong = 0;
    for (let done = 0; done < count; done++) {
      const ordinal = this.#from + this.#chance.int(this.#mappings.count);
      const beganMs = performance.now();
      const found = Mappings.find(this.#store, ordinal);
      latencies.record(performance.now() - beganMs);
      if (!this.#mappings.isRight(ordinal, found)) wrong++;
      if (done % PER_BREATH === 0) await breathe();
    }
    return { ...latencies.summary(), wrong };
  }

  close(): void {
    this.#store.close();
  }
}
