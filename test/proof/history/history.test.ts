// What came of a request, by its answer alone; and the order of all beginnings and ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answered, History, outcomeOf } from '../../../proof/history/history.ts';
import { answer, refusal } from './fixtures.ts';

const CASES: readonly [name: string, answered: Answered, outcome: string][] = [
  ['nobody to connect to: nothing was sent', 'refused', 'fail'],
  ['a connection that broke', 'none', 'unknown'],
  ['created', answer(201, { id: 'ord_1' }), 'ok'],
  ['taken, the exchange has not spoken', answer(202, { id: 'ord_1', outcome: 'unknown' }), 'ok'],
  ['refused by a check', refusal(422, 'market_closed'), 'fail'],
  ['made, and refused by the exchange', refusal(422, 'not_sent', { order: { id: 'ord_1' } }), 'ok'],
  ['not taken', refusal(503, 'busy'), 'fail'],
  ['no answer from within', answer(504, { outcome: 'unknown' }), 'unknown'],
];

for (const [name, answered, outcome] of CASES) {
  test(`${outcome}: ${name}`, () => assert.equal(outcomeOf(answered), outcome));
}

const REQUEST = { method: 'GET', path: '/account', userId: 'u', idempotencyKey: null } as const;

test('what has no answer yet is unknown, and has no end', () => {
  const history = new History();
  const first = history.begin({ ...REQUEST, body: null });
  history.begin({ ...REQUEST, body: null });
  history.heard('u', 1);
  first(answer(200));
  const seen = history.operations.map(({ begunAt, endedAt, outcome }) => {
    return [begunAt, endedAt, outcome];
  });
  assert.deepEqual(seen, [
    [1, 4, 'ok'],
    [2, Infinity, 'unknown'],
  ]);
  assert.deepEqual(history.sightings, [{ userId: 'u', seq: 1, heardAt: 3 }]);
});

test('an end counts once', () => {
  const history = new History();
  const end = history.begin({ ...REQUEST, body: null });
  end('none');
  end(answer(200));
  assert.deepEqual(
    history.operations.map(({ outcome }) => outcome),
    ['unknown'],
  );
});
