// What came on a stream against the log of events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserTruth } from '../../../proof/history/books-truth.ts';
import { checkStreams } from '../../../proof/history/check-streams.ts';
import type { UserEvent } from '../../../src/domain/user-event.ts';
import { eventJson } from '../../../src/gateway/json.ts';

const EVENTS = [10, 20, 30].map((available, index): UserEvent => {
  const money = { cashInCents: available, reservedInCents: 0, buyingPowerInCents: available };
  const account = { userId: 'usr_1', ...money, tradingState: 'active' } as const;
  return { topic: 'account', kind: 'account_changed', seq: index + 1, atMs: 0, account };
});
const TRUTHS = new Map([['usr_1', { userId: 'usr_1', events: EVENTS } as unknown as UserTruth]]);

function heard(...events: UserEvent[]) {
  const delivered = events.map((event) => {
    const data = JSON.parse(JSON.stringify(eventJson(event))) as Record<string, unknown>;
    return { seq: event.seq, event: event.topic, data };
  });
  return [{ userId: 'usr_1', delivered, problems: [] }];
}

test('all that stands in the log, as it stands there', () => {
  assert.deepEqual(checkStreams(heard(...EVENTS), TRUTHS), []);
});

test('a stream that lags is for later, while things move', () => {
  const some = heard(...EVENTS.slice(0, 2));
  assert.deepEqual(checkStreams(some, TRUTHS, { isComplete: false }), []);
  assert.deepEqual(checkStreams(some, TRUTHS), ['I18: usr_1 has heard 2 events of 3']);
});

test('more than the log has: it was told before it was kept', () => {
  const [first] = EVENTS;
  assert(first !== undefined);
  const problems = checkStreams(heard(...EVENTS, first), TRUTHS, { isComplete: false });
  assert.deepEqual(problems, ['I18: usr_1 has heard 4 events of 3']);
});

test('another event than the one that is kept', () => {
  const [first, , third] = EVENTS;
  assert(first !== undefined && third !== undefined);
  const [problem] = checkStreams(heard(first, third), TRUTHS, { isComplete: false });
  assert.match(problem ?? '', /^I18: usr_1 has heard .*"cashInCents":30/);
});

test('what the reader itself has noticed', () => {
  const [reader] = heard(...EVENTS);
  assert(reader !== undefined);
  const problems = ['usr_1: a stream was reset'];
  assert.deepEqual(checkStreams([{ ...reader, problems }], TRUTHS), [
    'I18: usr_1: a stream was reset',
  ]);
});
