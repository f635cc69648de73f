// Files of daily bars as effects: data that the price-history performs and a driver runs.
import type { DailyBar } from '../domain/candle.ts';
import type { Effect } from '../runtime/actor.ts';

export interface DailyFile {
  readonly symbol: string;
  /** Its name in the directory. */
  readonly file: string;
}

export interface ListDailyFiles extends Effect {
  readonly kind: 'ListDailyFiles';
}

/** By symbol; none where there is no such directory. */
export type DailyFilesAnswer =
  | { readonly outcome: 'listed'; readonly files: readonly DailyFile[] }
  | { readonly outcome: 'unreadable'; readonly error: string };

export interface ReadDailyFile extends Effect {
  readonly kind: 'ReadDailyFile';
  readonly file: string;
  /** Of the content that is known already; null: none is. */
  readonly knownSha256: string | null;
}

export type DailyFileAnswer =
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'read'; readonly sha256: string; readonly bars: readonly DailyBar[] }
  | { readonly outcome: 'malformed'; readonly line: number; readonly error: string }
  | { readonly outcome: 'unreadable'; readonly error: string };
