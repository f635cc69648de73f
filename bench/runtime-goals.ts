// What the actor runtime was to reach, each beside the peer that was measured in the same rounds.
import type { Goal } from './harness/goal.ts';
import type { CallsRun } from './peers/calls.ts';
import {
  type CallsRow,
  RAW_PLAIN,
  RAW_ROUND_TRIP,
  RUNTIME_ACROSS,
  RUNTIME_ASK,
  type RuntimeMeasured,
  type TellRow,
} from './runtime-rows.ts';

const PER_SECOND_GOAL = 1_000_000;
const TIMES_PLAIN_GOAL = 2;
const OF_BY_HAND_GOAL = 0.6;
const TIMES_ROUND_TRIP_GOAL = 2;

export function runtimeGoals({ tells, oneByOne }: RuntimeMeasured): Goal[] {
  const across = medianOf(tells, RUNTIME_ACROSS);
  return [
    atLeast('tells across two threads', 'per second', PER_SECOND_GOAL, across),
    atLeast(
      'tells beside raw postMessage of objects',
      'times',
      TIMES_PLAIN_GOAL,
      across / medianOf(tells, RAW_PLAIN),
    ),
    atLeast(
      'tells beside the best msgpack batches by hand',
      'times',
      OF_BY_HAND_GOAL,
      across / bestByHand(tells),
    ),
    {
      what: 'ask p50 beside the raw round trip',
      unit: 'times',
      goal: TIMES_ROUND_TRIP_GOAL,
      sense: 'at_most',
      measured: p50Of(oneByOne, RUNTIME_ASK) / p50Of(oneByOne, RAW_ROUND_TRIP),
    },
  ];
}

export function medianOf(rows: readonly TellRow[], what: string): number {
  const row = rows.find((one) => one.what === what);
  if (row === undefined) throw new RangeError(`${what} was not measured`);
  return row.perSecond.median;
}

/** Whoever batches by hand chooses the size: the best of them is the peer. */
export function bestByHand(rows: readonly TellRow[]): number {
  const byHand = rows.filter(({ what }) => what.startsWith('raw postMessage, msgpack'));
  return Math.max(...byHand.map(({ perSecond }) => perSecond.median));
}

export function middleOf(runs: readonly CallsRun[]): CallsRun {
  const sorted = [...runs].sort((a, b) => a.latency.p50Ms - b.latency.p50Ms);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('no round was measured');
  return middle;
}

function p50Of(rows: readonly CallsRow[], what: string): number {
  const row = rows.find((one) => one.what === what);
  if (row === undefined) throw new RangeError(`${what} was not measured`);
  return middleOf(row.runs).latency.p50Ms;
}

function atLeast(what: string, unit: string, goal: number, measured: number): Goal {
  return { what, unit, goal, sense: 'at_least', measured };
}
