// CPU seconds of a process by thread, from /proc; which thread is which is what the probe has
// written down.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface CpuTime {
  readonly userSeconds: number;
  readonly systemSeconds: number;
}

const TICKS_PER_SECOND = 100;
const PROBE = fileURLToPath(new URL('./thread-probe.cjs', import.meta.url));

/** The environment in which a process writes down its threads; profiles only with a directory. */
export interface ProbeOptions {
  readonly profileDirectory: string | null;
  /** Every thread collects its garbage so often, so that what is resident is what is used. */
  readonly collectEveryMs: number | null;
}

export function probeEnvironment(
  directory: string,
  { profileDirectory, collectEveryMs }: ProbeOptions,
) {
  mkdirSync(directory, { recursive: true });
  if (profileDirectory !== null) mkdirSync(profileDirectory, { recursive: true });
  return {
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --require ${PROBE}`.trim(),
    BENCH_THREADS_DIR: directory,
    ...(profileDirectory === null ? {} : { BENCH_PROFILE_DIR: profileDirectory }),
    ...(collectEveryMs === null ? {} : { BENCH_COLLECT_EVERY_MS: String(collectEveryMs) }),
  };
}

/** By the thread's name; `others` are V8's helpers, the pool of libuv and what has no name. */
export function readThreads(pid: number, directory: string): Record<string, CpuTime> {
  const threads: Record<string, CpuTime> = {};
  for (const tid of listed(`/proc/${pid}/task`)) {
    const cpu = cpuTimeIn(textOf(`/proc/${pid}/task/${tid}/stat`));
    const name = textOf(`${directory}/${pid}-${tid}`) || 'others';
    threads[name] = added(threads[name] ?? NO_TIME, cpu);
  }
  return threads;
}

/** Of a process with all its threads, those that have ended included. */
export function readProcess(pid: number): CpuTime {
  return cpuTimeIn(textOf(`/proc/${pid}/stat`));
}

export function residentBytes(pid: number): number | null {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`));
  return match === null ? null : Number(match[1]) * 1_024;
}

export const NO_TIME: CpuTime = { userSeconds: 0, systemSeconds: 0 };

/** A name in brackets may hold anything; user and system time are the 12th and 13th after it. */
export function cpuTimeIn(stat: string): CpuTime {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  if (!Number.isFinite(user) || !Number.isFinite(system)) return NO_TIME;
  return { userSeconds: user / TICKS_PER_SECOND, systemSeconds: system / TICKS_PER_SECOND };
}

export function added(a: CpuTime, b: CpuTime): CpuTime {
  return {
    userSeconds: a.userSeconds + b.userSeconds,
    systemSeconds: a.systemSeconds + b.systemSeconds,
  };
}

export function subtracted(a: CpuTime, b: CpuTime): CpuTime {
  return {
    userSeconds: a.userSeconds - b.userSeconds,
    systemSeconds: a.systemSeconds - b.systemSeconds,
  };
}

export function secondsOf({ userSeconds, systemSeconds }: CpuTime): number {
  return userSeconds + systemSeconds;
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // no /proc, or the process is gone
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the thread is gone, or it has no name
  }
}
