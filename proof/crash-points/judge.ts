// What must be so after any kill: everything settles, the auditor finds nothing beside the running
// broker nor when it has stopped, and what was acknowledged is there, once.
import assert from 'node:assert/strict';
import { type AuditOptions, audit } from '../../src/audit/audit.ts';
import { reportText } from '../../src/audit/report-text.ts';
import type { AuditReport } from '../../src/domain/audit-report.ts';
import { BROKEN_UNTIL_SETTLED, isQuiet } from '../../test/scenario/audited.ts';
import type { Desk, Promised } from './desk.ts';

const CLOSED: ReadonlySet<string> = new Set(['cancelled', 'filled', 'expired', 'failed']);

/** While the broker runs; everything has settled before. */
export async function judgeRunning(desk: Desk): Promise<void> {
  for (const promise of desk.promised) await kept(desk, promise);
  assertHeld(await audited(desk, false));
}

export async function judgeStopped(desk: Desk): Promise<void> {
  await desk.stage.stopped();
  assertHeld(await audited(desk, true));
}

export async function settled(desk: Desk): Promise<void> {
  await desk.get('admin', '/admin/reconciliation', (body) => (isQuiet(body) ? body : null));
  let report = await audited(desk, true);
  const isSettled = async (): Promise<true | null> => {
    await desk.stage.up(); // it may have been killed since, and only a living one settles anything
    report = await audited(desk, true);
    const broken = report.verdicts.filter(({ outcome }) => outcome === 'broken');
    if (broken.some(({ invariant }) => !BROKEN_UNTIL_SETTLED.has(invariant))) assertHeld(report);
    return broken.length === 0 || null;
  };
  await desk.until('the books to be settled', isSettled, () => reportText(report));
}

async function kept(desk: Desk, promise: Promised): Promise<void> {
  const { stage } = desk;
  switch (promise.kind) {
    case 'order': {
      const { who, key, order, id } = promise;
      const headers = { 'idempotency-key': key };
      const { status, body } = await stage.request(who, 'POST', '/order', order, headers);
      assert.deepEqual([status, body.id], [200, id], `${key} was acknowledged as ${id}`);
      return;
    }
    case 'cancel': {
      const { status, body } = await stage.request(promise.who, 'GET', `/order/${promise.id}`);
      const isClosed = status === 200 && CLOSED.has(body.status);
      assert(isClosed, `the cancel of ${promise.id} was acknowledged: ${JSON.stringify(body)}`);
      return;
    }
    case 'money': {
      const { path, key, body } = promise;
      const headers = { 'idempotency-key': key };
      const { status } = await stage.request('admin', 'POST', path, body, headers);
      assert.equal(status, 200, `${key} was acknowledged, and is not known any more`);
      return;
    }
  }
}

function audited({ stage }: Desk, settled: boolean): Promise<AuditReport> {
  const options: AuditOptions = {
    directory: stage.dataDir,
    exchangeUrl: stage.exchange.url,
    withoutVenueLog: 'throw',
    settled,
  };
  return audit(options);
}

function assertHeld(report: AuditReport): void {
  assert.equal(report.outcome, 'held', reportText(report));
}
