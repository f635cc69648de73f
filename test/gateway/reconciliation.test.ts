import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reconciliation } from '../../src/actors/reconciler/protocol.ts';
import { ADMIN, aWorld } from './fixtures.ts';

const AT_MS = Date.UTC(2026, 0, 5, 15, 0, 0);
const AT = '2026-01-05T15:00:00.000Z';
const MATCH = {
  startedAtMs: AT_MS,
  finishedAtMs: AT_MS,
  openHere: 3,
  openThere: 2,
  missingThere: 1,
  unknownHere: 0,
  differing: 0,
  outcome: 'complete',
} as const;
const STATE: Reconciliation = {
  outcome: 'reconciliation',
  unresolved: 1,
  unresolvedByReason: { outcome: 1, cancel: 0, too_late: 0, missing_fills: 0, busted: 0 },
  oldestUnknownAtMs: AT_MS,
  targeted: 0,
  fillsWanted: 0,
  crossed: 0,
  queriesAsked: 4,
  answeredFound: 1,
  answeredNotFound: 2,
  cannotTell: 1,
  budget: { perRound: 5, roundMs: 500, left: 4, inFlight: 1 },
  lastRoundAtMs: AT_MS,
  fullMatch: { running: null, last: MATCH, lastComplete: MATCH },
  feed: { epoch: 'e1', watermarkSeq: 7, headSeq: 9, lag: 2, gaps: 0, losses: 0 },
  parked: { parked: 0, quarantined: 0, oldestParkedAtMs: null, inFlight: 0 },
};

test('an admin reads the state of the reconciliation', async () => {
  const { call, edge, gateway, asAdmin } = await anAdmin();
  edge.answer('GetReconciliation', () => STATE);
  const { status, body } = await call('GET', '/admin/reconciliation', asAdmin);
  assert.equal(status, 200);
  const { startedAtMs: _started, finishedAtMs: _finished, ...counts } = MATCH;
  const match = { startedAt: AT, finishedAt: AT, ...counts };
  assert.deepEqual(body, {
    unresolved: { total: 1, byReason: STATE.unresolvedByReason },
    oldestUnknownAt: AT,
    targeted: 0,
    fillsWanted: 0,
    crossed: 0,
    answers: { asked: 4, found: 1, notFound: 2, cannotTell: 1 },
    budget: STATE.budget,
    lastRoundAt: AT,
    fullMatch: { running: null, last: match, lastComplete: match },
    feed: STATE.feed,
    parked: { parked: 0, quarantined: 0, inFlight: 0, oldestParkedAt: null },
  });
  gateway.close();
});

test('an admin starts a full match, and is told what runs', async () => {
  const { call, edge, gateway, asAdmin } = await anAdmin();
  const running = { startedAtMs: AT_MS, phase: 'ours' };
  edge.answer('RunFullMatch', () => ({ outcome: 'full_match', running }));
  const { status, body } = await call('POST', '/admin/reconciliation', asAdmin);
  assert.equal(status, 202);
  assert.deepEqual(body, { running: { startedAt: AT, phase: 'ours' }, outcome: 'accepted' });
  gateway.close();
});

test("the reconciliation is nobody else's business", async () => {
  const { call, gateway } = aWorld();
  for (const method of ['GET', 'POST']) {
    assert.equal((await call(method, '/admin/reconciliation')).status, 403);
  }
  gateway.close();
});

test('a reconciler that does not answer is busy', async () => {
  const { call, edge, gateway, asAdmin } = await anAdmin();
  edge.answer('GetReconciliation', () => ({ outcome: 'unknown', reason: 'deadline' }));
  const { status, body } = await call('GET', '/admin/reconciliation', asAdmin);
  assert.equal(status, 503);
  assert.equal(body['code'], 'busy');
  gateway.close();
});

async function anAdmin() {
  const world = aWorld();
  const authorization = `Bearer ${await world.token(ADMIN, 'admin')}`;
  return { ...world, asAdmin: { userId: null, headers: { authorization } } };
}
