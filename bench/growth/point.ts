// One size of the books: made in bulk, then the broker on them under load at rising rates and
// beyond what it carries; sizes, memory, and the auditor.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from '../bench.ts';
import { type BulkReport, loadBooks } from '../bulk/bulk-load.ts';
import { abortable } from '../harness/abortable.ts';
import { type BooksVerdict, judgeBooks } from '../orders/books.ts';
import { isCarried, type LoadRun, runLoad } from '../orders/load-run.ts';
import { FLOW, FULL_MIX } from '../orders/scenes.ts';
import { TradingFloor } from '../orders/trading-floor.ts';
import { bookSizes, type SizeByName } from './file-sizes.ts';
import { type GrowthSettings, openOf } from './settings.ts';
import { WalMeter } from './wal-meter.ts';

export interface PointTerms {
  readonly name: string;
  readonly orders: number;
  readonly shards: number;
  readonly threads: number;
  readonly rates: readonly number[];
}

export interface GrowthPoint {
  readonly terms: PointTerms;
  readonly bulk: Omit<BulkReport, 'users'>;
  readonly sizes: SizeByName;
  /** When all is done and the broker has stopped. */
  readonly sizesAfter: SizeByName;
  readonly steps: readonly LoadRun[];
  readonly saturation: LoadRun;
  /** Orders that were placed in all steps, and bytes written to the logs for them. */
  readonly placed: number;
  readonly walBytes: number;
  readonly residentAfterStart: number;
  readonly residentAfterLoad: number;
  readonly books: BooksVerdict;
  readonly stoppedInTime: boolean;
}

const WASH_TRADE = 'POST 422 wash_trade_risk';

export async function runPoint(
  terms: PointTerms,
  settings: GrowthSettings,
  place: { readonly directory: string },
  options: BenchOptions,
): Promise<GrowthPoint> {
  const { name, orders, shards } = terms;
  const directory = join(place.directory, name.replaceAll(/\W+/g, '-'));
  mkdirSync(directory, { recursive: true });
  const { customers, symbols } = settings;
  const paths = { dataDir: join(directory, 'data'), exchangeDir: join(directory, 'exchange') };
  const counts = { orders, open: openOf(orders), customers, shards, symbols };
  try {
    options.progress(`${name}: makes the books`);
    const { users, ...bulk } = await loadBooks({ ...paths, ...counts }, options);
    const sizes = bookSizes(paths.dataDir);
    const feed = { symbols, printsPerSecond: 100, zipf: 1 };
    const broker = { OUTCRY_ORDER_THREADS: String(terms.threads) };
    const floor = { customers, feed, broker, directory, profileDirectory: null, users };
    const measured = await onFloor(terms, settings, await TradingFloor.start(floor, options), {
      directory,
      options,
    });
    return { terms, bulk, sizes, sizesAfter: bookSizes(paths.dataDir), ...measured };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Here {
  readonly directory: string;
  readonly options: BenchOptions;
}

async function onFloor(
  terms: PointTerms,
  settings: GrowthSettings,
  floor: TradingFloor,
  { directory, options }: Here,
) {
  const { signal, progress } = options;
  try {
    await abortable(sleep(settings.settleMs), signal);
    const residentAfterStart = floor.residentBytes();
    const meter = new WalMeter(floor.dataDir);
    const load = new Loads(floor, settings, { directory, options });
    const steps: LoadRun[] = [];
    for (const rate of terms.rates) {
      progress(`${terms.name}: ${rate} requests/s`);
      const step = await load.at(rate);
      steps.push(step);
      if (!isCarried(withoutWashTrades(step))) break;
    }
    progress(`${terms.name}: as much as it takes`);
    const saturation = await load.at(settings.saturationRate);
    await abortable(sleep(settings.settleMs), signal);
    const walBytes = meter.stop();
    const residentAfterLoad = floor.residentBytes();
    const stoppedInTime = await floor.stop();
    progress(`${terms.name}: the auditor reads the books`);
    const judged = judgeBooks(floor.dataDir, floor.exchange.url, load.files);
    const books = await abortable(judged, signal);
    const placed = [...steps, saturation].reduce((sum, step) => sum + placedIn(step), 0);
    const memory = { residentAfterStart, residentAfterLoad };
    return { steps, saturation, placed, walBytes, ...memory, books, stoppedInTime };
  } finally {
    await floor.close();
  }
}

class Loads {
  readonly files: string[] = [];
  readonly #floor: TradingFloor;
  readonly #settings: GrowthSettings;
  readonly #here: Here;

  constructor(floor: TradingFloor, settings: GrowthSettings, here: Here) {
    this.#floor = floor;
    this.#settings = settings;
    this.#here = here;
  }

  at(ratePerSecond: number): Promise<LoadRun> {
    const { directory, options } = this.#here;
    const floor = this.#floor;
    const place = { server: floor, exchangeCost: () => floor.exchangeCost(), directory };
    const outcomesFile = join(directory, `outcomes-${this.files.length}`);
    const seed = FLOW.seed + this.files.length;
    this.files.push(outcomesFile);
    const { warmUpSeconds, seconds } = this.#settings;
    const terms = { mix: FULL_MIX, ratePerSecond, warmUpSeconds, seconds, seed, outcomesFile };
    return runLoad(place, terms, options);
  }
}

/** Warm-up included. */
export function placedIn({ report }: LoadRun): number {
  return report.statuses['POST 201'] ?? 0;
}

/** Orders of one customer that could meet in flight are refused, and rightly so. */
export function withoutWashTrades(step: LoadRun): LoadRun {
  const { [WASH_TRADE]: _, ...errors } = step.report.errors;
  return { ...step, report: { ...step.report, errors } };
}
