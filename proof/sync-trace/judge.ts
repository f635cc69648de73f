// Judges a trace: for each acknowledged request, that every row it stands for had been synced
// before the bytes left that tell of it. What cannot be judged is a finding, and so is nothing.
import type { Call } from './call.ts';
import type { Asked } from './conversation.ts';
import { type Claim, KINDS, type Kind, noneOfEach, type Pledge, pledgeOf } from './pledge.ts';
import type { Trace } from './trace.ts';
import type { Transaction, WalFile } from './wal.ts';

export interface Verdict {
  /** Sentences; none when everything was proven. */
  readonly findings: readonly string[];
  /** Acknowledged requests of which every claim was proven. */
  readonly proven: Readonly<Record<Kind, number>>;
  /** Those of which at least one was not. */
  readonly refuted: Readonly<Record<Kind, number>>;
  readonly claims: number;
  /** By file name: the transactions and the successful syncs of the whole trace. */
  readonly files: Readonly<Record<string, { readonly commits: number; readonly syncs: number }>>;
  /** From the end of a sync to the bytes that had to wait for it, in ms. */
  readonly distancesMs: Readonly<Record<Claim['before'], readonly number[]>>;
}

/** Where the bytes begin that the sync must come before. */
interface Limit {
  readonly line: number;
  readonly atMs: number;
  readonly what: string;
}

export function judge(trace: Trace): Verdict {
  const findings = unreadable(trace);
  const proven = noneOfEach();
  const refuted = noneOfEach();
  const distancesMs: Record<Claim['before'], number[]> = { answer: [], send: [] };
  for (const asked of allAsked(trace)) {
    const pledge = pledgeOf(asked);
    if (pledge === null) continue;
    if (typeof pledge === 'string') {
      findings.push(pledge);
      continue;
    }
    const broken = pledge.claims.flatMap((claim) => {
      const outcome = proofOf(claim, pledge, asked, trace);
      if (typeof outcome === 'string') return [`${pledge.name}: ${outcome}`];
      distancesMs[claim.before].push(outcome);
      return [];
    });
    findings.push(...broken);
    (broken.length === 0 ? proven : refuted)[pledge.kind]++;
  }
  if (KINDS.every((kind) => proven[kind] === 0)) findings.push('no acknowledged write was proven');
  const claims = distancesMs.answer.length + distancesMs.send.length;
  return { findings, proven, refuted, claims, files: filesOf(trace), distancesMs };
}

function unreadable({ notUnderstood, cut }: Trace): string[] {
  return [
    ...notUnderstood.map((line) => `line ${line} of the trace is not understood`),
    ...cut.map((line) => `line ${line} of the trace does not hold all bytes of its call`),
  ];
}

function allAsked({ conversations }: Trace): Asked[] {
  const all = [...conversations.values()].flatMap(({ asked }) => asked);
  return all.sort((one, other) => one.readLine - other.readLine);
}

/** The distance in ms, or what is wrong. */
function proofOf(claim: Claim, pledge: Pledge, asked: Asked, trace: Trace): number | string {
  const limit = limitOf(claim, pledge, asked, trace);
  if (limit === null) return `no bytes to the exchange name it, so ${claim.what} is not judged`;
  const found = written(claim, asked.readLine, trace);
  if (found === null) return `${claim.what} was never written after the request had been read`;
  const { transaction, wal } = found;
  if (transaction.endLine >= limit.line) {
    return `${claim.what} was written (line ${transaction.endLine}) after ${limit.what}`;
  }
  const sync = wal.syncs.find((one) => isProof(one, transaction, limit));
  return sync === undefined
    ? `${claim.what} was on no disk before ${limit.what}: ${reason(wal, transaction, limit)}`
    : limit.atMs - sync.endMs;
}

function limitOf({ before }: Claim, { token }: Pledge, asked: Asked, trace: Trace): Limit | null {
  if (before === 'answer') {
    const { answerLine: line, answerMs: atMs } = asked;
    return { line, atMs, what: `its answer (line ${line})` };
  }
  const leaving = token === null ? null : trace.leavingOf(token);
  if (leaving === null) return null;
  const { line, atMs } = leaving;
  return { line, atMs, what: `it left for the exchange (line ${line})` };
}

function written({ file, ...sought }: Claim, afterLine: number, { wals }: Trace) {
  let first: { readonly transaction: Transaction; readonly wal: WalFile } | null = null;
  for (const [path, wal] of wals) {
    const transaction = file.test(path) ? wal.find(sought, afterLine) : null;
    if (transaction === null) continue;
    if (first === null || transaction.startLine < first.transaction.startLine) {
      first = { transaction, wal };
    }
  }
  return first;
}

function isProof(
  { startLine, endLine, result }: Call,
  { endLine: writtenLine }: Transaction,
  limit: Limit,
) {
  return result === 0 && startLine > writtenLine && endLine < limit.line;
}

function reason(wal: WalFile, { file, endLine: writtenLine }: Transaction, limit: Limit): string {
  const near = wal.syncs.filter((one) => one.endLine > writtenLine && one.startLine < limit.line);
  const failed = near.find(({ result }) => result !== 0 && result !== null);
  if (failed !== undefined) return `the sync at line ${failed.startLine} failed (${failed.error})`;
  const early = near.find(({ startLine }) => startLine < writtenLine);
  if (early !== undefined) {
    const written = `before the commit was written (line ${writtenLine})`;
    return `the sync at line ${early.startLine} began ${written}`;
  }
  const late = near.find(({ endLine }) => endLine > limit.line);
  if (late !== undefined) return `the sync at line ${late.startLine} had not ended`;
  return `${nameOf(file)} was not synced after line ${writtenLine}`;
}

function filesOf({ wals }: Trace): Verdict['files'] {
  const entries = [...wals].map(([path, { transactions, syncs }]) => {
    const done = syncs.filter(({ result }) => result === 0).length;
    return [nameOf(path), { commits: transactions.length, syncs: done }] as const;
  });
  return Object.fromEntries(entries.sort(([one], [other]) => one.localeCompare(other)));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
