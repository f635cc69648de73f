// How unequal customers are, and so how unequal their 256 buckets: by formula, and each one drawn.
import { BUCKETS } from '../../src/domain/ids.ts';
import type { Prng } from '../../src/runtime/simulation/prng.ts';
import type { Assumed } from './assumptions.ts';
import { normal } from './chance.ts';

/** Standard deviation over mean of one user's orders per day. */
export function activityCv(a: Assumed): number {
  const share = programShareOf(a);
  const people = (1 - share) * peopleMean(a) ** 2 * Math.exp(a.activitySigma ** 2);
  const programs = share * a.ordersPerProgram ** 2;
  return Math.sqrt((people + programs) / a.ordersPerUser ** 2 - 1);
}

/** The same of a bucket, which holds many users by chance. */
export function bucketCv(a: Assumed): number {
  return Math.sqrt((activityCv(a) ** 2 + 1) / (a.dailyUsers / BUCKETS));
}

/** Every user drawn: the share of a day's orders that each bucket has. */
export function drawBucketShares(chance: Prng, a: Assumed): Float64Array {
  const sums = new Float64Array(BUCKETS);
  const mu = Math.log(peopleMean(a)) - a.activitySigma ** 2 / 2;
  const programShare = programShareOf(a);
  let total = 0;
  for (let user = 0; user < a.dailyUsers; user++) {
    const isProgram = chance.next() < programShare;
    const orders = isProgram ? a.ordersPerProgram : Math.exp(mu + a.activitySigma * normal(chance));
    const bucket = chance.int(BUCKETS);
    sums[bucket] = (sums[bucket] ?? 0) + orders;
    total += orders;
  }
  return sums.map((sum) => sum / total);
}

/** What is left for people when the programs have had theirs. */
function peopleMean(a: Assumed): number {
  const share = programShareOf(a);
  const mean = (a.ordersPerUser - share * a.ordersPerProgram) / (1 - share);
  if (mean <= 0) throw new RangeError('the programs place more orders than there are');
  return mean;
}

function programShareOf({ programsPer10k }: Assumed): number {
  return programsPer10k / 10_000;
}
