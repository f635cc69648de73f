// The simulator's command line. What is not understood is refused with a sentence that names it.
import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DecodeError } from '../errors.ts';
import { parseObject } from '../json-fields.ts';
import type { FaultPlan } from './faults/fault-plan.ts';
import { PRESETS } from './faults/presets.ts';
import { readPlan } from './faults/read-plan.ts';

export interface SimulatorOptions {
  readonly host: string;
  readonly port: number;
  /** Null: a fresh temporary directory. */
  readonly dataDirectory: string | null;
  readonly tapeDirectory: string;
  /** Tape seconds per second. */
  readonly speed: number;
  readonly symbols: number;
  readonly seed: number;
  readonly printsPerSecond: number;
  /** Exponent of the choice of the synthetic symbol that prints; 0: all alike. */
  readonly zipf: number;
  readonly breakMs: number;
  readonly echo: boolean;
  readonly loseBook: boolean;
  readonly faults: FaultPlan;
  /** Take `POST /v1/control`. */
  readonly control: boolean;
  /** End when the process that started this one is gone. */
  readonly endsWithParent: boolean;
}

export class OptionError extends Error {
  readonly code = 'bad_option';
}

export const USAGE = `npm run exchange -- [options]
  --port N               port to listen on, 0 for a free one (9090)
  --host ADDRESS         address to listen on (127.0.0.1)
  --data DIR             where the log is kept (a fresh temporary directory)
  --tape DIR             tapes to replay (data/market)
  --speed X              tape seconds per second (1)
  --symbols N            synthetic symbols beside the tape's (0)
  --seed N               seed of the synthetic prices and of the faults (1)
  --prints-per-second X  synthetic prints in all (one per synthetic symbol)
  --zipf X               how unevenly: the n-th symbol prints with a weight of 1/n^X (0: all alike)
  --session-break-ms N   pause between two sessions (0)
  --no-echo              leave clientOrderId out of the executions
  --lose-book            begin a new epoch with an empty book
  --faults FILE|PRESET   what is to go wrong: a JSON file, or one of
                         ${Object.keys(PRESETS).join(', ')}
                         (none)
  --control              take POST /v1/control
  --parent               end with the process that started this one (needs its IPC channel)`;

const OPTIONS = {
  port: { type: 'string', default: '9090' },
  host: { type: 'string', default: '127.0.0.1' },
  data: { type: 'string' },
  tape: { type: 'string', default: 'data/market' },
  speed: { type: 'string', default: '1' },
  symbols: { type: 'string', default: '0' },
  seed: { type: 'string', default: '1' },
  'prints-per-second': { type: 'string' },
  zipf: { type: 'string', default: '0' },
  'session-break-ms': { type: 'string', default: '0' },
  'no-echo': { type: 'boolean', default: false },
  'lose-book': { type: 'boolean', default: false },
  faults: { type: 'string', default: 'none' },
  control: { type: 'boolean', default: false },
  parent: { type: 'boolean', default: false },
} as const;

export function readOptions(args: readonly string[]): SimulatorOptions {
  const values = parse(args);
  const symbols = whole('symbols', values.symbols, 9_999);
  const prints = values['prints-per-second'] ?? String(symbols);
  return {
    host: values.host,
    port: whole('port', values.port, 65_535),
    dataDirectory: values.data ?? null,
    tapeDirectory: directory('tape', values.tape),
    speed: positive('speed', values.speed, 1_000_000),
    symbols,
    seed: whole('seed', values.seed, 2 ** 32 - 1),
    printsPerSecond: whole('prints-per-second', prints, 200_000),
    zipf: fromZero('zipf', values.zipf, 10),
    breakMs: whole('session-break-ms', values['session-break-ms'], 86_400_000),
    echo: !values['no-echo'],
    loseBook: values['lose-book'],
    faults: faultPlan(values.faults),
    control: values.control,
    endsWithParent: values.parent,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, text: string, max: number): number {
  if (/^\d{1,15}$/.test(text) && Number(text) <= max) return Number(text);
  throw new OptionError(`--${name} must be a whole number from 0 to ${max}, but was "${text}"`);
}

function positive(name: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= max) return value;
  throw new OptionError(`--${name} must be a number above 0, up to ${max}, but was "${text}"`);
}

function fromZero(name: string, text: string, max: number): number {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) <= max) return Number(text);
  throw new OptionError(`--${name} must be a number from 0 to ${max}, but was "${text}"`);
}

function faultPlan(name: string): FaultPlan {
  const preset = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (preset === undefined && !statSync(name, { throwIfNoEntry: false })?.isFile()) {
    const known = Object.keys(PRESETS).join(', ');
    throw new OptionError(`--faults must be a file or one of ${known}, but was "${name}"`);
  }
  try {
    return readPlan(preset ?? parseObject(readFileSync(name, 'utf8')));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new OptionError(`--faults ${name}: ${error.message}`);
  }
}

function directory(name: string, path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  throw new OptionError(`--${name} must be a directory, but "${path}" is none`);
}
