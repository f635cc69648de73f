// The scenes of the price bench, their numbers to reach, and what of them the command line changes.
import type { BenchOptions } from '../bench.ts';
import { type MoreOptions, UsageError } from '../options.ts';
import type { CrowdSettings } from './run.ts';

export const SCENES = ['crowd', 'hot', 'single', 'idle', 'peers'] as const;
export type SceneName = (typeof SCENES)[number];

export interface Goals {
  readonly deliveredPerSecond?: number;
  readonly ageP50Ms?: number;
  readonly ageP99Ms?: number;
  readonly gatewayUsPerEvent?: number;
  readonly bytesPerStream?: number;
}

export interface Scene extends CrowdSettings {
  readonly name: SceneName;
  readonly about: string;
  readonly runs: number;
  readonly goals: Goals;
}

const FEED = { symbols: 1_000, printsPerSecond: 5_000, zipf: 1 } as const;

const CROWD: Scene = {
  name: 'crowd',
  about: '10 of 1,000 symbols each, 5,000 updates/s in, both Zipf',
  feed: FEED,
  clients: 10_000,
  symbolsPerClient: 10,
  symbolsWatched: FEED.symbols,
  clientZipf: 1,
  warmUpSeconds: 5,
  seconds: 20,
  parseOneIn: 50,
  drainEveryMs: 1_000,
  gateways: 1,
  collectEveryMs: null,
  runs: 3,
  goals: { deliveredPerSecond: 300_000, ageP99Ms: 300, gatewayUsPerEvent: 2.5 },
};

const HOT: Scene = {
  ...CROWD,
  name: 'hot',
  about: 'all watch the one symbol that prints most, 5,000 updates/s in',
  symbolsPerClient: 1,
  symbolsWatched: 1,
  clientZipf: 0,
  goals: { ageP99Ms: 250 },
};

/** Its prints are further apart than the throttle, which so adds nothing. */
const SINGLE: Scene = {
  ...HOT,
  name: 'single',
  about: 'one client on an idle machine, one symbol with 8 prints/s',
  feed: { symbols: 1, printsPerSecond: 8, zipf: 0 },
  clients: 1,
  parseOneIn: 1,
  goals: { ageP50Ms: 5 },
};

const IDLE: Scene = {
  ...CROWD,
  name: 'idle',
  about: 'streams on 10 symbols of which none prints, held for longer than a heartbeat',
  feed: { ...FEED, printsPerSecond: 0 },
  clients: 15_000,
  collectEveryMs: 2_000,
  seconds: 20,
  runs: 1,
  goals: { bytesPerStream: 12_288 },
};

/** From so few clients that each of them is fresh to as many as are to be reached. */
const PEERS: Scene = { ...CROWD, name: 'peers', seconds: 15, runs: 2, goals: {} };

const FULL: readonly Scene[] = [
  CROWD,
  { ...CROWD, clients: 5_000, goals: { ageP99Ms: 200 } },
  HOT,
  SINGLE,
  IDLE,
  { ...PEERS, clients: 500 },
  { ...PEERS, clients: 2_000 },
  { ...PEERS, clients: 10_000 },
];

/** The same with little of everything. */
function quick(scene: Scene): Scene {
  const clients = Math.min(scene.clients, 200);
  const little = { runs: 1, warmUpSeconds: 1, seconds: 3, parseOneIn: Math.min(clients, 10) };
  return { ...scene, ...little, clients };
}

export function scenesFor({ quick: isQuick, more }: BenchOptions): Scene[] {
  const wanted = more.scene?.split(',') ?? SCENES;
  for (const name of wanted) {
    if (SCENES.some((scene) => scene === name)) continue;
    throw new UsageError(`There is no scene "${name}", only ${SCENES.join(', ')}.`);
  }
  const all = isQuick ? FULL.map(quick) : FULL;
  return unique(
    all.filter(({ name }) => wanted.includes(name)).map((scene) => changed(scene, more)),
  );
}

/** A goal is for its own number of clients. */
function changed(scene: Scene, more: MoreOptions): Scene {
  const given = (name: 'clients' | 'seconds' | 'runs' | 'gateways', fallback: number): number => {
    const text = more[name];
    if (text === undefined) return fallback;
    if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
    throw new UsageError(`--${name} must be a whole number above 0, but was "${text}".`);
  };
  const clients = scene.name === 'single' ? scene.clients : given('clients', scene.clients);
  return {
    ...scene,
    clients,
    seconds: given('seconds', scene.seconds),
    runs: given('runs', scene.runs),
    gateways: given('gateways', scene.gateways),
    goals: FULL.find((own) => own.name === scene.name && own.clients === clients)?.goals ?? {},
  };
}

/** With --clients all crowds are one. */
function unique(scenes: readonly Scene[]): Scene[] {
  const isFirst = ({ name, clients }: Scene, index: number) =>
    scenes.findIndex((other) => other.name === name && other.clients === clients) === index;
  return scenes.filter(isFirst);
}
