// The hard cases, counted: proof that the seeds really bring them about. A case that no seed of a
// thousand has met is not tested, whatever else is green.
import { openReadOnly } from '../../src/store/database.ts';
import type { UserTruth } from '../history/books-truth.ts';
import { type History, isReplay, type Operation, orderIn } from '../history/history.ts';
import type { BrokerSimulation } from './broker-simulation.ts';
import { orderCases } from './order-cases.ts';

/** How often, by the case's name. */
export type Sometimes = Readonly<Record<string, number>>;

/** From this many seeds on a case that never came is a finding. */
export const JUDGED_FROM_SEEDS = 1_000;

export interface Evidence {
  readonly broker: BrokerSimulation;
  readonly history: History;
  readonly truths: ReadonlyMap<string, UserTruth>;
  readonly trace: TraceCases;
}

export function countSometimes({ broker, history, truths, trace }: Evidence): Sometimes {
  return {
    ...countersOf(broker),
    ...orderCases([...truths.values()]),
    ...verdictsOf(broker),
    ...trace.counts,
    ...answersOf(history.operations, truths),
  };
}

/** By the counters of the actors. */
const COUNTED = {
  'an execution before its mapping (E05)': 'executions_parked',
  'a trade twice (E04)': 'trades_repeated',
  'a bust or correction twice (E26)': 'amendments_repeated',
  'a frame twice': 'execution_frames_repeated',
  'a gap in the trade feed (E18)': 'execution_feed_gaps',
  'a submit with an unknown outcome (E09)': 'orders_outcome_unknown',
  'fills fetched (E18, E20)': 'fills_fetched',
  'a full match': 'full_matches',
  'a full match interrupted': 'full_matches_interrupted',
  'a fact sent again (E33, E35)': 'facts_to_send_again',
  'a trade of nobody (E22)': 'incident_stray_trade',
  'an account overdrawn by a genuine trade (I3)': 'incident_overdrawn',
  'shares sold that a bust has taken back (E28)': 'incident_short_by_bust',
  'an order beyond what the account has refused': 'refused_insufficient_buying_power',
  'an order during reconciliation refused (E32)': 'refused_account_reconciling',
  'an order with the exchange down refused (E25)': 'refused_exchange_unavailable',
  'an order without a price refused (E36)': 'refused_no_reference_price',
  'an order against one of its own refused (E37)': 'refused_wash_trade_risk',
  'an order during a halt refused': 'refused_trading_halted',
  'other terms under a known key (E02)': 'refused_idempotency_mismatch',
  'an order of a lost book (E41)': 'incident_venue_book_lost',
} as const;

function countersOf({ simulation }: BrokerSimulation): Record<string, number> {
  const counters = simulation.counters();
  return Object.fromEntries(
    Object.entries(COUNTED).map(([name, counter]) => [name, counters.get(counter) ?? 0]),
  );
}

/** By the lines of the trace. */
const TRACED = {
  'a turn rolled back': / failed \S/,
  'the process dead between commit and release': / died-after-commit /,
  'a poison message answered': / sent \S+ \S+ failed$/,
  'the reconciler: taken there after all (late acknowledgement)':
    / sent reconciler\S+ \S+ RecordAcceptances$/,
  'the reconciler: cannot tell (E10)':
    / sent exchange-connection\S+ reconciler\S+ (unknown|failed)$/,
  'a submit that was surely not sent (E25)':
    / sent exchange-connection\S+ order-shard\S+ not_sent$/,
} as const;

const ANY_OF_THEM = /failed|died|RecordAcceptances|unknown|not_sent/;

export class TraceCases {
  readonly counts: Record<string, number> = Object.fromEntries(
    Object.keys(TRACED).map((name) => [name, 0]),
  );

  readonly take = (line: string): void => {
    if (!ANY_OF_THEM.test(line)) return; // almost always
    for (const [name, pattern] of Object.entries(TRACED)) {
      if (pattern.test(line)) this.counts[name] = (this.counts[name] ?? 0) + 1;
    }
  };
}

/** What answers to the reconciler's questions have proved, by events that no feed has told of. */
const VERDICTS = {
  'the reconciler: never arrived (E11)': { kind: 'order_failed', isAbsent: 1 },
  'the reconciler: never arrived, and was to be cancelled (E14)': {
    kind: 'order_cancelled',
    isAbsent: 1,
  },
  'the reconciler: refused there': { kind: 'order_failed', isAbsent: 0 },
  'the reconciler: cancelled there (E13)': { kind: 'order_cancelled', isAbsent: 0 },
  'the reconciler: expired there (E23)': { kind: 'order_expired', isAbsent: 0 },
  'the reconciler: counted anew (E20)': { kind: 'order_reconciled', isAbsent: 0 },
} as const;

const TOLD_BY_ANSWERS = `
  SELECT kind, detail ->> 'ourVerdict' = 'not_found_at_exchange' AS isAbsent, count(*) AS n
  FROM events
  WHERE detail LIKE '{%' AND detail ->> 'cause' <> 'venue_book_lost'
    AND detail ->> 'exchangeAtMs' IS NULL
  GROUP BY 1, 2`;

interface ToldRow {
  readonly kind: string;
  readonly isAbsent: number | null;
  readonly n: number;
}

function verdictsOf({ shardPaths }: BrokerSimulation): Record<string, number> {
  const rows = shardPaths.flatMap((path) => {
    const db = openReadOnly(path);
    try {
      return db.prepare<[], ToldRow>(TOLD_BY_ANSWERS).all();
    } finally {
      db.close();
    }
  });
  return Object.fromEntries(
    Object.entries(VERDICTS).map(([name, { kind, isAbsent }]) => {
      const own = rows.filter((row) => row.kind === kind && (row.isAbsent ?? 0) === isAbsent);
      return [name, own.reduce((sum, { n }) => sum + n, 0)];
    }),
  );
}

/** By what clients were told. */
function answersOf(
  operations: readonly Operation[],
  truths: ReadonlyMap<string, UserTruth>,
): Record<string, number> {
  let replayed = 0;
  let late = 0;
  let unheard = 0;
  for (const operation of operations) {
    const { request, answer } = operation;
    if (request.method !== 'POST' || request.path !== '/order') continue;
    const order = truths.get(request.userId)?.ordersByKey.get(request.idempotencyKey ?? '');
    if (orderIn(operation) !== null && isReplay(operation)) replayed++;
    if (answer?.status === 202 && order !== undefined) late++;
    if (operation.outcome === 'unknown' && order !== undefined) unheard++;
  }
  return {
    'a submit repeated and answered with its order (E01)': replayed,
    'a submit answered before the exchange had spoken (202)': late,
    'an order that was made and whose answer was lost (E34)': unheard,
  };
}
