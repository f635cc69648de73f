// The broker itself under the tracer: whatever it acknowledges had been synced before. A kill -9
// cannot show this, for the kernel keeps what a dead process has written.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { KINDS } from '../../proof/sync-trace/pledge.ts';
import { tracerProblem } from '../../proof/sync-trace/strace.ts';
import { judgeFile, tracedRun } from '../../proof/sync-trace/traced-run.ts';
import { tempDirectory } from '../temp-directory.ts';

const ORDERS = 24;
const problem = tracerProblem();

test('every row that an answer stands for was synced before the answer left', {
  skip: problem ?? false,
}, async (t) => {
  const file = join(tempDirectory(t), 'trace');
  const acknowledged = await tracedRun(t, { orders: ORDERS, file });
  const { findings, proven, claims } = await judgeFile(file, acknowledged);
  assert.deepEqual(findings, []);
  assert.deepEqual(proven, acknowledged);
  assert.equal(proven.order, ORDERS);
  const total = KINDS.reduce((sum, kind) => sum + proven[kind], 0);
  t.diagnostic(`${total} acknowledged writes, ${claims} rows proven synced`);
});
