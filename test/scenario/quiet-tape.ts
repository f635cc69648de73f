// A market on which nothing moves but by its customers' orders: one quote and one print for each
// symbol at the open, and nothing else all day. Every fill of a test can be foretold to the cent.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { tempDirectory } from '../temp-directory.ts';

export interface Quoted {
  readonly lastInCents: number;
  readonly bidInCents: number;
  readonly askInCents: number;
  /** On each side; what is taken of it comes back a second later. */
  readonly shares: number;
}

export const MARKET = {
  ABC: { lastInCents: 10_000, bidInCents: 9_999, askInCents: 10_001, shares: 1_000 },
  XYZ: { lastInCents: 5_000, bidInCents: 4_990, askInCents: 5_010, shares: 300 },
} as const satisfies Readonly<Record<string, Quoted>>;

const DATE = '2024-03-01';
const OPEN_MS = 9.5 * 60 * 60 * 1_000;

/** A tape directory for `--tape`. */
export function quietTape(t: Pick<TestContext, 'after'>): string {
  const directory = tempDirectory(t);
  const day = join(directory, DATE);
  mkdirSync(day);
  for (const [symbol, { lastInCents, bidInCents, askInCents, shares }] of Object.entries(MARKET)) {
    const quote = [OPEN_MS, bidInCents * 100, shares, askInCents * 100, shares];
    write(
      join(day, `${symbol}.nbbo.csv`),
      'msSinceMidnight,bid1e4,bidShares,ask1e4,askShares',
      quote,
    );
    write(join(day, `${symbol}.trades.csv`), 'msSinceMidnight,price1e4,shares', [
      OPEN_MS,
      lastInCents * 100,
      100,
    ]);
  }
  return directory;
}

function write(path: string, header: string, row: readonly number[]): void {
  writeFileSync(path, `${header}\n${row.join(',')}\n`);
}
