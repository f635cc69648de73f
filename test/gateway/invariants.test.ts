// GET /admin/invariants: what the auditor has found, for admins.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditReport } from '../../src/domain/audit-report.ts';
import { ADMIN, aWorld } from './fixtures.ts';

const REPORT: AuditReport = {
  outcome: 'broken',
  directory: '/somewhere',
  venueLog: 'http://127.0.0.1:9',
  settled: false,
  watermark: { epoch: 'e1', seq: 7 },
  verdicts: [
    {
      invariant: 'I4',
      sentence: 'each balance is the sum of its postings',
      outcome: 'broken',
      counted: { balances: 3 },
      notJudged: null,
      findings: 1,
      first: { sentence: 'a balance is not the sum of its postings', row: { account_no: 1 } },
    },
  ],
};

async function asAdmin(world: ReturnType<typeof aWorld>, url: string) {
  const authorization = `Bearer ${await world.token(ADMIN, 'admin')}`;
  return world.call('GET', url, { userId: null, headers: { authorization } });
}

test('an admin reads the verdicts, and not where the books lie', async () => {
  const world = aWorld();
  world.edge.answer('AuditBooks', () => ({ outcome: 'audited', report: REPORT }));
  const { status, body } = await asAdmin(world, '/admin/invariants?settled=true');
  assert.equal(status, 200);
  const [asked] = world.edge.askedKinds('AuditBooks');
  assert.equal(asked?.to, 'read-pool/0');
  assert.deepEqual(asked?.message, { kind: 'AuditBooks', settled: true });
  assert.deepEqual(body, {
    outcome: 'broken',
    settled: false,
    watermark: { epoch: 'e1', seq: 7 },
    exchangeLog: true,
    invariants: REPORT.verdicts,
  });
});

test('while one audit runs another is 503 busy', async () => {
  const world = aWorld();
  world.edge.answer('AuditBooks', () => ({ outcome: 'not_delivered', reason: 'busy' }));
  const { status, body } = await asAdmin(world, '/admin/invariants');
  assert.equal(status, 503);
  assert.equal(body['code'], 'busy');
});

test('a customer is refused, and nothing is audited', async () => {
  const world = aWorld();
  assert.equal((await world.call('GET', '/admin/invariants')).status, 403);
  assert.deepEqual(world.edge.askedKinds('AuditBooks'), []);
});
