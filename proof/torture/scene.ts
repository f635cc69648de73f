// Everything that one leg of a campaign takes place in: an exchange that survives it, the broker
// that does not, its files, and the crowd before its door.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/exchange/simulator/random.ts';
import type { Files } from '../../src/launcher/compile.mjs';
import { pathsOf, readMeta } from '../../src/store/data-directory.ts';
import { ExchangeProcess } from '../../test/scenario/exchange-process.ts';
import type { Scope } from '../scope.ts';
import { Crowd } from './crowd.ts';
import { HttpDoor } from './http-door.ts';
import { OpenQuestions } from './open-questions.ts';
import { ShardFiles } from './shard-files.ts';
import { Victim, victimPort } from './victim.ts';
import type { FaultJson } from './weather.ts';

export interface SceneOptions {
  readonly directory: string;
  readonly seed: number;
  /** A preset of the simulator; nothing goes wrong before `raiseFaults`. */
  readonly faults: string;
  readonly compiled: Files;
}

export interface Scene extends SceneOptions {
  readonly dataDir: string;
  readonly exchange: ExchangeProcess;
  readonly victim: Victim;
  readonly files: ShardFiles;
  readonly questions: OpenQuestions;
  readonly crowd: Crowd;
  /** What a start takes, more or less. */
  readonly startMs: number;
}

const SYMBOLS = ['SYN0001', 'SYN0002', 'SYN0003', 'SYN0004'];
const PRINTS_PER_SECOND = 40;

/** Started, its customers rich, nobody trading yet and nothing going wrong. */
export async function setScene(scope: Scope, options: SceneOptions): Promise<Scene> {
  const { directory, seed, compiled } = options;
  const [dataDir, venue, tape] = ['broker', 'exchange', 'tape'].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  for (const path of [dataDir, venue, tape]) mkdirSync(path, { recursive: true });
  const exchange = new ExchangeProcess(
    venue,
    [
      ...['--no-echo', '--control', '--tape', tape, '--seed', String(seed)],
      ...['--symbols', String(SYMBOLS.length), '--prints-per-second', String(PRINTS_PER_SECOND)],
    ],
    [compiled.exchange],
  );
  scope.after(() => exchange.kill());
  await exchange.start();
  const port = await victimPort(seededRandom(seed));
  const victim = new Victim({
    ...{ dataDir, port },
    script: compiled.broker,
    exchangeUrl: exchange.url,
  });
  scope.after(() => victim.life.stop());
  const startedAtMs = Date.now();
  const life = victim.begin();
  await life.ready();
  const startMs = Date.now() - startedAtMs;
  const door = new HttpDoor(port);
  scope.after(() => door.close());
  const questions = new OpenQuestions(door, () => Date.now());
  const outside = {
    door: questions,
    random: seededRandom(seed + 1),
    pause: (ms: number) => sleep(ms, undefined, { ref: false }), // who waits keeps nobody alive
  };
  const crowd = new Crowd({ outside, admin: life.demo.admin, symbols: SYMBOLS });
  scope.after(() => crowd.abandon());
  await crowd.arrive();
  const { bucketToShard } = readMeta(join(dataDir, 'meta.json'));
  const paths = pathsOf(dataDir);
  const files = new ShardFiles([...new Set(bucketToShard)].map((shard) => paths.shard(shard)));
  return { ...options, dataDir, exchange, victim, files, questions, crowd, startMs };
}

export async function raiseFaults(
  { exchange }: Scene,
  faults: readonly FaultJson[],
  seed: number,
): Promise<void> {
  if (faults.length > 0) await patiently(() => exchange.control({ do: 'faults', faults, seed }));
}

export async function lowerFaults({ exchange }: Scene): Promise<void> {
  await patiently(() => exchange.control({ do: 'faults', preset: 'none' }));
}

const TRIES_MAX = 50;
const AGAIN_MS = 100;

/** While the exchange restarts, nobody can be asked or told anything. */
export async function patiently<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (let tried = 1; ; tried++) {
    try {
      return await ask();
    } catch (error) {
      if (tried === TRIES_MAX) throw error;
      await sleep(AGAIN_MS);
    }
  }
}
