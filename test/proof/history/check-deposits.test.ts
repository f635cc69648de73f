// One key of a deposit or withdrawal, as stories; and all small histories, against an oracle that
// tries everything.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KeyedDeposit } from '../../../proof/history/books-truth.ts';
import { checkDeposit } from '../../../proof/history/check-deposits.ts';
import type { Answered, Operation } from '../../../proof/history/history.ts';
import { answer, operation, REPLAYED, refusal, type Span } from './fixtures.ts';
import { isExplainable, type KeyedRequest, someMade, someRequests, type Terms } from './oracle.ts';

const DEPOSIT = '/admin/users/usr_1/deposits';
const WITHDRAWAL = '/admin/users/usr_1/withdrawals';
const BOOKED: KeyedDeposit = { asset: 'USD', amount: 100 };
const DONE = answer(201);
const AGAIN = answer(200, {}, REPLAYED);
const SHORT = refusal(422, 'insufficient_buying_power');
const MISMATCH = refusal(422, 'idempotency_mismatch');

type Story = readonly [span: Span, answered: Answered, path?: string];

const LEGAL: readonly [name: string, booked: KeyedDeposit | null, ...Story[]][] = [
  ['acknowledged and booked', BOOKED, [[1, 2], DONE]],
  ['no answer, and booked', BOOKED, [[1, 2], 'none']],
  ['no answer, and not booked', null, [[1, 2], 'none']],
  ['booked by the first, told by the second', BOOKED, [[1, 2], 'none'], [[3, 4], AGAIN]],
  ['refused', null, [[1, 2], SHORT]],
  ['a withdrawal', { asset: 'USD', amount: -100 }, [[1, 2], DONE, WITHDRAWAL]],
];

const ILLEGAL: readonly [name: string, booked: KeyedDeposit | null, ...Story[]][] = [
  ['acknowledged and lost', null, [[1, 2], DONE]],
  ['refused every time, and booked', BOOKED, [[1, 2], SHORT], [[3, 4], 'refused']],
  ['booked as a withdrawal', { asset: 'USD', amount: -100 }, [[1, 2], DONE]],
  ['booked with another amount', { asset: 'USD', amount: 99 }, [[1, 2], DONE]],
  ['booked twice, by what was told', BOOKED, [[1, 2], DONE], [[3, 4], DONE]],
  ['told of as done before it was asked for', BOOKED, [[1, 2], AGAIN], [[3, 4], DONE]],
  ['refused after it had been booked', BOOKED, [[1, 2], DONE], [[3, 4], SHORT]],
];

for (const [name, booked, ...story] of LEGAL) {
  test(`legal: ${name}`, () => assert.deepEqual(checkDeposit('k', movesOf(story), booked), []));
}

for (const [name, booked, ...story] of ILLEGAL) {
  test(`illegal: ${name}`, () => {
    assert.notDeepEqual(checkDeposit('k', movesOf(story), booked), []);
  });
}

test('of all small histories those are accepted that some order of events explains, and no other', () => {
  fc.assert(
    fc.property(someRequests, someMade, (requests, made) => {
      const booked = made === null ? null : { asset: 'USD', amount: amountOf(made) };
      const problems = checkDeposit('k', requests.map(moveOf), booked);
      const isLegal = isExplainable(requests, made);
      assert.equal(problems.length === 0, isLegal, problems.join('; ') || 'nothing was found');
    }),
    { numRuns: 20_000 },
  );
});

function movesOf(story: readonly Story[]): Operation[] {
  return story.map(([span, answered, path = DEPOSIT]) =>
    move(span, answered, { path, amount: 100 }),
  );
}

function move(
  span: Span,
  answered: Answered,
  { path, amount }: { readonly path: string; readonly amount: number },
): Operation {
  const body = { asset: 'USD', amount };
  return operation(span, { method: 'POST', path, idempotencyKey: 'k', body }, answered);
}

function amountOf(terms: Terms): number {
  return terms === 'these' ? 100 : 200;
}

function moveOf({ begunAt, endedAt, terms, told }: KeyedRequest): Operation {
  const answers = {
    made: DONE,
    replayed: AGAIN,
    mismatch: MISMATCH,
    check: SHORT,
    unseen: refusal(503, 'busy'),
    nothing: 'none',
  } as const;
  return move([begunAt, endedAt], answers[told], { path: DEPOSIT, amount: amountOf(terms) });
}
