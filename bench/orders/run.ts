// One run of a scene: a fresh exchange and broker, the flow at each rate in turn, then the books.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from '../bench.ts';
import { abortable } from '../harness/abortable.ts';
import { repeatTransactions, type TransactionsReport } from '../peers/order-transactions.ts';
import { type BooksVerdict, judgeBooks, shardFiles } from './books.ts';
import { type HopTimes, hopTimes } from './hops.ts';
import { breakIn, isCarried, type LoadRun, runLoad } from './load-run.ts';
import { FLOOR, FLOW, type Scene } from './scenes.ts';
import { TradingFloor } from './trading-floor.ts';

export interface SceneRun {
  readonly steps: readonly LoadRun[];
  readonly books: BooksVerdict;
  readonly stoppedInTime: boolean;
  /** Of the last rate. */
  readonly hops: HopTimes;
  readonly eventsPerTurn: number;
  /** Of one shard file; null when it was not asked for. */
  readonly storage: TransactionsReport | null;
}

export interface RunTerms {
  readonly directory: string;
  readonly profileDirectory: string | null;
  readonly measuresStorage: boolean;
}

/** Fills and events of the last requests are still on their way. */
const SETTLE_MS = 1_500;

export async function runScene(
  scene: Scene,
  terms: RunTerms,
  options: BenchOptions,
): Promise<SceneRun> {
  const { directory, profileDirectory } = terms;
  mkdirSync(directory, { recursive: true });
  const floor = await TradingFloor.start({ ...FLOOR, directory, profileDirectory }, options);
  try {
    const turnsBefore = await floor.shardTurns();
    const { steps, files } = await loadSteps(scene, floor, terms, options);
    await abortable(sleep(SETTLE_MS), options.signal);
    const turns = (await floor.shardTurns()) - turnsBefore;
    const stoppedInTime = await floor.stop();
    options.progress(`${scene.name}: the auditor reads the books`);
    const { dataDir, exchange, exchangeDir } = floor;
    const books = await abortable(judgeBooks(dataDir, exchange.url, files), options.signal);
    const eventsPerTurn = Math.max(1, Math.round(books.orderEvents / Math.max(turns, 1)));
    return {
      steps,
      books,
      stoppedInTime,
      hops: await hopTimes(files.at(-1) ?? '', dataDir, exchangeDir),
      eventsPerTurn,
      storage: terms.measuresStorage ? storageOf(floor, directory, eventsPerTurn) : null,
    };
  } finally {
    await floor.close();
  }
}

/** Ends after the first rate that is not carried: what comes after it would only queue longer. */
async function loadSteps(
  scene: Scene,
  floor: TradingFloor,
  { directory }: RunTerms,
  options: BenchOptions,
) {
  const steps: LoadRun[] = [];
  const files: string[] = [];
  const place = { server: floor, exchangeCost: () => floor.exchangeCost(), directory };
  if (scene.breakInSeconds > 0) {
    options.progress(`${scene.name}: breaking in`);
    const outcomesFile = join(directory, 'outcomes-break-in');
    await breakIn(place, scene, outcomesFile, options);
    files.push(outcomesFile);
  }
  for (const [index, ratePerSecond] of scene.rates.entries()) {
    options.progress(`${scene.name}: ${ratePerSecond} requests/s`);
    const outcomesFile = join(directory, `outcomes-${index}`);
    const { mix, warmUpSeconds, seconds } = scene;
    const seed = FLOW.seed + index;
    const terms = { mix, ratePerSecond, warmUpSeconds, seconds, seed, outcomesFile };
    const step = await runLoad(place, terms, options);
    steps.push(step);
    files.push(outcomesFile);
    if (!isCarried(step)) break;
  }
  return { steps, files };
}

function storageOf(floor: TradingFloor, directory: string, eventsPerTurn: number) {
  const [first = ''] = shardFiles(floor.dataDir);
  return repeatTransactions(first, join(directory, 'limit.db'), eventsPerTurn);
}
