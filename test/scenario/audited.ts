// The end of a scenario: everything settles, and the auditor, as `npm run audit` starts it, finds
// every invariant held, beside the running broker and when it has stopped.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer } from './api.ts';
import type { ExchangeProcess } from './exchange-process.ts';
import { type Outcry, until } from './outcry.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What may be broken while things still settle; anything else never. */
export const BROKEN_UNTIL_SETTLED = new Set(['I1', 'I12', 'I25']);

/** Stops the broker. `exchange` is null for one that came with it: then its log file is read. */
export async function assertAudited(
  outcry: Outcry,
  exchange: ExchangeProcess | null,
): Promise<void> {
  await settled(outcry);
  await assertHeld(outcry, exchange, []);
  assert.equal(await outcry.stop(), 0, 'the broker stops in order');
  await assertHeld(outcry, exchange, ['--settled']);
}

/** Waits until nothing is open in the middle and both sides stand alike. */
export async function settled(outcry: Outcry): Promise<void> {
  const admin = outcry.admin();
  let state: Answer['body'] = null;
  const shown = () => JSON.stringify(state);
  await until(
    async () => {
      const { status, body } = await admin.get('/admin/reconciliation');
      state = body;
      return status === 200 && isQuiet(body);
    },
    'the reconciler to have nothing to ask',
    shown,
  );
  await until(
    async () => {
      const { body } = await admin.get('/admin/invariants?settled=true');
      state = body.invariants?.filter(({ outcome }: Verdict) => outcome === 'broken') ?? body;
      assert(!isBrokenForGood(state), `broken for good: ${shown()}`);
      return body.outcome === 'held';
    },
    'the books to be settled',
    shown,
  );
}

interface Verdict {
  readonly invariant: string;
  readonly outcome: string;
}

export function isQuiet({ unresolved, fillsWanted, feed, parked }: Answer['body']): boolean {
  if (feed === null || parked === null) return false;
  const open = [unresolved.total, fillsWanted, feed.lag, parked.parked, parked.inFlight];
  return open.every((count) => count === 0);
}

function isBrokenForGood(broken: unknown): boolean {
  if (!Array.isArray(broken)) return false;
  return broken.some(({ invariant }: Verdict) => !BROKEN_UNTIL_SETTLED.has(invariant));
}

async function assertHeld(
  { dataDir }: Outcry,
  exchange: ExchangeProcess | null,
  options: readonly string[],
): Promise<void> {
  const venue = exchange === null ? [] : ['--exchange', exchange.url];
  const command = ['--import', 'tsx', 'src/audit/main.ts', '--data', dataDir, ...venue];
  const { code, report } = await run([...command, ...options]);
  assert.equal(code, 0, `the auditor ended with ${code} (${options})\n${report}`);
}

function run(args: readonly string[]): Promise<{ code: number; report: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: ROOT }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, report: stdout + stderr });
    });
  });
}
