// Reads the directory of daily bars, packed or plain. The one place that looks at those files; what
// they are read for is the price-history's business.
import { createHash } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { LIMITS } from '../limits.ts';
import type { Effect } from '../runtime/actor.ts';
import type { Drivers, EffectDriver } from '../runtime/system.ts';
import type { DailyFile, DailyFileAnswer, DailyFilesAnswer, ReadDailyFile } from './effects.ts';
import { parseBars } from './parse-bars.ts';

const NAME = /^([A-Z][A-Z0-9.]{0,11})\.daily\.csv(?:\.gz)?$/;
const unpack = promisify(gunzip);

export function createDailyHistoryDrivers(directory: string): Drivers {
  return {
    ListDailyFiles: driver<Effect, DailyFilesAnswer>(() => listFiles(directory)),
    ReadDailyFile: driver<ReadDailyFile, DailyFileAnswer>((effect) => readFile(directory, effect)),
  };
}

function driver<E extends Effect, Answer>(run: (effect: E) => Promise<Answer>): EffectDriver {
  return {
    start(effect, answer) {
      let isCancelled = false;
      run(effect as E).then(
        (result) => {
          if (!isCancelled) answer(result);
        },
        (error: unknown) => {
          if (!isCancelled) answer({ outcome: 'unreadable', error: String(error) });
        },
      );
      return () => {
        isCancelled = true;
      };
    },
  };
}

/** Of a symbol with a packed file and a plain one, the plain one. */
async function listFiles(directory: string): Promise<DailyFilesAnswer> {
  const bySymbol = new Map<string, DailyFile>();
  for (const file of (await namesIn(directory)).sort()) {
    const symbol = NAME.exec(file)?.[1];
    if (symbol !== undefined && !bySymbol.has(symbol)) bySymbol.set(symbol, { symbol, file });
  }
  return { outcome: 'listed', files: [...bySymbol.values()].slice(0, LIMITS.dailyFilesMax) };
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function readFile(
  directory: string,
  { file, knownSha256 }: ReadDailyFile,
): Promise<DailyFileAnswer> {
  const bytes = await boundedBytes(join(directory, file));
  if (bytes === null) return tooLarge(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 === knownSha256) return { outcome: 'unchanged' };
  const packed = file.endsWith('.gz');
  const maxOutputLength = LIMITS.dailyFileBytesMax;
  const text = (packed ? await unpack(bytes, { maxOutputLength }) : bytes).toString('utf8');
  const parsed = parseBars(text);
  if (parsed.outcome === 'malformed') return parsed;
  return { outcome: 'read', sha256, bars: parsed.bars };
}

/** Null for a file that is larger than is read. */
async function boundedBytes(path: string): Promise<Buffer | null> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    return size > LIMITS.dailyFileBytesMax ? null : await handle.readFile();
  } finally {
    await handle.close();
  }
}

function tooLarge(file: string): DailyFileAnswer {
  const error = `${file} has more than ${LIMITS.dailyFileBytesMax} bytes`;
  return { outcome: 'unreadable', error };
}
