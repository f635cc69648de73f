import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assumed } from '../../bench/scaling/assumptions.ts';
import { capacityOf, stepsOf } from '../../bench/scaling/capacity.ts';
import { demandOf } from '../../bench/scaling/demand.ts';
import { gatewaysOf } from '../../bench/scaling/gateways.ts';
import { intensityAt, peakFactor } from '../../bench/scaling/intensity.ts';
import { MeasuredFigures } from '../../bench/scaling/measured-figures.ts';
import { hostsFor, peakLoadOf, turnCostOf } from '../../bench/scaling/order-hosts.ts';
import { hostOfBucket } from '../../bench/scaling/placement.ts';
import { BUCKETS } from '../../src/domain/ids.ts';
import { FIXTURE, figures } from './scaling-fixture.ts';

const A = assumed();

function assertClose(actual: number, expected: number, share = 1e-9): void {
  const apart = Math.abs(actual - expected) / expected;
  assert(apart <= share, `${actual} is not ${expected}`);
}

test("20 million users are 100 million orders, and the document's peak is that of a flat day", () => {
  const demand = demandOf(A);
  assert.equal(demand.ordersPerDay, 100_000_000);
  assertClose(demand.averagePerSecond, 100_000_000 / 23_400);
  assert(demand.documentPeakFactor < 1.2);
  assert(demand.peakPerSecond > 4 * demand.averagePerSecond);
});

test('the intensity of a day is 1 on average, and its first minute is the factor of the peak', () => {
  const mean = (from: number, to: number) => {
    let sum = 0;
    for (let second = from; second < to; second++) {
      sum += intensityAt((second + 0.5) / A.sessionSeconds, A);
    }
    return sum / (to - from);
  };
  assertClose(mean(0, A.sessionSeconds), 1, 1e-4);
  assertClose(mean(0, 60), peakFactor(A), 1e-4);
});

test('streams are written in the windows in which any of their symbols has printed', () => {
  assertClose(demandOf(A).writesPerStreamSecond, 10 * (1 - 0.9 ** 10));
  const busy = demandOf(assumed({ updatesPerSymbolSecond: 10 }));
  assert.equal(busy.writesPerStreamSecond, 10);
});

test('hosts are the fewest of which the busiest stays within the headroom', () => {
  for (const peak of [10, 5_000, 21_700, 100_000]) {
    const hosts = hostsFor(peak, 2_500, A);
    assert(peakLoadOf(hosts, peak, 2_500, A) <= A.headroom, `${hosts} for ${peak}`);
    if (hosts > 1) assert(peakLoadOf(hosts - 1, peak, 2_500, A) > A.headroom, `${hosts - 1}`);
  }
  assert.equal(hostsFor(10, 2_500, A), 1);
  assert(hostsFor(1e9, 2_500, A) > BUCKETS, 'there are not enough buckets');
});

test('buckets are spread over hosts as evenly as whole ones can be', () => {
  for (const hosts of [1, 3, 19, 256]) {
    const counts = new Array<number>(hosts).fill(0);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const host = hostOfBucket(bucket, hosts);
      counts[host] = (counts[host] ?? 0) + 1;
    }
    assert(Math.max(...counts) - Math.min(...counts) <= 1, `${hosts} hosts: ${counts}`);
  }
});

test('full turns reach exactly the rate that was measured', () => {
  const { turnSeconds, orderSeconds, ordersPerTurnMax } = turnCostOf(figures, A);
  const seconds = turnSeconds + ordersPerTurnMax * orderSeconds;
  assertClose(ordersPerTurnMax / seconds, FIXTURE.ordersPerSecondSustained);
  const slowDisk = new MeasuredFigures({ ...FIXTURE, fdatasyncMs: 1_000 });
  assert.throws(() => turnCostOf(slowDisk, A), /a turn alone/);
});

test('gateway threads are counted by events, writes and streams, and the most counts', () => {
  const gateways = gatewaysOf(demandOf(A), figures, A);
  assertClose(gateways.threadsByEvents, 50_000_000 / 250_000);
  assertClose(gateways.threadsByStreams, 5_000_000 / 7_500);
  assertClose(gateways.threadsByWrites, (demandOf(A).streamWritesPerSecond * 8) / 500_000);
  assert.equal(gateways.hosts, Math.ceil(gateways.threadsByStreams / 12));
  assert.equal(gateways.threads, gateways.hosts * 12);
});

test('storage, drives, shard files and recovery follow from bytes and seconds', () => {
  const { storage, drives, shards, recovery, orders } = capacityOf(figures, A);
  assert.equal(storage.bytesPerDay, 200e9);
  assert.equal(storage.documentBytesPerDay, 50e9);
  assert.equal(storage.bytesRetained, 200e9 * 252 * 6);
  assert.equal(drives.writtenBytesPerHostDay, (100e6 * 12_000 * 2 * 3) / orders.hosts);
  assertClose(shards.fileBytes * shards.files, 200e9 * 30);
  assert.equal(recovery.awaySeconds, 12);
  assert(recovery.settledSeconds > recovery.awaySeconds);
});

test('each line of the cost is amount times price, and twice the price is twice the line', () => {
  const usd = (cores: number) => {
    const { cost } = capacityOf(figures, assumed({ usdPerCoreMonth: cores }));
    return cost.filter(({ unit }) => unit === 'cores').map((line) => line.usd);
  };
  assert.deepEqual(
    usd(50),
    usd(25).map((value) => 2 * value),
  );
});

test('with ten times the users more gives way, never less', () => {
  const steps = stepsOf(figures, A);
  const counts = steps.map(({ breaks }) => breaks.length);
  assert.deepEqual(
    counts,
    [...counts].sort((x, y) => x - y),
  );
  assert.equal(counts[0], 0, 'one host is enough for 20,000');
  assert.match(steps.at(-1)?.breaks.join() ?? '', /256 buckets/);
});

test('what needs a figure that is missing names it, and what does not is computed', () => {
  const { ordersPerSecondSustained: _, ...others } = FIXTURE;
  const some = new MeasuredFigures(others);
  assert.throws(() => capacityOf(some, A), /ordersPerSecondSustained is not measured yet/);
  assert.equal(gatewaysOf(demandOf(A), some, A).hosts, gatewaysOf(demandOf(A), figures, A).hosts);
});
