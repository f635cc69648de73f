// What a run leaves behind, judged when the broker has stopped: the auditor's word on every
// invariant, and each order that was answered 2xx looked up in the files.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditReport } from '../../src/domain/audit-report.ts';
import { openReadOnly } from '../../src/store/database.ts';
import { ROOT } from '../harness/server-process.ts';

export interface BooksVerdict {
  readonly outcome: 'held' | 'broken';
  readonly audited: number;
  readonly orders: number;
  /** Without those of deposits. */
  readonly orderEvents: number;
  /** Answered 2xx, and not in the files. */
  readonly lost: number;
  readonly firstBreak: string | null;
}

export async function judgeBooks(
  dataDir: string,
  exchangeUrl: string,
  outcomesFiles: readonly string[],
  options: { readonly settled: boolean } = { settled: false },
): Promise<BooksVerdict> {
  const report = await auditOf(dataDir, exchangeUrl, options.settled);
  const broken = report.verdicts.find(({ outcome }) => outcome === 'broken');
  const ids = orderIds(dataDir);
  const lost = takenIds(outcomesFiles).filter((id) => !ids.has(id)).length;
  return {
    outcome: report.outcome === 'held' ? 'held' : 'broken',
    audited: report.verdicts.filter(({ outcome }) => outcome === 'held').length,
    orders: ids.size,
    orderEvents: countOf(dataDir, 'events') - countOf(dataDir, 'deposits'),
    lost,
    firstBreak: broken === undefined ? null : `${broken.invariant}: ${broken.first?.sentence}`,
  };
}

export function shardFiles(dataDir: string): string[] {
  const directory = join(dataDir, 'orders');
  return readdirSync(directory)
    .filter((name) => name.endsWith('.db'))
    .sort()
    .map((name) => join(directory, name));
}

async function auditOf(dataDir: string, exchangeUrl: string, settled: boolean) {
  const script = join('src', 'audit', 'main.ts');
  const where = ['--data', dataDir, '--exchange', exchangeUrl];
  const args = ['--import', 'tsx', script, '--json', ...where, ...(settled ? ['--settled'] : [])];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  await new Promise((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  return JSON.parse(Buffer.concat(pieces).toString('utf8')) as AuditReport;
}

function orderIds(dataDir: string): Set<string> {
  const ids = new Set<string>();
  for (const path of shardFiles(dataDir)) {
    const db = openReadOnly(path);
    try {
      for (const id of db.prepare<[], string>('SELECT id FROM orders').pluck().iterate()) {
        ids.add(id);
      }
    } finally {
      db.close();
    }
  }
  return ids;
}

export function countOf(dataDir: string, table: string): number {
  let count = 0;
  for (const path of shardFiles(dataDir)) {
    const db = openReadOnly(path);
    count += db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
    db.close();
  }
  return count;
}

function takenIds(files: readonly string[]): string[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.slice(0, line.indexOf(' '))),
  );
}
