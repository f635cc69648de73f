// The measured figures that the scaling arithmetic starts from, and where in bench/results each one
// stands. Nothing is typed in here: a figure that no record holds is missing, and says so.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FigureSource {
  readonly file: string;
  /** From the record's root; `[key=value]` picks the element of a list. */
  readonly pointer: string;
  readonly unit: string;
  readonly what: string;
  /** What writes the file. */
  readonly bench: string;
}

const CROWD = 'results/scenes[scene=crowd,clients=10000]';
const HOT = 'results/scenes[scene=hot]';
const IDLE = 'results/scenes[scene=idle]';

const SOURCES = {
  ordersPerSecondSustained: source('orders', '/s', 'orders per second that one host keeps up'),
  ordersPerSecondPlacing: source('orders', '/s', 'the same, placing only'),
  brokerCpuMicrosecondsPerOrder: source('orders', 'us', 'CPU of the broker per order'),
  orderHostCores: source('orders', 'cores', 'cores of that host', 'machine/cores'),
  bytesPerOrder: source('growth', 'B', 'bytes on disk per order, with fills and events'),
  walBytesPerOrder: source('growth', 'B', 'bytes written to the logs per order'),
  readySeconds: source('recovery', 's', 'from the start of a killed broker to ready'),
  reconcileSecondsPer100kOpen: source(
    'recovery',
    's',
    'to ask about 100,000 open orders after a start',
  ),
  eventsPerSecondPerGatewayThread: source(
    'prices',
    '/s',
    'price events that one gateway thread delivers, 10,000 clients',
    `${CROWD}/metrics/events delivered per second/median`,
  ),
  streamsPerGatewayThread: source('prices', 'streams', 'of that run', `${CROWD}/clients`),
  priceAgeP99Ms: source(
    'prices',
    'ms',
    'age p99 in that run',
    `${CROWD}/metrics/age p99 ms/median`,
  ),
  gatewayMicrosecondsPerWrite: source(
    'prices',
    'us',
    'CPU of the gateway per write that carries one event',
    `${HOT}/metrics/gateway CPU us per event/median`,
  ),
  bytesPerPriceEvent: source(
    'prices',
    'B',
    'bytes per price event on the wire, without TLS',
    `${CROWD}/metrics/bytes per event/median`,
  ),
  bytesPerIdleStream: source(
    'prices',
    'B',
    'resident memory per idle stream',
    `${IDLE}/metrics/resident bytes per stream/median`,
  ),
  idleStreamsHeld: source(
    'prices',
    'streams',
    'idle streams held by one gateway thread',
    `${IDLE}/metrics/streams held/median`,
  ),
  fdatasyncMs: source('smoke', 'ms', 'fdatasync of 4 KB, p50', 'results/fdatasync/p50Ms'),
  bytesPerMapping: source(
    'lookup',
    'B',
    'bytes per external id in its file',
    'results/filled/bytesPerMapping',
  ),
  mappingsPerSecond: source(
    'lookup',
    '/s',
    'external ids written per second, in large transactions',
    'results/filled/perSecond',
  ),
} as const;

export type FigureName = keyof typeof SOURCES;
/** Where each figure stands. */
export const FIGURES = Object.fromEntries(
  Object.entries(SOURCES).map(([name, { pointer, ...rest }]) => [
    name,
    { ...rest, pointer: pointer ?? `results/figures/${name}` },
  ]),
) as unknown as Readonly<Record<FigureName, FigureSource>>;

export type FigureValues = Readonly<Partial<Record<FigureName, number>>>;

export class MissingFigureError extends Error {
  readonly code = 'missing_figure';
  override readonly name = 'MissingFigureError';
  readonly figure: FigureName;

  constructor(figure: FigureName) {
    super(missingText(figure));
    this.figure = figure;
  }
}

/** What was measured. To ask for a figure that was not is an error that names the bench to run. */
export class MeasuredFigures {
  readonly values: FigureValues;

  constructor(values: FigureValues) {
    this.values = values;
  }

  get(name: FigureName): number {
    const value = this.values[name];
    if (value === undefined) throw new MissingFigureError(name);
    return value;
  }

  missing(): FigureName[] {
    return figureNames().filter((name) => this.values[name] === undefined);
  }
}

export function figureNames(): FigureName[] {
  return Object.keys(FIGURES) as FigureName[];
}

export function missingText(name: FigureName): string {
  const { file, pointer, bench } = FIGURES[name];
  return `${name} is not measured yet: ${file} has no ${pointer}; run \`${commandOf(bench)}\``;
}

export function commandOf(bench: string): string {
  return `npm run bench -- ${bench}`;
}

export function readMeasuredFigures(directory: string): MeasuredFigures {
  const records = new Map<string, unknown>();
  const recordOf = (file: string): unknown => {
    if (!records.has(file)) records.set(file, readRecord(join(directory, file)));
    return records.get(file);
  };
  const values: Partial<Record<FigureName, number>> = {};
  for (const name of figureNames()) {
    const { file, pointer } = FIGURES[name];
    const value = at(recordOf(file), pointer);
    if (value === undefined) continue;
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
      throw new RangeError(`${file}: ${pointer} was ${String(value)}, not a number above 0`);
    }
    values[name] = value;
  }
  return new MeasuredFigures(values);
}

/** `a/b[key=value]/c` in a JSON document; undefined where nothing stands. */
export function at(document: unknown, pointer: string): unknown {
  let here = document;
  for (const step of pointer.split('/')) {
    const [, key = step, filter] = /^([^[]+)\[(.+)\]$/.exec(step) ?? [];
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string, unknown>)[key];
    if (filter !== undefined) here = Array.isArray(here) ? pick(here, filter) : undefined;
  }
  return here;
}

function pick(list: readonly unknown[], filter: string): unknown {
  const wanted = filter.split(',').map((pair) => pair.split('='));
  return list.find((element) =>
    wanted.every(([key = '', value]) => String(at(element, key)) === value),
  );
}

function readRecord(path: string): unknown {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} cannot be read as a record`, { cause: error });
  }
}

/** Without a pointer: a flat object of numbers that the bench writes under `results.figures`. */
function source(bench: string, unit: string, what: string, pointer: string | null = null) {
  return { bench, unit, what, file: `${bench}.json`, pointer };
}
