// A whole history of one user against the books: what nobody asked for, and what answers beside the
// point show.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserTruth } from '../../../proof/history/books-truth.ts';
import { checkHistory, countsOf } from '../../../proof/history/check-history.ts';
import { type Answered, History, type Request } from '../../../proof/history/history.ts';
import { answer, REPLAYED } from './fixtures.ts';

const TERMS = {
  position: 'buy',
  symbol: 'ABC',
  type: 'limit',
  timeInForce: 'day',
  priceInCents: 100,
  numShares: 5,
};
const NOTHING: UserTruth = {
  userId: 'usr_1',
  events: [],
  orders: [],
  ordersByKey: new Map(),
  depositsByKey: new Map(),
  versionsByOrder: new Map(),
  accountVersions: [
    { seq: 0, shown: { cashInCents: 0 } },
    { seq: 1, shown: { cashInCents: 70 } },
  ],
};
const DEPOSIT = {
  method: 'POST',
  path: '/admin/users/usr_1/deposits',
  idempotencyKey: 'd',
  body: { asset: 'USD', amount: 70 },
} as const;
const LOOK = { method: 'GET', path: '/account' } as const;
const DEPOSITED: UserTruth = {
  ...NOTHING,
  depositsByKey: new Map([['admin/d', { asset: 'USD', amount: 70 }]]),
};

type Story = readonly [request: Pick<Request, 'method' | 'path'> & Partial<Request>, Answered];

function historyOf(...story: Story[]): History {
  const history = new History();
  for (const [request, answered] of story) {
    history.begin({ userId: 'usr_1', idempotencyKey: null, body: null, ...request })(answered);
  }
  return history;
}

function problemsOf(truth: UserTruth, ...story: Story[]): string[] {
  return checkHistory(historyOf(...story), new Map([['usr_1', truth]]));
}

test('an order that nobody asked for is found', () => {
  const order = { orderId: 'ord_1', terms: TERMS };
  const problems = problemsOf({ ...NOTHING, ordersByKey: new Map([['k', order]]) });
  assert.deepEqual(problems, ['usr_1: key k: nobody asked for order ord_1']);
});

test('a deposit that nobody asked for is found', () => {
  assert.deepEqual(problemsOf(DEPOSITED), ['usr_1: deposit admin/d: nobody asked for it']);
});

test('the answer to a deposit shows the account with the deposit in it, and so does what follows', () => {
  const after = answer(200, { cashInCents: 70 });
  const told = answer(201, { account: { cashInCents: 70 } });
  assert.deepEqual(problemsOf(DEPOSITED, [DEPOSIT, told], [LOOK, after]), []);
});

test('an account as it was before a deposit that was acknowledged is found', () => {
  const told = answer(201, { account: { cashInCents: 70 } });
  const before = answer(200, { cashInCents: 0 });
  const [problem] = problemsOf(DEPOSITED, [DEPOSIT, told], [LOOK, before]);
  assert.match(problem ?? '', /GET \/account showed event 0 after event 1 had been seen/);
});

test('an account that never was is found', () => {
  const [problem] = problemsOf(NOTHING, [LOOK, answer(200, { cashInCents: 35 })]);
  assert.match(problem ?? '', /which it never was/);
});

test('requests are counted by what came of them', () => {
  const again = answer(200, { account: { cashInCents: 70 } }, REPLAYED);
  const history = historyOf([DEPOSIT, 'none'], [DEPOSIT, 'refused'], [DEPOSIT, again]);
  assert.deepEqual(countsOf(history), { ok: 1, fail: 1, unknown: 1 });
});
