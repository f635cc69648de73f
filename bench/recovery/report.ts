// What the recovery bench has shown, in tables and goals.
import type { BenchOutcome } from '../bench.ts';
import type { Goal } from '../harness/goal.ts';
import { spreadOf } from '../harness/rounds.ts';
import type { Table } from '../harness/table.ts';
import type { BooksVerdict } from '../orders/books.ts';
import type { StartTimes } from './house.ts';
import type { MatchRound, OutageRun } from './rounds.ts';
import { REAL_OUTAGE_SECONDS, type RecoverySettings } from './settings.ts';

export interface RecoveryRun {
  /** Of `node` with nothing to do. */
  readonly bareSeconds: number;
  /** On books that no broker has had yet: not what is to be judged. */
  readonly firstStart: StartTimes;
  readonly starts: readonly StartTimes[];
  readonly rounds: readonly MatchRound[];
  readonly outage: OutageRun | null;
  readonly books: BooksVerdict;
  readonly stoppedInTime: boolean;
}

const GOALS = { readySeconds: 3, reconcileSeconds: 60, share: 0.2 } as const;
const MEGABYTE = 1_048_576;
const PER_OPEN = 100_000;

export function recoveryOutcome(settings: RecoverySettings, run: RecoveryRun): BenchOutcome {
  return {
    settings: { ...settings },
    results: { figures: figuresOf(run), ...run },
    tables: [startTable(run), ...matchTables(run), ...outageTables(run)],
    goals: goalsOf(settings, run),
    remarks: remarksOn(settings, run),
    failures: failuresIn(run),
  };
}

function median(values: readonly number[]): number | null {
  return values.length === 0 ? null : spreadOf(values).median;
}

/** Without or with a match, for as long as they were to be so. */
function roundsOf({ rounds }: RecoveryRun, isMatched: boolean): readonly MatchRound[] {
  return rounds.filter(({ match, isPure }) => isPure && (match !== null) === isMatched);
}

export function readySecondsOf({ starts }: RecoveryRun): number | null {
  return median(starts.map(({ readySeconds }) => readySeconds));
}

export function secondsPer100kOpen({ rounds }: Pick<RecoveryRun, 'rounds'>): number | null {
  return median(
    rounds.flatMap(({ match }) => {
      if (match === null || match.openHere === 0) return [];
      const seconds = (Date.parse(match.finishedAt) - Date.parse(match.startedAt)) / 1_000;
      return [(seconds * PER_OPEN) / match.openHere];
    }),
  );
}

/** What the flow has beside a match, of what it has without one; null: there was no such round. */
export function ratioOf(run: RecoveryRun, pick: (round: MatchRound) => number): number | null {
  const beside = median(roundsOf(run, true).map(pick));
  const alone = median(roundsOf(run, false).map(pick));
  return beside === null || alone === null || alone === 0 ? null : beside / alone;
}

function figuresOf(run: RecoveryRun): Record<string, number> {
  const figures = {
    readySeconds: readySecondsOf(run),
    reconcileSecondsPer100kOpen: secondsPer100kOpen(run),
  };
  return Object.fromEntries(
    Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== null),
  );
}

function startTable({ bareSeconds, firstStart, starts }: RecoveryRun): Table {
  const row = (what: string, { readySeconds, listeningSeconds, peakBytes }: StartTimes) => {
    return [what, readySeconds, listeningSeconds, peakBytes / MEGABYTE];
  };
  return {
    title: 'from the start of the process until GET /readyz answers 200',
    columns: ['what', 'seconds', 'of them, until it listens', 'broker peak MB'],
    rows: [
      ['node alone, of which a start has two in a row', bareSeconds, null, null],
      row('the first start on the books, with new demo users', firstStart),
      ...starts.map((times, index) => row(`after kill ${index + 1} in a flow`, times)),
    ],
  };
}

function matchTables({ rounds }: RecoveryRun): Table[] {
  if (rounds.length === 0) return [];
  return [
    {
      title: 'a full match of all open orders beside an order flow',
      columns: [
        'round',
        'open here',
        'match s',
        'differences',
        'answered/s',
        'POST p50 ms',
        'p99 ms',
        'as it was to be',
      ],
      rows: rounds.map(({ report, match, isPure }) => [
        match === null ? 'without' : 'with',
        match?.openHere ?? null,
        match === null ? null : (Date.parse(match.finishedAt) - Date.parse(match.startedAt)) / 1e3,
        match === null ? null : match.missingThere + match.unknownHere + match.differing,
        report.answersPerSecond,
        report.placed.p50Ms,
        report.placed.p99Ms,
        isPure ? 'yes' : 'no',
      ]),
    },
  ];
}

function outageTables({ outage }: RecoveryRun): Table[] {
  if (outage === null) return [];
  const refused = Object.entries(outage.report.errors).map(([error, count]) => [error, count]);
  return [
    {
      title: 'after the exchange was away',
      columns: ['what', 'value'],
      rows: [
        ['away, s', outage.seconds],
        ['of it, the exchange reading its log, s', outage.exchangeStartSeconds],
        ['trades of resting orders meanwhile', outage.tradesMeanwhile],
        ['from its return until ready, s', outage.readySeconds],
        ['until nothing is unresolved, s', outage.settledSeconds],
        ['until all open orders are matched, s', outage.matchedSeconds],
        ...refused,
        ['no answer', outage.report.noAnswer],
      ],
    },
  ];
}

function goalsOf({ parts, open, orders }: RecoverySettings, run: RecoveryRun): Goal[] {
  const books = `${orders.toLocaleString('en-US')} orders, ${open.toLocaleString('en-US')} open`;
  const start: Goal = {
    what: `ready after a kill, ${books}`,
    unit: 's',
    goal: GOALS.readySeconds,
    sense: 'at_most',
    measured: readySecondsOf(run),
  };
  const match: Goal[] = [
    {
      what: 'full match, per 100,000 open orders',
      unit: 's',
      goal: GOALS.reconcileSeconds,
      sense: 'at_most',
      measured: secondsPer100kOpen(run),
    },
    {
      what: 'POST p50 beside a match, of that without',
      unit: 'x',
      goal: 1 + GOALS.share,
      sense: 'at_most',
      ...measuredAs(ratioOf(run, ({ report }) => report.placed.p50Ms)),
    },
    {
      what: 'answered/s beside a match, of that without',
      unit: 'x',
      goal: 1 - GOALS.share,
      sense: 'at_least',
      ...measuredAs(ratioOf(run, ({ report }) => report.answersPerSecond)),
    },
  ];
  return [...(parts.includes('start') ? [start] : []), ...(parts.includes('match') ? match : [])];
}

function measuredAs(ratio: number | null): Pick<Goal, 'measured' | 'why'> {
  if (ratio !== null) return { measured: ratio };
  return { measured: null, why: 'no round was without a match, or with one, all through' };
}

function remarksOn({ outageSeconds, open }: RecoverySettings, run: RecoveryRun): string[] {
  const impure = run.rounds.filter(({ isPure }) => !isPure).length;
  return [
    "orders on disk were made in bulk by the product's own shards, and the exchange started on" +
      ' the log that belongs to them',
    'a kill is SIGKILL to the launcher and the broker in the middle of a flow, not a loss of' +
      ' power: what was written is in the page cache',
    ...(run.outage === null
      ? []
      : [
          `the exchange was killed and away for ${outageSeconds} s of wall clock` +
            (outageSeconds === REAL_OUTAGE_SECONDS
              ? ''
              : `, not the ten minutes of the goal: those are for --full`) +
            '; meanwhile its own engine ran on its log and filled all buys that rested in one symbol',
        ]),
    ...(open >= PER_OPEN || run.rounds.length === 0
      ? []
      : [`the match of ${open} open orders is scaled up to 100,000`]),
    ...(impure === 0
      ? []
      : [`${impure} rounds had a match where none was to be, or too short a one`]),
  ];
}

function failuresIn({ books, outage, stoppedInTime }: RecoveryRun): string[] {
  return [
    ...(books.outcome === 'held' ? [] : [`the auditor found a break: ${books.firstBreak}`]),
    ...(books.lost === 0 ? [] : [`${books.lost} orders that were answered 2xx are not on disk`]),
    ...(outage !== null && outage.settledSeconds === null ? ['orders were left unresolved'] : []),
    ...(stoppedInTime ? [] : ['the broker did not stop in time and was killed']),
  ];
}
