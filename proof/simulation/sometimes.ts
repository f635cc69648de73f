// The hard cases, counted: proof that the seeds really bring them about. A case that no seed of a
// thousand has met is not tested, whatever else is green.
import type { DataPaths } from '../../src/store/data-directory.ts';
import { readTruth, type UserTruth } from '../history/books-truth.ts';
import { type History, isReplay, orderIn } from '../history/history.ts';
import type { BrokerSimulation } from './broker-simulation.ts';

export type Sometimes = Readonly<Record<string, number>>;

export function countSometimes(
  broker: BrokerSimulation,
  history: History,
  _paths: DataPaths,
): Sometimes {
  const truths = [...readTruth(broker.shardPaths).values()];
  return {
    ...countersOf(broker),
    ...ordersOf(truths),
    ...answersOf(history, truths),
  };
}

/** By the counters of the actors. */
const COUNTED = {
  'execution before its mapping': 'executions_parked',
  'trade repeated': 'trades_repeated',
  'amendment repeated': 'amendments_repeated',
  'bust before its trade': 'amendments_before_their_trade',
  'frame repeated': 'execution_frames_repeated',
  'gap in the feed': 'execution_feed_gaps',
  'execution beyond a hole': 'executions_beyond_a_hole',
  'outcome of a submit unknown': 'orders_outcome_unknown',
  'fills fetched': 'fills_fetched',
  'full match': 'full_matches',
  'full match interrupted': 'full_matches_interrupted',
  'fact sent again': 'facts_to_send_again',
  'watcher dropped': 'watchers_dropped',
  'stray trade': 'incident_stray_trade',
  'overdrawn by a genuine trade': 'incident_overdrawn',
  'idempotency key replayed': 'orders_replayed',
} as const;

function countersOf({ simulation }: BrokerSimulation): Record<string, number> {
  const counters = simulation.counters();
  const named = Object.entries(COUNTED).map(([name, counter]) => [
    name,
    counters.get(counter) ?? 0,
  ]);
  return Object.fromEntries(named);
}

function ordersOf(truths: readonly UserTruth[]): Record<string, number> {
  const counts = { ...NO_ORDER_CASES };
  for (const { versionsByOrder } of truths) {
    for (const versions of versionsByOrder.values()) void versions;
  }
  return counts;
}

const NO_ORDER_CASES = {};

function answersOf(history: History, _truths: readonly UserTruth[]): Record<string, number> {
  let replays = 0;
  for (const operation of history.operations) {
    if (orderIn(operation) !== null && isReplay(operation)) replays++;
  }
  return { 'replay heard': replays };
}
