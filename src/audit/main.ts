// `npm run audit`: ends 0 when every judged invariant holds, 1 with the first that does not and its
// row, 2 with a sentence when there is nothing that it could audit.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DataDirectoryError } from '../store/errors.ts';
import { audit } from './audit.ts';
import { reportText } from './report-text.ts';
import { VenueLogError } from './venue-log-source.ts';

const EXIT_HELD = 0;
const EXIT_BROKEN = 1;
const EXIT_CANNOT_RUN = 2;

const USAGE = `npm run audit -- [options]
  --data DIR      the data directory (data/live)
  --exchange URL  the exchange whose log it is compared with (the log in the data directory)
  --settled       the faults have ended, nothing may be open: judges I12 and I25 too
  --json          the report as JSON
  --help          this text`;

const OPTIONS = {
  data: { type: 'string', default: 'data/live' },
  exchange: { type: 'string' },
  settled: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

class OptionError extends Error {
  readonly code = 'bad_option';
}

async function run(args: readonly string[]): Promise<number> {
  const { data, exchange, settled, json, help } = optionsFrom(args);
  if (help) {
    process.stdout.write(`${USAGE}\n`);
    return EXIT_HELD;
  }
  const report = await audit({
    directory: resolve(data),
    exchangeUrl: exchange ?? null,
    withoutVenueLog: 'throw',
    settled,
  });
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  return report.outcome === 'held' ? EXIT_HELD : EXIT_BROKEN;
}

function optionsFrom(args: readonly string[]) {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
  const { exchange } = values;
  if (exchange === undefined) return values;
  if (!/^https?:\/\/[^/]+\/?$/.test(exchange) || !URL.canParse(exchange)) {
    throw new OptionError(
      `--exchange must be a URL such as http://127.0.0.1:9090, was "${exchange}"`,
    );
  }
  return { ...values, exchange: new URL(exchange).origin };
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.exitCode = EXIT_CANNOT_RUN;
  process.stderr.write(`${sentenceOf(error)}\n`);
}

function sentenceOf(error: unknown): string {
  if (error instanceof OptionError) return `${error.message}\n\n${USAGE}`;
  if (error instanceof DataDirectoryError || error instanceof VenueLogError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
