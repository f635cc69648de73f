// CPU seconds and peak memory of other processes, read from /proc. Where there is no /proc, or the
// process is gone: null.
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessUsage {
  readonly cpuSeconds: number;
  /** Resident, at its highest since the process began. */
  readonly peakBytes: number;
}

export interface ProcessInfo {
  readonly pid: number;
  readonly parentPid: number;
  readonly commandLine: string;
}

/** USER_HZ, which Linux fixes at 100 for what it shows in /proc. */
const TICKS_PER_SECOND = 100;

export function readUsage(pid: number): ProcessUsage | null {
  const stat = readProc(`${pid}/stat`);
  const status = readProc(`${pid}/status`);
  if (stat === null || status === null) return null;
  const cpuSeconds = cpuSecondsIn(stat);
  const peakBytes = peakBytesIn(status);
  return cpuSeconds === null || peakBytes === null ? null : { cpuSeconds, peakBytes };
}

/** What a process has started itself, not what those have started. */
export function childrenOf(pid: number): ProcessInfo[] {
  return pids()
    .map(infoOf)
    .filter((info) => info !== null)
    .filter((info) => info.parentPid === pid);
}

/** User and system time of all its threads, from the text of /proc/PID/stat. */
export function cpuSecondsIn(stat: string): number | null {
  const fields = fieldsAfterName(stat);
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isFinite(ticks) ? ticks / TICKS_PER_SECOND : null;
}

export function peakBytesIn(status: string): number | null {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(status);
  return match === null ? null : Number(match[1]) * 1_024;
}

/**
 * The name stands in brackets and may hold spaces and brackets itself; the first field behind it is
 * the state.
 */
function fieldsAfterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function infoOf(pid: number): ProcessInfo | null {
  const stat = readProc(`${pid}/stat`);
  const commandLine = readProc(`${pid}/cmdline`);
  if (stat === null || commandLine === null) return null;
  const parentPid = Number(fieldsAfterName(stat)[1]);
  return { pid, parentPid, commandLine: commandLine.replaceAll('\0', ' ').trim() };
}

function pids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return []; // no /proc on this system
  }
}

function readProc(path: string): string | null {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return null; // the process is gone
  }
}
