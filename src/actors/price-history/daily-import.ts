// Imports the files of daily bars at each start, one after the other: one whose content is known is
// passed over, one with a mistake imports nothing.
import type {
  DailyFile,
  DailyFileAnswer,
  DailyFilesAnswer,
  ListDailyFiles,
  ReadDailyFile,
} from '../../daily-history/effects.ts';
import { LIMITS } from '../../limits.ts';
import type { EffectFailure } from '../../runtime/actor.ts';
import type { PriceStore } from '../../store/price-store.ts';
import type { BrokerContext } from '../context.ts';

export interface DailyFilesListed {
  readonly kind: 'DailyFilesListed';
  readonly answer: DailyFilesAnswer | EffectFailure;
}

export interface DailyFileRead {
  readonly kind: 'DailyFileRead';
  readonly file: DailyFile;
  readonly answer: DailyFileAnswer | EffectFailure;
}

type Ctx = BrokerContext<DailyFilesListed | DailyFileRead>;

export class DailyImport {
  readonly #store: PriceStore;
  #waiting: readonly DailyFile[] = [];

  constructor(store: PriceStore) {
    this.#store = store;
  }

  begin(ctx: Ctx): void {
    const effect: ListDailyFiles = { kind: 'ListDailyFiles' };
    const toOwn = (answer: DailyFilesListed['answer']) =>
      ({ kind: 'DailyFilesListed', answer }) as const;
    ctx.perform<DailyFilesAnswer>(effect, toOwn, LIMITS.dailyFileMs);
  }

  onListed({ answer }: DailyFilesListed, ctx: Ctx): void {
    if (answer.outcome !== 'listed') {
      ctx.log('error', 'the daily history could not be listed', { error: answer.error });
      return;
    }
    this.#waiting = answer.files;
    this.#readNext(ctx);
  }

  onRead({ file: { symbol, file }, answer }: DailyFileRead, ctx: Ctx): void {
    switch (answer.outcome) {
      case 'unchanged':
        break;
      case 'read': {
        const { sha256, bars } = answer;
        const written = this.#store.write(() => {
          this.#store.replaceBars({ symbol, file, sha256 }, bars, ctx.nowMs());
        });
        if (written.error === null) ctx.count('daily_files_imported');
        else refuse(file, { error: written.error }, ctx);
        break;
      }
      case 'malformed':
        refuse(file, { line: answer.line, error: answer.error }, ctx);
        break;
      default:
        refuse(file, { error: answer.error }, ctx);
    }
    this.#readNext(ctx);
  }

  #readNext(ctx: Ctx): void {
    const [file, ...others] = this.#waiting;
    this.#waiting = others;
    if (file === undefined) return;
    const knownSha256 = this.#store.importedSha256(file.symbol);
    const effect: ReadDailyFile = { kind: 'ReadDailyFile', file: file.file, knownSha256 };
    const toOwn = (answer: DailyFileRead['answer']) =>
      ({ kind: 'DailyFileRead', file, answer }) as const;
    ctx.perform<DailyFileAnswer>(effect, toOwn, LIMITS.dailyFileMs);
  }
}

function refuse(file: string, why: Readonly<Record<string, unknown>>, ctx: Ctx): void {
  ctx.count('daily_files_refused');
  ctx.log('error', 'a file of daily bars was not imported', { file, ...why });
}
