// Repeats a measurement, because one number says nothing about its own spread.

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

/** The first round warms up and is not counted. */
export async function inRounds(rounds: number, measure: () => Promise<number>): Promise<Spread> {
  await measure();
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) values.push(await measure());
  return spreadOf(values);
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  const upper = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (lower === undefined || upper === undefined) throw new RangeError('no values were measured');
  const [min = lower] = sorted;
  const max = sorted.at(-1) ?? upper;
  return { median: (lower + upper) / 2, min, max, rounds: sorted.length };
}
