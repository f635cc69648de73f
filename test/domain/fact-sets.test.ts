// The state of an order is a function of the set of facts known about it: every set of up to seven
// facts, in every order of arrival and with repetitions, ends in one state.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveOrder } from '../../src/domain/derive-order.ts';
import { answeredEndOf, countOf, endOf, sumsAfter } from '../../src/domain/execution-facts.ts';
import { reservationOf } from '../../src/domain/ledger.ts';
import { NO_FACTS, type OrderFacts } from '../../src/domain/order.ts';
import { type Amendment, type TradeTerms, termsOf } from '../../src/domain/trade-terms.ts';
import { isAllowedMove } from '../../src/domain/transitions.ts';
import type { Execution } from '../../src/exchange/port.ts';
import { FEES } from '../../src/limits.ts';
import { anExecution } from '../actors/venue-messages.ts';

/** What can be known of an order for 10 shares. */
type Fact =
  | { readonly is: 'acknowledged' | 'cancel asked' | 'not sent' | 'not found' }
  | { readonly is: 'cancel refused' }
  | { readonly is: 'answered'; readonly status: 'cancelled' | 'expired'; readonly cumQty: number }
  | { readonly is: 'executed'; readonly execution: Execution };

interface Known {
  readonly facts: OrderFacts;
  readonly trades: ReadonlyMap<string, TradeTerms>;
  readonly amendments: ReadonlyMap<string, Execution>;
}

const NOTHING: Known = { facts: NO_FACTS, trades: new Map(), amendments: new Map() };
const NONE: TradeTerms = { lastQty: 0, lastPriceInCents: 0 };
const INTENT = { symbol: 'IBM', side: 'buy', limitPriceInCents: 18_000, numShares: 10 } as const;

/** As a shard does it, without rows. */
function arrive(known: Known, fact: Fact): Known {
  const { facts } = known;
  switch (fact.is) {
    case 'acknowledged':
      return { ...known, facts: { ...facts, externalOrderId: 'x1', venueEpoch: 'e1' } };
    case 'cancel asked':
      return { ...known, facts: { ...facts, cancelsRequested: 1 } };
    case 'cancel refused':
      return { ...known, facts: { ...facts, cancelsRefused: 1, cancelRefusal: 'too_late' } };
    case 'not sent':
      return { ...known, facts: { ...facts, ourVerdict: 'not_sent' } };
    case 'not found':
      return { ...known, facts: { ...facts, ourVerdict: 'not_found_at_exchange' } };
    case 'answered': {
      const end = answeredEndOf(facts, fact.status, { reason: 'requested', cumQty: fact.cumQty });
      return { ...known, facts: { ...facts, ...end } };
    }
    case 'executed':
      return executed({ ...known, facts: { ...facts, externalOrderId: 'x1' } }, fact.execution);
  }
}

function executed(known: Known, execution: Execution): Known {
  const { facts, trades, amendments } = known;
  const { execId, execRef, lastQty, lastPriceInCents } = execution;
  if (execution.execKind === 'trade') {
    if (trades.has(execId)) return known;
    const terms = { lastQty: lastQty ?? 0, lastPriceInCents: lastPriceInCents ?? 0 };
    const kept = hanging(amendments, execId);
    const to = termsOf(terms, kept.map(amendmentOf));
    const newest = kept.at(-1) ?? execution;
    const counted = { ...facts, ...countOf(facts, execution) };
    return {
      ...known,
      trades: new Map(trades).set(execId, terms),
      facts: { ...counted, ...countOf(counted, newest), ...sumsAfter(facts, NONE, to) },
    };
  }
  if (execRef === null) return { ...known, facts: { ...facts, ...endOf(facts, execution) } };
  if (amendments.has(execId)) return known;
  const all = new Map(amendments).set(execId, execution);
  const trade = trades.get(tradeOf(all, execRef));
  if (trade === undefined) return { ...known, amendments: all };
  const tradeId = tradeOf(all, execRef);
  const from = termsOf(trade, hanging(amendments, tradeId).map(amendmentOf));
  const to = termsOf(trade, hanging(all, tradeId).map(amendmentOf));
  const counted = countOf(facts, hanging(all, tradeId).at(-1) ?? execution);
  return {
    ...known,
    amendments: all,
    facts: { ...facts, ...counted, ...sumsAfter(facts, from, to) },
  };
}

function tradeOf(amendments: ReadonlyMap<string, Execution>, execRef: string): string {
  const correction = amendments.get(execRef);
  return correction === undefined ? execRef : tradeOf(amendments, correction.execRef ?? '');
}

/** In feed order. */
function hanging(amendments: ReadonlyMap<string, Execution>, tradeId: string): Execution[] {
  return [...amendments.values()]
    .filter(({ execRef }) => tradeOf(amendments, execRef ?? '') === tradeId)
    .sort((a, b) => a.seq - b.seq);
}

function amendmentOf({ execKind, seq, lastQty, lastPriceInCents }: Execution): Amendment {
  if (execKind === 'bust') return { kind: 'bust', seq };
  return { kind: 'correct', seq, lastQty: lastQty ?? 0, lastPriceInCents: lastPriceInCents ?? 0 };
}

const trade = (seq: number, lastQty: number, cumQty: number): Fact => ({
  is: 'executed',
  execution: anExecution(seq, { lastQty, cumQty, lastPriceInCents: 17_900 + seq }),
});
const bust = (seq: number, of: string, cumQty: number): Fact => ({
  is: 'executed',
  execution: anExecution(seq, {
    execKind: 'bust',
    execRef: of,
    cumQty,
    lastQty: null,
    lastPriceInCents: null,
  }),
});
const correct = (seq: number, of: string, lastQty: number, cumQty: number): Fact => ({
  is: 'executed',
  execution: anExecution(seq, {
    execKind: 'correct',
    execRef: of,
    lastQty,
    cumQty,
    lastPriceInCents: 17_000,
  }),
});
const end = (
  seq: number,
  execKind: 'cancelled' | 'expired' | 'rejected',
  cumQty: number,
): Fact => ({
  is: 'executed',
  execution: anExecution(seq, {
    execKind,
    cumQty,
    lastQty: null,
    lastPriceInCents: null,
    reason: 'requested',
  }),
});
const ack: Fact = { is: 'acknowledged' };
const asked: Fact = { is: 'cancel asked' };
const refused: Fact = { is: 'cancel refused' };

/** What one exchange can have said about one order: each set is consistent in itself. */
const SETS: [name: string, facts: Fact[]][] = [
  ['fills in two parts', [ack, trade(2, 4, 4), trade(3, 6, 10)]],
  ['E07 fills against a cancel', [ack, asked, trade(2, 4, 4), end(3, 'cancelled', 4)]],
  [
    'E08 E20 a cancel, answered and on the feed, with fills in between',
    [
      ack,
      asked,
      trade(2, 4, 4),
      trade(3, 3, 7),
      end(4, 'cancelled', 7),
      { is: 'answered', status: 'cancelled', cumQty: 7 },
    ],
  ],
  ['E12 found alive after we had called it lost', [{ is: 'not found' }, ack, trade(2, 10, 10)]],
  ['E13 a cancel too late', [ack, asked, refused, trade(2, 4, 4), trade(3, 6, 10)]],
  ['E15 withdrawn, and yet it was sent', [asked, { is: 'not sent' }, ack, end(2, 'cancelled', 0)]],
  ['E21 an overfill', [ack, trade(2, 8, 8), trade(3, 4, 12)]],
  ['E23 the day ends', [ack, trade(2, 4, 4), end(3, 'expired', 4)]],
  ['E24 rejected after a part fill', [ack, trade(2, 4, 4), end(3, 'rejected', 4)]],
  ['E26 a bust of the only trade', [ack, trade(2, 10, 10), bust(3, 'exec-2', 0)]],
  [
    'E26 a bust after the cancel',
    [ack, asked, trade(2, 4, 4), trade(3, 2, 6), end(4, 'cancelled', 6), bust(5, 'exec-2', 2)],
  ],
  [
    'E26 a bust of the fill that had won against a cancel',
    [ack, asked, refused, trade(2, 10, 10), bust(3, 'exec-2', 0)],
  ],
  [
    'E24 E26 a bust after a rejection',
    [ack, trade(2, 4, 4), end(3, 'rejected', 4), bust(4, 'exec-2', 0)],
  ],
  [
    'E26 busted twice, and closed at the exchange',
    [ack, trade(2, 10, 10), bust(3, 'exec-2', 0), bust(4, 'exec-2', 0), end(5, 'cancelled', 0)],
  ],
  [
    'E29 corrected, corrected again, busted',
    [
      ack,
      trade(2, 4, 4),
      correct(3, 'exec-2', 5, 5),
      correct(4, 'exec-3', 3, 3),
      trade(5, 6, 9),
      bust(6, 'exec-4', 6),
      end(7, 'expired', 6),
    ],
  ],
  [
    'E29 a correction that completes the order',
    [ack, trade(2, 4, 4), trade(3, 5, 9), correct(4, 'exec-2', 5, 10), asked, refused],
  ],
];

for (const [name, facts] of SETS) {
  test(`${name}: every subset ends in one state, whatever the order and the repetitions`, () => {
    for (const set of subsets(facts)) {
      let expected: ReturnType<typeof stateOf> | null = null;
      for (const arrival of permutations(set)) {
        const known = arrival.reduce(arrive, NOTHING);
        const state = stateOf(known);
        expected ??= state;
        assert.deepEqual(state, expected, JSON.stringify(arrival));
        assert.deepEqual(stateOf(arrival.reduce(arrive, known)), expected, 'all of it once more');
      }
    }
  });

  test(`${name}: every move on the way is on the list`, () => {
    for (const arrival of permutations(facts)) {
      let known = NOTHING;
      let status = deriveOrder(INTENT, known.facts).status;
      for (const fact of arrival) {
        known = arrive(known, fact);
        const next = deriveOrder(INTENT, known.facts).status;
        if (isCausal(arrival)) assert(isAllowedMove(status, next), `${status} to ${next}`);
        status = next;
      }
    }
  });
}

/** Our own deeds come in their order: a refusal after its request, a cancel before its answer. */
function isCausal(arrival: readonly Fact[]): boolean {
  const at = (is: Fact['is']) => arrival.findIndex((fact) => fact.is === is);
  const answers = [at('cancel refused'), at('answered')].filter((place) => place >= 0);
  return answers.every((place) => at('cancel asked') < place);
}

function stateOf({ facts }: Known) {
  const derived = deriveOrder(INTENT, facts);
  const order = { ...INTENT, ...facts, ...derived };
  const { cumQty, cumNotionalInCents } = facts;
  return { ...derived, cumQty, cumNotionalInCents, reserved: reservationOf(order, FEES).amount };
}

function subsets<Item>(items: readonly Item[]): Item[][] {
  const [first, ...others] = items;
  if (first === undefined) return [[]];
  return subsets(others).flatMap((rest) => [rest, [first, ...rest]]);
}

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}
