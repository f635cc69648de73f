// The daily history of a simulation: a file of one symbol and one that is wrong, read in virtual
// time.
import { createHash } from 'node:crypto';
import type {
  DailyFileAnswer,
  DailyFilesAnswer,
  ReadDailyFile,
} from '../../src/daily-history/effects.ts';
import { parseBars } from '../../src/daily-history/parse-bars.ts';
import type { Effect } from '../../src/runtime/actor.ts';
import type { SimulationEnvironment } from '../../src/runtime/simulation/environment.ts';
import type { Drivers, EffectDriver } from '../../src/runtime/system.ts';

const READ_MS = 3;
const HEADER = 'date,open1e4,high1e4,low1e4,close1e4,volume';
const FILES: Readonly<Record<string, string>> = {
  'OLD.daily.csv': `${HEADER}\n19980102,10000,10200,9900,10100,5\n19980105,10100,10100,9800,9900,7\n`,
  'WRONG.daily.csv': `${HEADER}\n19980102,10000,10200\n`,
};

export function createHistoryDrivers(environment: SimulationEnvironment): Drivers {
  const driver = (answerOf: (effect: Effect) => unknown): EffectDriver => ({
    start: (effect, answer) => environment.after(READ_MS, () => answer(answerOf(effect))),
  });
  return {
    ListDailyFiles: driver(listed),
    ReadDailyFile: driver((effect) => read(effect as ReadDailyFile)),
  };
}

function listed(): DailyFilesAnswer {
  const files = Object.keys(FILES).map((file) => ({ symbol: file.split('.')[0] ?? '', file }));
  return { outcome: 'listed', files };
}

function read({ file, knownSha256 }: ReadDailyFile): DailyFileAnswer {
  const text = FILES[file] ?? '';
  const sha256 = createHash('sha256').update(text).digest('hex');
  if (sha256 === knownSha256) return { outcome: 'unchanged' };
  const parsed = parseBars(text);
  return parsed.outcome === 'malformed' ? parsed : { outcome: 'read', sha256, bars: parsed.bars };
}
