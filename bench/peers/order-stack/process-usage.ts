// CPU time of a part of the stack: of its processes, and of those that a server has started and
// that have ended.
import { readFileSync } from 'node:fs';
import { readUsage } from '../../harness/process-cpu.ts';

const TICKS_PER_SECOND = 100;

export function cpuSecondsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (readUsage(pid)?.cpuSeconds ?? 0), 0);
}

export function reapedCpuSeconds(pid: number): number {
  try {
    return reapedSecondsIn(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return 0; // no /proc, or the process is gone
  }
}

/** `cutime` and `cstime`: the 14th and 15th field after the name in brackets. */
export function reapedSecondsIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const seconds = (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
  return Number.isFinite(seconds) ? seconds : 0;
}
