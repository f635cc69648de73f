// What does the actor runtime cost beside the raw means it is built from, and beside others that do
// the same? Tells, asks and durable turns, measured in turn in the same run on two threads.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchSystem } from './actors/bench-system.ts';
import type { Bench, BenchOptions } from './bench.ts';
import { abortable } from './harness/abortable.ts';
import { probeDisk } from './harness/disk.ts';
import { inRounds, type Spread, spreadOf } from './harness/rounds.ts';
import { STRETCH } from './harness/tick.ts';
import type { CallsRun } from './peers/calls.ts';
import { ComlinkPair } from './peers/comlink.ts';
import { ErlangPeer } from './peers/erlang.ts';
import { PostMessagePair } from './peers/post-message.ts';
import { insertRows } from './peers/sqlite.ts';
import { runtimeOutcome } from './runtime-report.ts';
import {
  type CallsRow,
  type DurableRow,
  RAW_PLAIN,
  RAW_ROUND_TRIP,
  RUNTIME_ACROSS,
  RUNTIME_ASK,
  type RuntimeMeasured,
  rawPacked,
  type TellRow,
} from './runtime-rows.ts';

const FULL = {
  rounds: 5,
  tells: 512 * STRETCH,
  plainTells: 64 * STRETCH,
  roundTrips: 20_000,
  callsAtOnce: 50_000,
  durableAsks: 20_000,
  durableAsksOneByOne: 2_000,
};

const QUICK: RuntimeSettings = {
  rounds: 1,
  tells: 64 * STRETCH,
  plainTells: 16 * STRETCH,
  roundTrips: 2_000,
  callsAtOnce: 5_000,
  durableAsks: 2_000,
  durableAsksOneByOne: 200,
};

export type RuntimeSettings = typeof FULL;

/** By hand one chooses the size of a batch; the runtime's frames hold what a tick has gathered. */
const HAND_BATCHES = [64, STRETCH] as const;
const ASKS_AT_ONCE = [1, 8, 64, 512] as const;
/** Of the calls that are not made one by one. */
const CALLS_ON_THE_WAY = 64;

export const runtimeBench: Bench = async (options) => {
  const settings = options.quick ? QUICK : FULL;
  const directory = mkdtempSync(join(tmpdir(), 'outcry-bench-'));
  const pair = new PostMessagePair();
  const comlink = new ComlinkPair();
  const system = new BenchSystem({ databasePath: join(directory, 'recorder.db') });
  let erlang: ErlangPeer | null = null;
  try {
    await abortable(system.start(), options.signal);
    erlang = await ErlangPeer.start(directory);
    if (erlang === null) options.progress('Erlang is left out: see bench/peers/install.sh');
    const measured = measure({ settings, directory, pair, comlink, erlang, system, options });
    return runtimeOutcome(settings, await abortable(measured, options.signal));
  } finally {
    await Promise.all([pair.stop(), comlink.stop(), erlang?.stop(), system.stop()]);
    rmSync(directory, { recursive: true, force: true });
  }
};

interface Setup {
  readonly settings: RuntimeSettings;
  readonly directory: string;
  readonly pair: PostMessagePair;
  readonly comlink: ComlinkPair;
  /** Null where it is not installed. */
  readonly erlang: ErlangPeer | null;
  readonly system: BenchSystem;
  readonly options: BenchOptions;
}

async function measure(setup: Setup): Promise<RuntimeMeasured> {
  const { roundTrips, callsAtOnce } = setup.settings;
  const tells = await measureTells(setup);
  const oneByOne = await measureCalls(setup, roundTrips, 1);
  const many = await measureCalls(setup, callsAtOnce, CALLS_ON_THE_WAY);
  const durable = await measureDurable(setup);
  const fdatasync = probeDisk(setup.directory);
  return { tells, oneByOne, many, durable, fdatasync, erlang: setup.erlang?.release ?? null };
}

async function measureTells(setup: Setup): Promise<TellRow[]> {
  const { pair, system, erlang } = setup;
  const { tells, plainTells } = setup.settings;
  const cases: [what: string, once: () => Promise<number>][] = [
    [RAW_PLAIN, () => pair.tell('plain', 1, plainTells)],
    ...HAND_BATCHES.flatMap((batch): [string, () => Promise<number>][] => [
      [`raw postMessage, arrays of ${batch} objects`, () => pair.tell('objects', batch, tells)],
      [rawPacked(batch), () => pair.tell('packed', batch, tells)],
    ]),
    [RUNTIME_ACROSS, () => system.tell('right', tells)],
    ['actor to actor in one thread', () => system.tell('left', tells)],
  ];
  if (erlang !== null) {
    cases.push(['Erlang, process to process on two schedulers', () => erlang.tell(tells)]);
  }
  const rounds = await inTurn(setup, 'tells', cases);
  return rounds.map(({ what, runs }) => ({ what, perSecond: spreadOf(runs) }));
}

async function measureCalls(setup: Setup, count: number, atOnce: number): Promise<CallsRow[]> {
  const { pair, comlink, erlang, system } = setup;
  const cases: [what: string, once: () => Promise<CallsRun>][] = [
    [RAW_ROUND_TRIP, () => pair.calls(count, atOnce)],
    [RUNTIME_ASK, () => system.ask('echo', count, atOnce)],
    ['comlink between two threads', () => comlink.calls(count, atOnce)],
  ];
  if (erlang !== null) {
    cases.push(['Erlang, ask and reply on two schedulers', () => erlang.calls(count, atOnce)]);
  }
  const rounds = await inTurn(setup, `calls, ${atOnce} on the way`, cases);
  return rounds.map(({ what, runs }) => ({ what, atOnce, runs }));
}

/**
 * All take part in each round, because the machine is not the same from one minute to the next. The
 * first round warms up.
 */
async function inTurn<Run>(
  { settings, options }: Setup,
  title: string,
  cases: readonly (readonly [what: string, once: () => Promise<Run>])[],
): Promise<{ readonly what: string; readonly runs: Run[] }[]> {
  const all = cases.map(([what, once]) => ({ what, once, runs: [] as Run[] }));
  for (let round = 0; round <= settings.rounds; round++) {
    options.progress(`${title}, round ${round} of ${settings.rounds}`);
    for (const { once, runs } of all) {
      const run = await once();
      if (round > 0) runs.push(run);
    }
  }
  return all;
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
