// One key and the requests that carried it, as stories; and all small histories, against an oracle
// that tries everything.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KeyedOrder } from '../../../proof/history/books-truth.ts';
import { checkKey } from '../../../proof/history/check-keys.ts';
import type { Answered, Operation } from '../../../proof/history/history.ts';
import { answer, operation, REPLAYED, refusal, type Span } from './fixtures.ts';
import { isExplainable, type KeyedRequest, someMade, someRequests, type Terms } from './oracle.ts';

const BODY = { position: 'buy', symbol: 'ABC', type: 'limit', priceInCents: 100, numShares: 5 };
const OTHER = { ...BODY, numShares: 6 };
const MADE = madeOf('these');

const CREATED = answer(201, { id: 'ord_1', status: 'submitted', outcome: 'accepted' });
const PENDING = answer(202, { id: 'ord_1', status: 'pending', outcome: 'unknown' });
const REPLAY = answer(200, { id: 'ord_1', status: 'filled', outcome: 'accepted' }, REPLAYED);
const FAILED = refusal(422, 'rejected_by_exchange', { order: { id: 'ord_1', status: 'failed' } });
const CLOSED = refusal(422, 'market_closed');
const BUSY = refusal(503, 'busy');
const TIMEOUT = answer(504, { outcome: 'unknown', code: 'outcome_unknown' });
const MISMATCH = refusal(422, 'idempotency_mismatch', { orderId: 'ord_1' });

type Story = readonly [span: Span, answered: Answered, body?: Readonly<Record<string, unknown>>];

const LEGAL: readonly [name: string, made: KeyedOrder | null, ...Story[]][] = [
  ['an order is acknowledged', MADE, [[1, 2], CREATED]],
  ['the exchange has not spoken yet', MADE, [[1, 2], PENDING]],
  ['the exchange refuses it, and it is kept as failed', MADE, [[1, 2], FAILED]],
  ['a retry is answered by the first one´s order', MADE, [[1, 2], 'none'], [[3, 4], REPLAY]],
  ['a retry makes it, for the first had never come', MADE, [[1, 2], 'none'], [[3, 4], CREATED]],
  ['one without an answer has made it', MADE, [[1, 2], 'none']],
  ['one without an answer has not', null, [[1, 2], 'none']],
  ['it is carried out long after its client gave up', MADE, [[1, 2], TIMEOUT], [[3, 4], CLOSED]],
  ['two at once: one makes it', MADE, [[1, 4], REPLAY], [[2, 3], CREATED]],
  ['the replay is heard of first', MADE, [[1, 2], REPLAY], [[0, 3], CREATED]],
  ['refused, and taken when tried again', MADE, [[1, 2], CLOSED], [[3, 4], CREATED]],
  ['refused for good', null, [[1, 2], CLOSED], [[3, 4], 'refused']],
  ['busy proves nothing', MADE, [[1, 2], CREATED], [[3, 4], BUSY]],
  ['other terms come later', MADE, [[1, 2], CREATED], [[3, 4], MISMATCH, OTHER]],
];

const ILLEGAL: readonly [name: string, made: KeyedOrder | null, ...Story[]][] = [
  ['an acknowledged order is missing', null, [[1, 2], CREATED]],
  ['an order that was told of as failed is missing', null, [[1, 2], FAILED]],
  ['two are made under one key', MADE, [[1, 2], CREATED], [[3, 4], CREATED]],
  [
    'it names two orders',
    MADE,
    [[1, 2], CREATED],
    [[3, 4], answer(200, { id: 'ord_2' }, REPLAYED)],
  ],
  ['a check finds the key unused after it was used', MADE, [[1, 2], CREATED], [[3, 4], CLOSED]],
  [
    'a check finds it unused after a replay',
    MADE,
    [[1, 2], 'none'],
    [[3, 4], REPLAY],
    [[5, 6], CLOSED],
  ],
  ['a replay before anyone has asked', MADE, [[1, 2], REPLAY], [[3, 4], CREATED]],
  ['a replay alone', MADE, [[1, 2], REPLAY]],
  ['every request was refused, and there is an order', MADE, [[1, 2], CLOSED], [[3, 4], 'refused']],
  ['the terms are not those that were asked for', MADE, [[1, 2], CREATED, OTHER]],
  ['the same terms are called others', MADE, [[1, 2], CREATED], [[3, 4], MISMATCH]],
  ['others are found, and there is no order', null, [[1, 2], 'none'], [[3, 4], MISMATCH, OTHER]],
  ['others are found before anyone has asked', MADE, [[1, 2], MISMATCH, OTHER], [[3, 4], CREATED]],
];

for (const [name, made, ...story] of LEGAL) {
  test(`legal: ${name}`, () => assert.deepEqual(checkKey('k', operationsOf(story), made), []));
}

for (const [name, made, ...story] of ILLEGAL) {
  test(`illegal: ${name}`, () => {
    const problems = checkKey('k', operationsOf(story), made);
    assert(problems.length > 0);
    for (const problem of problems) assert.match(problem, /^key k: /);
  });
}

test('of all small histories those are accepted that some order of events explains, and no other', () => {
  const verdicts = { legal: 0, illegal: 0 };
  fc.assert(
    fc.property(someRequests, someMade, (requests, made) => {
      const isLegal = isExplainable(requests, made);
      verdicts[isLegal ? 'legal' : 'illegal']++;
      const problems = checkKey('k', requests.map(submitOf), made === null ? null : madeOf(made));
      assert.equal(problems.length === 0, isLegal, problems.join('; ') || 'nothing was found');
    }),
    { numRuns: 20_000 },
  );
  assert(verdicts.legal > 500 && verdicts.illegal > 500, JSON.stringify(verdicts));
});

function operationsOf(story: readonly Story[]): Operation[] {
  return story.map(([span, answered, body = BODY]) => submit(span, answered, body));
}

function submit(
  span: Span,
  answered: Answered,
  body: Readonly<Record<string, unknown>>,
): Operation {
  return operation(span, { method: 'POST', path: '/order', idempotencyKey: 'k', body }, answered);
}

function madeOf(terms: Terms): KeyedOrder {
  return { orderId: 'ord_1', terms: { ...bodyOf(terms), timeInForce: 'day' } };
}

function bodyOf(terms: Terms) {
  return terms === 'these' ? BODY : OTHER;
}

function submitOf({ begunAt, endedAt, terms, told }: KeyedRequest): Operation {
  const answers = {
    made: CREATED,
    replayed: REPLAY,
    mismatch: MISMATCH,
    check: CLOSED,
    unseen: BUSY,
    nothing: 'none',
  } as const;
  return submit([begunAt, endedAt], answers[told], bodyOf(terms));
}
