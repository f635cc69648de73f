// Which host has which buckets, and who takes over the files of a host that has failed.
import { BUCKETS } from '../../src/domain/ids.ts';
import type { Assumed } from './assumptions.ts';
import { takersOf } from './order-hosts.ts';

export interface Placement {
  readonly hosts: number;
  /** The share of all orders that each host has. */
  readonly shares: readonly number[];
  readonly busiest: number;
  /** Share of all orders that each of the others has more when the busiest one has failed. */
  readonly takenOver: ReadonlyMap<number, number>;
}

/** As even as whole buckets allow. */
export function hostOfBucket(bucket: number, hosts: number): number {
  return Math.floor((bucket * hosts) / BUCKETS);
}

export function placementOf(bucketShares: Float64Array, hosts: number, a: Assumed): Placement {
  const shares = new Array<number>(hosts).fill(0);
  bucketShares.forEach((share, bucket) => {
    const host = hostOfBucket(bucket, hosts);
    shares[host] = (shares[host] ?? 0) + share;
  });
  const busiest = shares.indexOf(Math.max(...shares));
  return { hosts, shares, busiest, takenOver: takenOverFrom(busiest, bucketShares, hosts, a) };
}

/**
 * Each file of the failed host is already copied to the next hosts in turn; a single host has one
 * that waits, whose number is beyond the last.
 */
function takenOverFrom(failed: number, bucketShares: Float64Array, hosts: number, a: Assumed) {
  const takers = takersOf(hosts, a);
  const taken = new Map<number, number>();
  let nth = 0;
  bucketShares.forEach((share, bucket) => {
    if (hostOfBucket(bucket, hosts) !== failed) return;
    const step = 1 + (nth++ % takers);
    const taker = hosts === 1 ? 1 : (failed + step) % hosts;
    taken.set(taker, (taken.get(taker) ?? 0) + share);
  });
  return taken;
}
