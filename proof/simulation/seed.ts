// The seed of a random run: drawn anew each time, or SEED of the environment, which reproduces one.
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';

export function seedOf(t: Pick<TestContext, 'diagnostic'>): string {
  const seed = process.env['SEED'] ?? randomBytes(4).toString('hex');
  t.diagnostic(`SEED=${seed}`);
  return seed;
}

/** How often a random test is run: ROUNDS of the environment, for a hunt. */
export function rounds(usual: number): number {
  return process.env['SEED'] === undefined ? Number(process.env['ROUNDS'] ?? usual) : 1;
}
