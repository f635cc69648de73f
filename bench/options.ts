// The command line of the benches. What is not understood is refused with a sentence that names it.
import { parseArgs } from 'node:util';

export interface CommandLine {
  readonly name: string;
  readonly jsonFile: string | null;
  readonly quick: boolean;
  readonly full: boolean;
  /** What only some benches take: `--scene`, `--clients` and so on, as they were written. */
  readonly more: MoreOptions;
}

export type MoreOptions = Readonly<Partial<Record<MoreName, string>>>;

export class UsageError extends Error {
  readonly code = 'bad_usage';
  override readonly name = 'UsageError';
}

const OPTIONS = {
  json: { type: 'string' },
  quick: { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
} as const;

const MORE = {
  scene: { type: 'string' },
  clients: { type: 'string' },
  seconds: { type: 'string' },
  runs: { type: 'string' },
  gateways: { type: 'string' },
  servers: { type: 'string' },
  profile: { type: 'string' },
  rates: { type: 'string' },
} as const;

type MoreName = keyof typeof MORE;

/** By bench. */
const TAKES: Readonly<Record<string, readonly MoreName[]>> = {
  day: ['rates', 'seconds'],
  prices: ['scene', 'clients', 'seconds', 'runs', 'gateways', 'servers', 'profile'],
  orders: ['scene', 'rates', 'seconds', 'runs', 'servers', 'profile'],
  growth: ['scene'],
  recovery: ['scene'],
};

/** No benches themselves: `all` runs each of them, `report` makes docs/benchmarks.md of records. */
export const COMMANDS = ['all', 'report'] as const;

export function readCommandLine(args: readonly string[], names: readonly string[]): CommandLine {
  const usage = `npm run bench -- ${names.join('|')} [--json FILE] [--quick] [--full]`;
  const { values, positionals } = parse(args, usage);
  const [name, ...others] = positionals;
  if (name === undefined) throw new UsageError(`Which bench? ${usage}`);
  if (!names.includes(name)) throw new UsageError(`There is no bench "${name}". ${usage}`);
  if (others.length > 0) throw new UsageError(`One bench at a time. ${usage}`);
  if (values.quick && values.full) throw new UsageError(`--quick or --full, not both. ${usage}`);
  if (values.json === '') throw new UsageError(`--json needs the name of a file. ${usage}`);
  const { json = null, quick, full, ...more } = values;
  const isCommand = (COMMANDS as readonly string[]).includes(name);
  if (isCommand && json !== null) throw new UsageError(`--json is for one bench. ${usage}`);
  if (name === 'report' && (quick || full)) throw new UsageError(`report runs nothing. ${usage}`);
  const unwanted = (Object.keys(more) as MoreName[]).find((given) => !TAKES[name]?.includes(given));
  if (unwanted !== undefined) {
    const takers = Object.keys(TAKES).filter((bench) => TAKES[bench]?.includes(unwanted));
    throw new UsageError(`--${unwanted} is for ${takers.join(' and ')} only. ${usage}`);
  }
  return { name, jsonFile: json, quick, full, more };
}

function parse(args: readonly string[], usage: string) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...OPTIONS, ...MORE },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason}. ${usage}`);
  }
}
