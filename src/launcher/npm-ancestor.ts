// `npm start` runs us below npm (and perhaps a shell). When npm is killed without a chance to tell
// us, we are orphans: noticed here, so that nothing outlives the command that the user started.
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 500;

/**
 * Calls `gone` once when a process between us and npm, or npm itself, is gone. Does nothing when
 * npm did not run us.
 */
export function watchNpm(gone: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const chain = chainOfParents(process.ppid);
  const timer = setInterval(() => {
    if (process.ppid === chain[0] && sameChain(chain)) return;
    clearInterval(timer);
    gone();
  }, LOOK_EVERY_MS);
  timer.unref();
}

/** From our parent up to npm: a shell in between hides npm's death from us. */
function chainOfParents(parent: number): number[] {
  const chain = [parent];
  for (let pid = parent; isShell(pid); ) {
    const next = parentOf(pid);
    if (next === null || next <= 1) break;
    chain.push(next);
    pid = next;
  }
  return chain;
}

function sameChain(chain: readonly number[]): boolean {
  return chain.every((pid, index) => {
    const above = chain[index + 1];
    return above === undefined || parentOf(pid) === above;
  });
}

function isShell(pid: number): boolean {
  return /^(sh|dash|bash)$/.test(statOf(pid)?.name ?? '');
}

function parentOf(pid: number): number | null {
  return statOf(pid)?.parent ?? null;
}

/** Null where there is no such process, or no /proc (then only our own parent is watched). */
function statOf(pid: number): { name: string; parent: number } | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null; // the process is gone, which is the answer
  }
  const match = /^\d+ \((.*)\) \S (\d+)/s.exec(text);
  return match === null ? null : { name: match[1] ?? '', parent: Number(match[2]) };
}
