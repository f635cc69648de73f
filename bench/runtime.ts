// What does the actor runtime cost beside the raw means it is built from? Tells, asks and durable
// turns, each next to its limit, measured in turn in the same run on two worker threads.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchSystem } from './actors/bench-system.ts';
import type { Bench, BenchOptions } from './bench.ts';
import { abortable } from './harness/abortable.ts';
import { probeDisk } from './harness/disk.ts';
import type { LatencySummary } from './harness/histogram.ts';
import { inRounds, type Spread } from './harness/rounds.ts';
import { STRETCH } from './harness/tick.ts';
import { PostMessagePair } from './peers/post-message.ts';
import { insertRows } from './peers/sqlite.ts';
import {
  type DurableRow,
  type RuntimeMeasured,
  runtimeOutcome,
  type TellRow,
} from './runtime-report.ts';

const FULL = {
  rounds: 5,
  tells: 512 * STRETCH,
  plainTells: 64 * STRETCH,
  roundTrips: 20_000,
  durableAsks: 20_000,
  durableAsksOneByOne: 2_000,
};

const QUICK: RuntimeSettings = {
  rounds: 1,
  tells: 64 * STRETCH,
  plainTells: 16 * STRETCH,
  roundTrips: 2_000,
  durableAsks: 2_000,
  durableAsksOneByOne: 200,
};

export type RuntimeSettings = typeof FULL;

/** By hand one chooses the size of a batch; the runtime's frames hold what a tick has gathered. */
const HAND_BATCHES = [64, STRETCH] as const;
const ASKS_AT_ONCE = [1, 64, 512] as const;

export const runtimeBench: Bench = async (options) => {
  const settings = options.quick ? QUICK : FULL;
  const directory = mkdtempSync(join(tmpdir(), 'outcry-bench-'));
  const pair = new PostMessagePair();
  const system = new BenchSystem({ databasePath: join(directory, 'recorder.db') });
  try {
    await abortable(system.start(), options.signal);
    const measured = measure({ settings, directory, pair, system, options });
    return runtimeOutcome(settings, await abortable(measured, options.signal));
  } finally {
    await Promise.all([pair.stop(), system.stop()]);
    rmSync(directory, { recursive: true, force: true });
  }
};

interface Setup {
  readonly settings: RuntimeSettings;
  readonly directory: string;
  readonly pair: PostMessagePair;
  readonly system: BenchSystem;
  readonly options: BenchOptions;
}

async function measure(setup: Setup): Promise<RuntimeMeasured> {
  const tells = await measureTells(setup);
  const roundTrips = await measureRoundTrips(setup);
  const durable = await measureDurable(setup);
  return { tells, ...roundTrips, durable, fdatasync: probeDisk(setup.directory) };
}

async function measureTells({ settings, pair, system, options }: Setup): Promise<TellRow[]> {
  const { rounds, tells, plainTells } = settings;
  const cases: [what: string, once: () => Promise<number>][] = [
    ['raw postMessage, one object each', () => pair.tell('plain', 1, plainTells)],
    ...HAND_BATCHES.flatMap((batch): [string, () => Promise<number>][] => [
      [`raw postMessage, arrays of ${batch} objects`, () => pair.tell('objects', batch, tells)],
      [`raw postMessage, msgpack of ${batch}`, () => pair.tell('packed', batch, tells)],
    ]),
    ['actor to actor across two threads', () => system.tell('right', tells)],
    ['actor to actor in one thread', () => system.tell('left', tells)],
  ];
  const rows: TellRow[] = [];
  for (const [what, once] of cases) {
    options.progress(what);
    rows.push({ what, perSecond: await inRounds(rounds, once) });
  }
  return rows;
}

/** In turn, because a round trip depends most on whether the scheduler has both threads awake. */
async function measureRoundTrips({ settings, pair, system, options }: Setup) {
  options.progress('round trips between two threads');
  const count = settings.roundTrips;
  const raw: LatencySummary[] = [];
  const asks: LatencySummary[] = [];
  for (let round = 0; round <= settings.rounds; round++) {
    raw.push(await pair.roundTrips(count));
    asks.push((await system.ask('echo', count, 1)).latency);
  }
  return { rawRoundTrips: raw.slice(1), askRoundTrips: asks.slice(1) }; // the first warms up
}

async function measureDurable(setup: Setup): Promise<DurableRow[]> {
  const { settings, directory, system, options } = setup;
  const rows: DurableRow[] = [];
  for (const atOnce of ASKS_AT_ONCE) {
    options.progress(`durable turns, ${atOnce} asks at a time`);
    const asks = atOnce === 1 ? settings.durableAsksOneByOne : settings.durableAsks;
    await system.ask('recorder', asks, atOnce);
    const run = await system.ask('recorder', asks, atOnce);
    const messagesPerTurn = run.turns === 0 ? 0 : asks / run.turns;
    const batch = Math.max(1, Math.round(messagesPerTurn));
    const path = join(directory, `raw-${atOnce}.db`);
    const raw: Spread = await inRounds(1, async () => {
      const perSecond = insertRows(path, asks, batch);
      rmSync(path);
      return perSecond;
    });
    rows.push({
      atOnce,
      perSecond: asks / run.seconds,
      messagesPerTurn,
      latency: run.latency,
      rawPerSecond: raw.median,
    });
  }
  return rows;
}
