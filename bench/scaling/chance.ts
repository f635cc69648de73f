// Draws from the distributions that the model needs, over the seeded source of the simulation.
import type { Prng } from '../../src/runtime/simulation/prng.ts';

/** Above it a Poisson count is as good as normal. */
const NORMAL_FROM = 64;

export function exponential(chance: Prng, mean: number): number {
  return -mean * Math.log(1 - chance.next());
}

export function normal(chance: Prng): number {
  const radius = Math.sqrt(-2 * Math.log(1 - chance.next()));
  return radius * Math.cos(2 * Math.PI * chance.next());
}

export function poisson(chance: Prng, mean: number): number {
  if (mean >= NORMAL_FROM) {
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(chance)));
  }
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = chance.next(); product > limit; product *= chance.next()) count++;
  return count;
}
