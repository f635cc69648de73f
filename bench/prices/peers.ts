// Outcry beside other servers, one after the other, with the same feed and the same clients; how
// many events each delivers per CPU second while its prices are fresh.
import { join } from 'node:path';
import type { BenchOptions } from '../bench.ts';
import type { Goal } from '../harness/goal.ts';
import { spreadOf } from '../harness/rounds.ts';
import type { Cell, Table } from '../harness/table.ts';
import { type MoreOptions, UsageError } from '../options.ts';
import { PEERS, type Peer } from '../peers/price-peers.ts';
import { startOutcry } from './outcry.ts';
import type { SceneReport } from './report.ts';
import { type CrowdRun, runCrowd } from './run.ts';
import type { Scene } from './scenes.ts';

interface PeerRow {
  readonly server: string;
  readonly clients: number;
  readonly runs: readonly CrowdRun[];
  /** Why there are no runs; null when there are. */
  readonly failure: string | null;
}

/** At least so many times the delivered events per CPU second; of the limit a share. */
const RATIO_GOALS: Readonly<Record<string, number>> = {
  nchan: 3,
  'node-redis': 8,
  'bare-uws': 0.6,
};
const FRESH_P99_MS = 300;
const OUTCRY: Peer = { name: 'outcry', missing: null, start: startOutcry };

export async function runPeers(
  scenes: readonly Scene[],
  directory: string,
  options: BenchOptions,
): Promise<SceneReport> {
  const rows: PeerRow[] = [];
  const installed = serversFor(options.more).filter(({ missing }) => missing === null);
  for (const scene of scenes) {
    for (const peer of installed) rows.push(await runPeer(peer, scene, directory, options));
  }
  const missing = PEERS.filter(({ missing }) => missing !== null).map(
    ({ name, missing }) =>
      `${name} was left out: ${missing} is not installed (bench/peers/install.sh)`,
  );
  const ratios = Object.keys(RATIO_GOALS).map((name) => ratioTo(name, rows));
  return {
    result: { scene: 'peers', rows, ratios },
    tables: [peerTable(scenes, rows), ratioTable(ratios)],
    goals: ratios.map(goalOf),
    remarks: [...missing, ...remarksOn(rows)],
    failures: [],
  };
}

function serversFor({ servers }: MoreOptions): Peer[] {
  const all = [OUTCRY, ...PEERS];
  const names = servers?.split(',') ?? all.map(({ name }) => name);
  return names.map((wanted) => {
    const found = all.find(({ name }) => name === wanted);
    if (found !== undefined) return found;
    const known = all.map(({ name }) => name).join(', ');
    throw new UsageError(`There is no server "${wanted}", only ${known}.`);
  });
}

async function runPeer(
  { name, start }: Peer,
  scene: Scene,
  directory: string,
  options: BenchOptions,
): Promise<PeerRow> {
  const runs: CrowdRun[] = [];
  try {
    for (let run = 0; run < scene.runs; run++) {
      options.progress(`peers: ${name}, ${scene.clients} clients, run ${run + 1} of ${scene.runs}`);
      const own = join(directory, `peers-${name}-${scene.clients}-${run}`);
      const place = { start, settings: scene, directory: own, profileDirectory: null };
      runs.push(await runCrowd(place, options));
    }
    return { server: name, clients: scene.clients, runs, failure: null };
  } catch (error) {
    if (options.signal.aborted || name === OUTCRY.name) throw error;
    return { server: name, clients: scene.clients, runs, failure: String(error) };
  }
}

function peerTable([scene]: readonly Scene[], rows: readonly PeerRow[]): Table {
  return {
    title: `peers: ${scene?.about ?? ''}; ${scene?.seconds ?? 0} s, medians of ${scene?.runs ?? 0}`,
    columns: [
      'server',
      'clients',
      'events/s',
      'age p50 ms',
      'age p99 ms',
      'serving us/event',
      'all us/event',
      'events per CPU s',
      'min',
      'max',
      'clients CPU',
      'not current',
    ],
    rows: rows.map((row): Cell[] => {
      const median = (read: (run: CrowdRun) => number) => medianOf(row, read);
      const perCpu = row.runs.map((run) => run.eventsPerCpuSecond);
      return [
        row.server,
        row.clients,
        median((run) => run.deliveredPerSecond),
        median(({ report }) => report.age.p50Ms),
        median(({ report }) => report.age.p99Ms),
        median((run) => run.servingUsPerEvent),
        median((run) => run.allUsPerEvent),
        median((run) => run.eventsPerCpuSecond),
        perCpu.length === 0 ? null : Math.min(...perCpu),
        perCpu.length === 0 ? null : Math.max(...perCpu),
        median((run) => run.clientCores),
        median(({ report }) => report.notCurrent),
      ];
    }),
  };
}

interface Ratio {
  readonly peer: string;
  readonly goal: number;
  /** The best fresh row of each; null: none was fresh. */
  readonly ours: number | null;
  readonly theirs: number | null;
  readonly ratio: number | null;
}

function ratioTo(peer: string, rows: readonly PeerRow[]): Ratio {
  const ours = bestFresh(OUTCRY.name, rows);
  const theirs = bestFresh(peer, rows);
  const ratio = ours === null || theirs === null ? null : ours / theirs;
  return { peer, goal: RATIO_GOALS[peer] ?? 0, ours, theirs, ratio };
}

/** Of the numbers of clients at which it kept its prices fresh, the one that it served cheapest. */
function bestFresh(server: string, rows: readonly PeerRow[]): number | null {
  const fresh = rows
    .filter((row) => row.server === server)
    .filter((row) => (medianOf(row, ({ report }) => report.age.p99Ms) ?? Infinity) <= FRESH_P99_MS)
    .map((row) => medianOf(row, (run) => run.eventsPerCpuSecond) ?? 0);
  return fresh.length === 0 ? null : Math.max(...fresh);
}

function goalOf({ peer, goal, ratio }: Ratio): Goal {
  const what = `events per CPU second beside ${peer}, each at its best`;
  const why = ratio === null ? { why: 'one of the two was not run, or was not fresh' } : {};
  return { what, unit: 'x', goal, sense: 'at_least', measured: ratio, ...why };
}

function ratioTable(ratios: readonly Ratio[]): Table {
  return {
    title: `events per CPU second, each at its best with an age p99 of at most ${FRESH_P99_MS} ms`,
    columns: ['peer', 'outcry', 'peer has', 'times', 'goal'],
    rows: ratios.map(({ peer, goal, ours, theirs, ratio }) => {
      return [peer, ours, theirs, ratio, `at least ${goal}`];
    }),
  };
}

function remarksOn(rows: readonly PeerRow[]): string[] {
  return rows.flatMap(({ server, clients, failure }) =>
    failure === null ? [] : [`peers: ${server} with ${clients} clients: ${failure}`],
  );
}

function medianOf({ runs }: PeerRow, read: (run: CrowdRun) => number): number | null {
  return runs.length === 0 ? null : spreadOf(runs.map(read)).median;
}
