// One order, its cancels and what was seen of it, as stories.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Version } from '../../../proof/history/books-truth.ts';
import { checkOrder } from '../../../proof/history/check-orders.ts';
import type { Answered, Operation } from '../../../proof/history/history.ts';
import { answer, operation, refusal, type Span } from './fixtures.ts';

const PATH = '/order/ord_1';
const ASKED = { requestedAt: '2026-01-02T15:00:00.000Z' };
const SUBMITTED = { status: 'submitted', cancel: null };
const PENDING_CANCEL = { status: 'pending_cancel', cancel: { state: 'requested', ...ASKED } };
const REFUSED = { status: 'submitted', cancel: { state: 'rejected', ...ASKED } };
const CANCELLED = { status: 'cancelled', cancel: { state: 'done', ...ASKED } };
const EXPIRED_THERE = { status: 'cancelled', cancel: { state: 'done', requestedAt: null } };
const FILLED = { status: 'filled', cancel: null };
const FAILED = { status: 'failed', cancel: null };

const DONE = answer(200, { ok: true, status: 'cancelled', outcome: 'accepted' });
const ON_ITS_WAY = answer(202, { ok: true, status: 'pending_cancel', outcome: 'unknown' });
const TOO_LATE = refusal(409, 'order_closed', { orderStatus: 'filled' });
const REJECTED = refusal(409, 'cancel_rejected', { orderStatus: 'submitted' });
const BUSY = refusal(503, 'busy');

type Cancel = readonly [span: Span, answered: Answered];
type State = Readonly<Record<string, unknown>>;

const LEGAL: readonly [name: string, states: readonly State[], ...Cancel[]][] = [
  ['cancelled as asked', [SUBMITTED, PENDING_CANCEL, CANCELLED], [[1, 2], DONE]],
  ['asked, answered, and done later', [SUBMITTED, PENDING_CANCEL, CANCELLED], [[1, 2], ON_ITS_WAY]],
  ['asked twice', [SUBMITTED, PENDING_CANCEL, CANCELLED], [[1, 2], ON_ITS_WAY], [[3, 4], DONE]],
  ['no answer, and it was carried out', [SUBMITTED, PENDING_CANCEL, CANCELLED], [[1, 2], 'none']],
  ['no answer, and it was not', [SUBMITTED], [[1, 2], 'none']],
  ['too late', [SUBMITTED, FILLED], [[1, 2], TOO_LATE]],
  ['refused by the exchange', [SUBMITTED, PENDING_CANCEL, REFUSED], [[1, 2], REJECTED]],
  ['cancelled by the exchange of its own', [SUBMITTED, EXPIRED_THERE], [[1, 2], BUSY]],
  ['told that it is cancelled already', [SUBMITTED, EXPIRED_THERE], [[1, 2], DONE]],
  ['come back after it was called failed, and cancelled for us', [FAILED, SUBMITTED, CANCELLED]],
];

const ILLEGAL: readonly [name: string, states: readonly State[], ...Cancel[]][] = [
  ['acknowledged without a trace', [SUBMITTED], [[1, 2], ON_ITS_WAY]],
  [
    'acknowledged, and it was filled with no word of the cancel',
    [SUBMITTED, FILLED],
    [[1, 2], DONE],
  ],
  [
    'every cancel was refused, and it is cancelled',
    [SUBMITTED, PENDING_CANCEL, CANCELLED],
    [[1, 2], BUSY],
    [[3, 4], 'refused'],
  ],
  ['nobody asked, and it is cancelled', [SUBMITTED, PENDING_CANCEL, CANCELLED]],
  ['refused by the exchange without a trace', [SUBMITTED], [[1, 2], REJECTED]],
  ['called closed, and it never was', [SUBMITTED], [[1, 2], TOO_LATE]],
];

for (const [name, states, ...cancels] of LEGAL) {
  test(`legal: ${name}`, () => assert.deepEqual(problemsOf(states, cancels.map(cancel)), []));
}

for (const [name, states, ...cancels] of ILLEGAL) {
  test(`illegal: ${name}`, () => {
    assert.notDeepEqual(problemsOf(states, cancels.map(cancel)), []);
  });
}

test('illegal: a cancel is seen before one was asked for', () => {
  const versions = versionsOf([SUBMITTED, PENDING_CANCEL, CANCELLED]);
  const read = operation([1, 2], { method: 'GET', path: PATH }, answer(200, PENDING_CANCEL));
  const late = cancel([[3, 4], DONE]);
  const seen = { submits: [], cancels: [late], reads: [read], sightings: [] };
  assert.deepEqual(checkOrder('ord_1', versions, seen), [
    `order ord_1: GET ${PATH} showed a cancel before one was asked for`,
  ]);
});

test('illegal: after the answer to a cancel the order is shown as it was before', () => {
  const versions = versionsOf([SUBMITTED, PENDING_CANCEL, CANCELLED]);
  const read = operation([3, 4], { method: 'GET', path: PATH }, answer(200, SUBMITTED));
  const seen = { submits: [], cancels: [cancel([[1, 2], DONE])], reads: [read], sightings: [] };
  const [problem] = checkOrder('ord_1', versions, seen);
  assert.match(problem ?? '', /showed event 1 after event 3 had been seen/);
});

function problemsOf(states: readonly State[], cancels: readonly Operation[]): string[] {
  const seen = { submits: [], cancels, reads: [], sightings: [] };
  return checkOrder('ord_1', versionsOf(states), seen);
}

function versionsOf(states: readonly State[]): Version[] {
  return states.map((shown, index) => ({ seq: index + 1, shown }));
}

function cancel([span, answered]: Cancel): Operation {
  return operation(span, { method: 'DELETE', path: PATH }, answered);
}
