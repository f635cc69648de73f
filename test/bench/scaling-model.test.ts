import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReached } from '../../bench/harness/goal.ts';
import { type Assumed, assumed } from '../../bench/scaling/assumptions.ts';
import { capacityOf } from '../../bench/scaling/capacity.ts';
import { busiestMinuteInDetail, drawDay, flowOf } from '../../bench/scaling/day-model.ts';
import { failBusiestHost, failGatewayHost } from '../../bench/scaling/failure-model.ts';
import { type HostRun, runHost } from '../../bench/scaling/host-queue.ts';
import { waitMeanMs } from '../../bench/scaling/order-hosts.ts';
import { scalingOutcome } from '../../bench/scaling/run.ts';
import { bucketCv, drawBucketShares } from '../../bench/scaling/user-activity.ts';
import { Prng } from '../../src/runtime/simulation/prng.ts';
import { SMALL, smallFigures } from './scaling-fixture.ts';

const CAPACITY = capacityOf(smallFigures, SMALL);
const TURN = { turnSeconds: 0.001, orderSeconds: 0.0005, ordersPerTurnMax: 512 };

function dayOf(seed: string, hosts = CAPACITY.orders.hosts) {
  const { perSecondMeasured: perHostSecond, turn } = CAPACITY.orders;
  return drawDay({ seed, hosts, perHostSecond, turn, assumed: SMALL });
}

function assertConserved({ offered, served, refused, unanswered, queued }: HostRun): void {
  assert.equal(offered, served + refused + unanswered + queued);
}

test('the same seed is the same day, another one is not', () => {
  const outcome = (seed: string) =>
    scalingOutcome({ seed, figures: smallFigures, assumed: SMALL, progress: () => undefined });
  const one = outcome('a');
  assert.deepEqual(outcome('a'), one);
  assert.notDeepEqual(outcome('b').results, one.results);
});

test('a day without a failure: every order is served, and the load is what the arithmetic said', () => {
  for (const seed of ['1', '2', '3']) {
    const { offered, served, refused, queued, minuteLoads, peakMinuteLoad } = flowOf(dayOf(seed));
    assert.equal(offered, served + refused + queued);
    assert.equal(refused, 0);
    assert(Math.abs(offered / CAPACITY.demand.ordersPerDay - 1) < 0.01, `${offered}`);
    assert(minuteLoads.flat().every((load) => load >= 0 && load <= 1));
    const apart = peakMinuteLoad / CAPACITY.orders.peakLoad;
    assert(apart > 0.8 && apart < 1.25, `seed ${seed}: ${apart}`);
  }
});

test('on a third of the hosts orders wait and are refused, and none is lost', () => {
  const day = { ...dayOf('1', Math.floor(CAPACITY.orders.hosts / 3)), queueMax: 100 };
  const { offered, served, refused, queued, queueMax, peakMinuteLoad } = flowOf(day);
  assert.equal(offered, served + refused + queued);
  assert(refused > 0);
  assert(queueMax <= 100);
  assert(peakMinuteLoad <= 1);
  for (const run of busiestMinuteInDetail(day).hosts) assertConserved(run);
});

test('users are as unequal as the formula says, and so are their buckets', () => {
  const shares = drawBucketShares(new Prng('users'), SMALL);
  const sum = shares.reduce((total, share) => total + share, 0);
  assert(Math.abs(sum - 1) < 1e-9);
  const mean = sum / shares.length;
  const variance = shares.reduce((all, share) => all + (share - mean) ** 2, 0) / shares.length;
  const cv = Math.sqrt(variance) / mean;
  assert(Math.abs(cv / bucketCv(SMALL) - 1) < 0.3, `${cv} is not ${bucketCv(SMALL)}`);
});

test('an order waits as long as the formula says, at any load', () => {
  for (const perSecond of [400, 1_000, 1_600]) {
    let waited = 0;
    const run = runHost({
      rates: new Float64Array(60).fill(perSecond),
      turn: TURN,
      queueMax: 10_000,
      chance: new Prng(`wait-${perSecond}`),
      answered: (_, seconds) => {
        waited += seconds * 1_000;
      },
    });
    assertConserved(run);
    assert(run.busyShare <= 1);
    const apart = waited / run.served / waitMeanMs(TURN, perSecond);
    assert(apart > 0.8 && apart < 1.1, `${perSecond}/s: ${apart}`);
  }
});

test('a full queue refuses, and a host that dies answers nothing more', () => {
  const answers: number[] = [];
  const work = { turn: TURN, rates: new Float64Array(10).fill(5_000), queueMax: 50 };
  const answered = (atSecond: number) => void answers.push(atSecond);
  const full = runHost({ ...work, chance: new Prng('full'), answered });
  assertConserved(full);
  assert(full.refused > 0);
  assert(full.queueMax <= 50);
  answers.length = 0;
  const dead = runHost({ ...work, chance: new Prng('dead'), answered, failsAtSecond: 4 });
  assertConserved(dead);
  assert.equal(dead.queued, 0);
  assert(dead.unanswered > 0);
  assert(answers.every((atSecond) => atSecond <= 4));
});

test('when a host fails its users are refused for as long as it is away, then served by others', () => {
  const day = dayOf('1');
  const { placement } = day;
  const taken = [...placement.takenOver.values()].reduce((sum, share) => sum + share, 0);
  const lost = placement.shares[placement.busiest] ?? 0;
  assert(Math.abs(taken / lost - 1) < 1e-9, 'each of its buckets has a new host');
  assert(!placement.takenOver.has(placement.busiest));
  const failure = failBusiestHost(day, 12);
  assertConserved(failure.failed);
  assert(failure.refusedWhileAway > 0);
  assert(failure.moved > 0);
  for (const taker of failure.takers) {
    assertConserved(taker);
    assert.equal(taker.refused, 0);
    assert(taker.served > failure.failed.served, 'it has its own orders and more');
  }
});

test('a single host has one that waits for it', () => {
  const day = dayOf('1', 1);
  assert.deepEqual([...day.placement.takenOver.keys()], [1]);
});

test('a gateway host fails: its streams are all elsewhere, about evenly', () => {
  const a: Assumed = assumed();
  const { gateways } = CAPACITY;
  const streams = 200_000;
  const after = failGatewayHost('1', streams, gateways, a);
  const left = gateways.threads - a.gatewayThreadsPerHost;
  assert(after.streamsPerThreadAfter >= streams / left);
  assert(after.streamsPerThreadAfter < (streams / left) * 1.1);
  assert(after.streamsPerThreadAfter > after.streamsPerThreadBefore);
});

test('the model confirms the arithmetic, and every goal is measured', () => {
  const run = { seed: 'scaling-1', figures: smallFigures, assumed: SMALL };
  const { goals = [], failures } = scalingOutcome({ ...run, progress: () => undefined });
  assert.deepEqual(failures, []);
  assert(goals.length > 10);
  assert(goals.every(({ measured }) => measured !== null));
  // Its waits are those of hosts a hundred times as slow; what is compared does not depend on that.
  const compared = goals.filter(({ what }) => what.endsWith('model from arithmetic'));
  assert.equal(compared.length, 9);
  assert.deepEqual(
    compared.filter((goal) => !isReached(goal)).map(({ what }) => what),
    [],
  );
});
